// A plain Node server: "ok" to a GET, its own body to a POST; behind `/?bytes=N`, that many more.
const http = require("node:http");
const { once } = require("node:events");

const head = { "content-type": "text/plain" };
const BLOCK = Buffer.alloc(65_536, "x");

const server = http.createServer((request, response) => {
  if (request.method === "GET") {
    const [, bytes] = request.url.split("?bytes=");
    if (bytes !== undefined) stream(response, Number(bytes));
    else response.writeHead(200, head).end("ok");
    return;
  }
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => response.writeHead(200, head).end(Buffer.concat(chunks)));
});

async function stream(response, bytes) {
  response.writeHead(200, head).write("ok");
  for (let left = bytes; left > 0; left -= BLOCK.length)
    if (!response.write(BLOCK.subarray(0, Math.min(left, BLOCK.length)))) await once(response, "drain");
  response.end();
}

server.keepAliveTimeout = 60_000;
server.listen(Number(process.argv[2]), "127.0.0.1");
