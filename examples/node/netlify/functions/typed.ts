// TypeScript needs no set-up: esbuild bundles it.
type Colour = "red" | "green" | "blue";

const codes: Record<Colour, string> = { red: "#f00", green: "#0f0", blue: "#00f" };

export const handler = async (event: { queryStringParameters: { colour?: Colour } }) => {
  const code = codes[event.queryStringParameters.colour ?? "red"];
  return code === undefined
    ? { statusCode: 404, body: "No such colour\n" }
    : { statusCode: 200, body: `${code}\n` };
};
