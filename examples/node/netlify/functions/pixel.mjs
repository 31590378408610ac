// A binary answer: base64 in the response, bytes for the client.
const gif = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";

export const handler = async () => ({
  statusCode: 200,
  headers: { "content-type": "image/gif" },
  body: gif,
  isBase64Encoded: true,
});
