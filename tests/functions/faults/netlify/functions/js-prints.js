exports.handler = async (event) => {
  if (event.queryStringParameters.fine) return { statusCode: 200, body: 'fine' };
  for (let line = 0; line < 100_000; line++) console.log('x'.repeat(999));
  return { statusCode: 200, body: 'answered' };
};
