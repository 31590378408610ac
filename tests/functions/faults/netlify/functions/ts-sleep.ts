export async function handler(event: { queryStringParameters: Record<string, string> }): Promise<unknown> {
  if (event.queryStringParameters.fine) return { statusCode: 200, body: 'fine' };
  await new Promise((resolve) => setTimeout(resolve, 60_000));
}
