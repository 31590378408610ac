exports.handler = async (event) => {
  if (event.queryStringParameters.fine) return { statusCode: 200, body: 'fine' };
  process.on('SIGTERM', () => console.log('SIGTERM is ignored'));
  console.log('stubborn');
  await new Promise((resolve) => setTimeout(resolve, 60_000));
};
