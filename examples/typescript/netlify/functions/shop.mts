// A modern function as an object, its configuration in it.
import type { NetlifyFunction } from "@netlify/functions";

export default {
  fetch: async () => new Response("open"),
  config: { path: ["/shop", "/shop/:department?"], excludedPath: "/shop/office" },
} satisfies NetlifyFunction;
