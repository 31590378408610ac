// Does what `?do=` says, behind aws-lambda-ric.
import { setTimeout as sleep } from "node:timers/promises";

if (process.env.FAILS_TO_START) throw new Error("no start on purpose");

class OnPurpose extends Error {
  name = "OnPurpose";
}

const who = () => ({ statusCode: 200, body: String(process.pid) });

export const handler = async (event, context) => {
  switch (event.queryStringParameters.do) {
    case "error":
      throw new OnPurpose("this is on purpose");
    case "exit":
      process.exit(3);
    case "sleep":
      await sleep(60_000);
      break;
    case "wait":
      await sleep(300);
      return who();
    case "print":
      console.log("printed to stdout");
      console.error("printed to stderr");
      break;
    case "context":
      return {
        statusCode: 200,
        body: JSON.stringify({
          request_id: context.awsRequestId,
          deadline: Date.now() + context.getRemainingTimeInMillis(),
          arn: context.invokedFunctionArn,
          name: context.functionName,
        }),
      };
    case "who":
      return who();
  }
  return {
    statusCode: 200,
    headers: { "content-type": event.headers["content-type"] ?? "text/plain" },
    body: event.body,
    isBase64Encoded: event.isBase64Encoded,
  };
};

export const streams = globalThis.awslambda?.streamifyResponse(async (event, to) => {
  to = awslambda.HttpResponseStream.from(to, { statusCode: 201, headers: { "x-from": "node" } });
  to.write("first\n");
  await sleep(300);
  if (event.queryStringParameters.do === "cut") throw new OnPurpose("this is on purpose");
  to.end("second\n");
});
