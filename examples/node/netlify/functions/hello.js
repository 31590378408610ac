exports.handler = async (event) => ({
  statusCode: 200,
  body: `Hello from ${event.httpMethod} ${event.path}\n`,
});
