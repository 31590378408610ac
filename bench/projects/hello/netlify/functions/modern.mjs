export default async () => new Response("ok", { headers: { "content-type": "text/plain" } });
