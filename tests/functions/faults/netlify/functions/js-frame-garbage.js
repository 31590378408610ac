const fs = require('node:fs');
exports.handler = async (event) => {
  if (event.queryStringParameters.fine) return { statusCode: 200, body: 'fine' };
  fs.writeSync(4, '\xff'.repeat(64));
  return { statusCode: 200, body: 'answered' };
};
