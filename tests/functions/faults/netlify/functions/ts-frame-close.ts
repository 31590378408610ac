import { closeSync } from 'node:fs';
export async function handler(event: { queryStringParameters: Record<string, string> }): Promise<unknown> {
  if (event.queryStringParameters.fine) return { statusCode: 200, body: 'fine' };
  closeSync(4);
  return { statusCode: 200, body: 'answered' };
}
