exports.handler = async (event, context) => {
  const { getRemainingTimeInMillis, ...rest } = context;
  const seen = Object.fromEntries(Object.entries(rest).filter(([, v]) => typeof v !== "function"));
  const functions = Object.keys(context).filter((key) => typeof context[key] === "function");
  return {
    statusCode: 200,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      event,
      context: {
        ...seen,
        callbackWaitsForEmptyEventLoop: context.callbackWaitsForEmptyEventLoop,
        remaining: context.getRemainingTimeInMillis(),
        functions: functions.sort(),
      },
      environment: process.env,
      cwd: process.cwd(),
    }),
  };
};
