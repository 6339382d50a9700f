// Each text of the page is said somewhere. That none is missing, the build and the types see to.
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import test from "node:test";

const shared = new URL("../../../shared/", import.meta.url);

/** @param {Record<string, any>} texts @param {string} start @returns {string[]} */
function keys(texts, start = "") {
  return Object.entries(texts).flatMap(([key, text]) => (typeof text === "string" || "other" in text ? [start + key] : keys(text, `${start}${key}.`)));
}

test("no text of the page is left over", async () => {
  const page = new URL("page/", shared);
  const files = (await readdir(page, { recursive: true })).filter((name) => name.endsWith(".js") && !name.startsWith("vendor"));
  const source = (await Promise.all(files.map((name) => readFile(new URL(name, page), "utf8")))).join("\n");
  // A key is written out, or made of a template such as `event.${topic}.vote`.
  const said = [...source.matchAll(/["`]((?:[\w-]|\$\{(?:[^{}]|\{[^{}]*\})*\})+(?:\.(?:[\w-]|\$\{(?:[^{}]|\{[^{}]*\})*\})+)+)["`]/g)].map(([, key]) => new RegExp(`^${String(key).split(/\$\{(?:[^{}]|\{[^{}]*\})*\}/).map((part) => part.replaceAll(".", "\\.")).join("[\\w-]+")}$`));
  const { page: texts } = JSON.parse(await readFile(new URL("texts/en.json", shared), "utf8"));
  // What the shell says is the service's to say.
  const left = keys(texts).filter((key) => !key.startsWith("shell.") && !said.some((pattern) => pattern.test(key)));
  assert.deepEqual(left, []);
});

test("whatever the service finds wrong with a link has a text", async () => {
  const source = await readFile(new URL("src/http/pages.rs", shared), "utf8");
  const codes = [...source.matchAll(/LinkFault::\w+ => "(\w+)"/g)].map(([, code]) => String(code));
  const { page: texts } = JSON.parse(await readFile(new URL("texts/en.json", shared), "utf8"));
  assert(codes.length > 0);
  assert.deepEqual(codes.filter((code) => !(code in texts.links.faults || code in texts.codes)), []);
});
