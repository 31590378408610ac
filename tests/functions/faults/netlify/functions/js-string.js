exports.handler = async (event) => {
  if (event.queryStringParameters.fine) return { statusCode: 200, body: 'fine' };
  return 'just text';
};
