// The old style: an answer through the callback, and one header that is sent twice.
exports.handler = function (event, context, callback) {
  context.callbackWaitsForEmptyEventLoop = false;
  setTimeout(() => {
    callback(null, {
      statusCode: 200,
      multiValueHeaders: { "set-cookie": ["seen=yes", "lang=en"] },
      body: `You sent ${event.body === null ? "nothing" : event.body}\n`,
    });
  }, 10);
};
