interface Answer {
  statusCode: number;
  headers: Record<string, string>;
  body: string;
}

export const handler = async (): Promise<Answer> => ({
  statusCode: 200,
  headers: { "content-type": "text/plain" },
  body: "ok",
});
