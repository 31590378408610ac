import { writeSync } from 'node:fs';
export async function handler(event: { queryStringParameters: Record<string, string> }): Promise<unknown> {
  if (event.queryStringParameters.fine) return { statusCode: 200, body: 'fine' };
  writeSync(4, '\xff'.repeat(64));
  return { statusCode: 200, body: 'answered' };
}
