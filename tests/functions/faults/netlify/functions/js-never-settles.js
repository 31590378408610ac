exports.handler = async (event) => {
  if (event.queryStringParameters.fine) return { statusCode: 200, body: 'fine' };
  await new Promise(() => {});
};
