exports.handler = async (event) => {
  if (event.queryStringParameters.fine) return { statusCode: 200, body: 'fine' };
  return { statusCode: 200, headers: { 'x-a': 'b\r\nx-evil: 1' } };
};
