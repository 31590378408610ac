// A background function: the caller has its 202 before this begins.
import type { BackgroundHandler } from "@netlify/functions";

export const handler: BackgroundHandler = async (event) => {
  const lines = (event.body ?? "").split("\n").length;
  console.log(`report of ${lines} lines`);
};
