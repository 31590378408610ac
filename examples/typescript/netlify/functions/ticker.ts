// A streamed answer, a line at a time.
import { Readable } from "node:stream";
import { stream, type StreamingHandler } from "@netlify/functions";

async function* ticks(): AsyncGenerator<string> {
  for (const second of [3, 2, 1]) {
    yield `${second}\n`;
  }
}

const count: StreamingHandler = async () => ({
  statusCode: 200,
  headers: { "content-type": "text/plain" },
  body: Readable.from(ticks()),
});

export const handler = stream(count);
