// An ES module. Module state lives as long as the instance does.
let calls = 0;

export const handler = async () => {
  calls += 1;
  return {
    statusCode: 200,
    headers: { "content-type": "application/json", "cache-control": "no-store" },
    body: JSON.stringify({ now: new Date().toISOString(), calls }),
  };
};
