// Serves the built page on 127.0.0.1, and tells it where the services of `./lockstep up` are.
//
//   node serve.mjs [--port 8080] [--gateway URL] [--authentication URL] [--anchor FILE]
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "8080" },
    gateway: { type: "string", default: "http://127.0.0.1:7400" },
    authentication: { type: "string", default: "http://127.0.0.1:7402" },
    anchor: { type: "string", default: "../../../.lockstep/directory/keys/ca.pem" },
  },
});

const deployment = JSON.stringify({
  gateway: values.gateway,
  authentication: values.authentication,
  trustAnchor: await readFile(values.anchor, "ascii"),
});
const file = (name, type) => async () => [type, await readFile(new URL(`dist/${name}`, import.meta.url))];
const pages = new Map([
  ["/", file("index.html", "text/html; charset=utf-8")],
  ["/page.js", file("page.js", "text/javascript")],
  ["/page.js.map", file("page.js.map", "application/json")],
  ["/deployment.json", async () => ["application/json", deployment]],
]);

createServer(async (request, response) => {
  const page = pages.get(new URL(request.url ?? "/", "http://127.0.0.1").pathname);
  if (page === undefined) {
    response.writeHead(404).end();
    return;
  }
  const [type, body] = await page();
  response.writeHead(200, { "content-type": type }).end(body);
}).listen(Number(values.port), "127.0.0.1", () => {
  console.log(`open http://127.0.0.1:${values.port}/`);
});
