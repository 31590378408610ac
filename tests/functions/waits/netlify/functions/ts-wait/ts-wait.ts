type Event = { queryStringParameters: { ms?: string; n?: string } };

export const handler = async (event: Event) => {
  await new Promise((resolve) => setTimeout(resolve, Number(event.queryStringParameters.ms ?? 0)));
  return { statusCode: 200, body: `waited ${event.queryStringParameters.n}` };
};
