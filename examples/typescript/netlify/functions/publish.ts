// Purges what Netlify's CDN keeps; here there is nothing to purge, and the log says so.
import { purgeCache, type Handler } from "@netlify/functions";

export const handler: Handler = async () => {
  await purgeCache({ tags: ["news"] });
  return { statusCode: 200, body: "published" };
};
