// The page from its sources, beside a running service: what is changed in shared/page shows after a reload, without compiling.
//
// node dev.mjs [<api-url>] [<port>]    default: http://127.0.0.1:3000 8080, since `cargo run` has its database at 8000
import { createServer, request } from "node:http";
import { readFile, readdir } from "node:fs/promises";

const [api = "http://127.0.0.1:3000", port = "8080"] = process.argv.slice(2);
const shared = new URL("../../shared/", import.meta.url);
const page = new URL("page/", shared);
const SOURCE = /^\/app\/((?:lib|views|vendor)\/[\w.-]+\.js)$/;

/** @param {string} path */
async function source(path) {
  const [, module] = path.match(SOURCE) ?? [];
  if (module) return ["text/javascript", await readFile(new URL(module, page), "utf8")];
  if (/^\/app\/main\./.test(path)) return ["text/javascript", await readFile(new URL("main.js", page), "utf8")];
  if (/^\/app\/style\./.test(path)) {
    const files = (await readdir(new URL("style/", page))).filter((name) => name.endsWith(".css")).sort();
    return ["text/css", (await Promise.all(files.map((name) => readFile(new URL(`style/${name}`, page), "utf8")))).join("\n")];
  }
  const [, language] = path.match(/^\/app\/texts-(\w+)\./) ?? [];
  if (language) return ["application/json", JSON.stringify(JSON.parse(await readFile(new URL(`texts/${language}.json`, shared), "utf8")).page)];
  return null;
}

createServer(async (asked, answer) => {
  try {
    const found = await source(asked.url ?? "/");
    if (found) {
      answer.writeHead(200, { "Content-Type": `${found[0]}; charset=utf-8`, "Cache-Control": "no-store" });
      answer.end(found[1]);
      return;
    }
  } catch (error) {
    answer.writeHead(500).end(String(error));
    return;
  }
  const passed = request(api + asked.url, { method: asked.method, headers: asked.headers }, (got) => {
    answer.writeHead(got.statusCode ?? 502, got.headers);
    got.pipe(answer);
  });
  passed.on("error", () => answer.writeHead(502).end());
  asked.pipe(passed);
}).listen(Number(port), "127.0.0.1", () => console.log(`http://127.0.0.1:${port}/ shows shared/page, with the API of ${api}`));
