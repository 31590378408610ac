// Waits `wait` ms, keeps its thread busy for `spin` ms, then answers with the body it got.
exports.handler = async (event) => {
  const { wait, spin } = event.queryStringParameters;
  if (wait) await new Promise((resolve) => setTimeout(resolve, Number(wait)));
  for (const end = Date.now() + Number(spin || 0); Date.now() < end; );
  return { statusCode: 200, headers: { "content-type": "text/plain" }, body: event.body || "ok" };
};
