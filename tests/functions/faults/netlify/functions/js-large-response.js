exports.handler = async (event) => {
  if (event.queryStringParameters.fine) return { statusCode: 200, body: 'fine' };
  return { statusCode: 200, body: 'x'.repeat(7_000_000) };
};
