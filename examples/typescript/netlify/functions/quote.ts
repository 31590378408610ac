// An on-demand builder: /.netlify/builders/quote. On Netlify its answer is kept for a minute.
import { builder, type BuilderHandler } from "@netlify/functions";

const quotes = ["Less is more.", "Festina lente."];

const pick: BuilderHandler = async (event) => {
  const text = quotes[event.path.length % quotes.length] ?? "";
  return { statusCode: 200, body: text, ttl: 60 };
};

export const handler = builder(pick);
