// A modern function: Request in, Response out, with Netlify's context beside the request.
export default async (request, context) => {
  const visits = Number(context.cookies.get("visits") ?? 0) + 1;
  context.cookies.set("visits", String(visits));
  // The answer does not wait for this, but the function stays alive until it is done.
  context.waitUntil(report(visits));
  const name = context.url.searchParams.get("name") ?? "you";
  return Response.json({ visits, message: `Hello ${name} from ${request.method} ${context.url.pathname}` });
};

async function report(visits) {
  await new Promise((resolve) => setTimeout(resolve, 50));
  console.log(`visit ${visits} of ${Netlify.context.ip}`);
}
