export const handler = async (event: unknown) => ({
  statusCode: 200,
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ event, environment: process.env, cwd: process.cwd() }),
});
