// A modern function, on a path of its own.
import type { Config, Context } from "@netlify/functions";

const BASE = "/api/items";

export default async (request: Request, context: Context): Promise<Response> => {
  const { id } = context.params;
  return Response.json({ id, method: request.method, path: new URL(request.url).pathname });
};

export const config: Config = {
  path: `${BASE}/:id`,
  method: ["GET", "DELETE"],
  rateLimit: { windowSize: 60, windowLimit: 100, aggregateBy: "ip" },
};
