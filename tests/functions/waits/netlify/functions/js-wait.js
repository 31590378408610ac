exports.handler = async (event) => {
  await new Promise((resolve) => setTimeout(resolve, Number(event.queryStringParameters.ms || 0)));
  return { statusCode: 200, body: `waited ${event.queryStringParameters.n}` };
};
