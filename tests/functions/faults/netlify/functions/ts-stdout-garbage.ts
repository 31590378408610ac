import { writeSync } from 'node:fs';
export async function handler(event: { queryStringParameters: Record<string, string> }): Promise<unknown> {
  if (event.queryStringParameters.fine) return { statusCode: 200, body: 'fine' };
  writeSync(1, Buffer.from([0, 0xff, 0xc3, 0x28, 10, 1, 0, 0, 0, 0xff]));
  return { statusCode: 200, body: 'answered' };
}
