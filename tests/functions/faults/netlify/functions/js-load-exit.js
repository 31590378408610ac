process.exit(3);

exports.handler = async (event) => {
  if (event.queryStringParameters.fine) return { statusCode: 200, body: 'fine' };
  return { statusCode: 200, body: 'answered' };
};
