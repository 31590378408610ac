// A modern function in TypeScript, at a path of its own; its answer is streamed line by line.
import type { Config, Context } from "@netlify/functions";

export default async (request: Request, context: Context) => {
  const from = Number(context.params.from);
  if (!Number.isInteger(from) || from < 0) {
    return new Response("Count down from a number, such as /countdown/3\n", { status: 400 });
  }
  return new Response(lines(from), { headers: { "content-type": "text/plain" } });
};

export const config: Config = { path: "/countdown/:from" };

function lines(from: number): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let left = from;
  return new ReadableStream({
    async pull(controller) {
      controller.enqueue(encoder.encode(left > 0 ? `${left}\n` : "Lift-off\n"));
      if (left === 0) {
        controller.close();
        return;
      }
      left -= 1;
      await new Promise((resolve) => setTimeout(resolve, 20));
    },
  });
}
