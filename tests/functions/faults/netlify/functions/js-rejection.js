exports.handler = async (event) => {
  if (event.queryStringParameters.fine) return { statusCode: 200, body: 'fine' };
  Promise.reject(new TypeError('on purpose'));
  await new Promise((resolve) => setTimeout(resolve, 60_000));
};
