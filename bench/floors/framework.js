// The same functions for functions-framework, which takes Express handlers: one process a function.
const text = (response, body) => response.set("content-type", "text/plain").send(body);

exports.js = (request, response) => text(response, "ok");

exports["js-work"] = async (request, response) => {
  const { wait, spin } = request.query;
  if (wait) await new Promise((resolve) => setTimeout(resolve, Number(wait)));
  for (const end = Date.now() + Number(spin || 0); Date.now() < end; );
  text(response, request.method === "GET" ? "ok" : request.rawBody);
};
