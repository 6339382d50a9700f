// Makes shared/page/vendor/preact.js, the libraries of the page in one module; with --check, sees that it is what the command makes.
//
// node vendor.mjs [--check]
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { build } from "esbuild";

const folder = new URL("../../shared/page/vendor/", import.meta.url);
const made = new URL("preact.js", folder);
const { devDependencies: versions } = JSON.parse(await readFile(new URL("package.json", import.meta.url), "utf8"));
const banner = `/* preact ${versions.preact} (MIT, Jason Miller) and htm ${versions.htm} (Apache-2.0, Google), made by tests/web/vendor.mjs */`;

const { outputFiles } = await build({
  entryPoints: [new URL("entry.js", folder).pathname],
  nodePaths: [new URL("node_modules", import.meta.url).pathname],
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  legalComments: "none",
  banner: { js: banner },
  write: false,
});
const text = /** @type {NonNullable<typeof outputFiles[0]>} */ (outputFiles[0]).text;
if (process.argv.includes("--check")) assert.equal(await readFile(made, "utf8"), text, "shared/page/vendor/preact.js is not what vendor.mjs makes");
else await writeFile(made, text);
