exports.handler = async (event) => {
  if (event.queryStringParameters.fine) return { statusCode: 200, body: 'fine' };
  setTimeout(() => {
    throw new TypeError('on purpose');
  }, 10);
  await new Promise((resolve) => setTimeout(resolve, 60_000));
};
