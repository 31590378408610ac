interface Event {
  queryStringParameters: Record<string, string | undefined>;
  body: string | null;
}

// Waits `wait` ms, keeps its thread busy for `spin` ms, then answers with the body it got.
export const handler = async (event: Event) => {
  const { wait, spin } = event.queryStringParameters;
  if (wait) await new Promise((resolve) => setTimeout(resolve, Number(wait)));
  for (const end = Date.now() + Number(spin ?? 0); Date.now() < end; );
  return { statusCode: 200, headers: { "content-type": "text/plain" }, body: event.body ?? "ok" };
};
