// The classic handler, with the types of what comes in.
import type { Handler, HandlerContext, HandlerEvent, HandlerResponse } from "@netlify/functions";

const answer = (statusCode: number, value: unknown): HandlerResponse => ({
  statusCode,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(value),
});

export const handler: Handler = async (event: HandlerEvent, context: HandlerContext) => {
  const item = event.queryStringParameters?.["item"];
  if (item === undefined) {
    return answer(400, { error: "Say which item: ?item=…" });
  }
  return answer(200, { item, by: context.functionName, requestId: context.awsRequestId });
};
