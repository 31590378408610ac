// A plain Node server: "ok" to a GET, its own body to a POST.
const http = require("node:http");

const head = { "content-type": "text/plain" };

const server = http.createServer((request, response) => {
  if (request.method === "GET") {
    response.writeHead(200, head).end("ok");
    return;
  }
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => response.writeHead(200, head).end(Buffer.concat(chunks)));
});

server.keepAliveTimeout = 60_000;
server.listen(Number(process.argv[2]), "127.0.0.1");
