exports.handler = async (event) => {
  if (event.queryStringParameters.fine) return { statusCode: 200, body: 'fine' };
  setTimeout(() => {
    throw new TypeError('late, on purpose');
  }, 10);
  return { statusCode: 200, body: 'answered' };
};
