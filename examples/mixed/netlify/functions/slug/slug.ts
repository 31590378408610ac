// TypeScript: an npm package and a file beside it.
import slugify from "slugify";
import { countWords } from "./words";

interface Event {
  body: string | null;
  queryStringParameters: Record<string, string>;
}

export const handler = async (event: Event) => {
  const title = event.queryStringParameters.title ?? event.body ?? "";
  if (title === "") {
    return { statusCode: 400, body: "Send a title: ?title=… or as the body." };
  }
  return {
    statusCode: 200,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ slug: slugify(title, { lower: true }), words: countWords(title) }),
  };
};
