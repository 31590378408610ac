exports.handler = async (event) => {
  if (event.queryStringParameters.fine) return { statusCode: 200, body: 'fine' };
  console.log('the handler was reached');
  return { statusCode: 200, body: 'answered' };
};
