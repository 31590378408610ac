// A scheduled function; its answer goes to nobody.
import { schedule, type Handler } from "@netlify/functions";

const tidy: Handler = async (event) => {
  const { next_run } = JSON.parse(event.body ?? "{}") as { next_run?: string };
  console.log(`tidied; again at ${next_run ?? "an unknown time"}`);
  return { statusCode: 200 };
};

export const handler = schedule("0 3 * * *", tidy);
