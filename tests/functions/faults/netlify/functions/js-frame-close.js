const fs = require('node:fs');
exports.handler = async (event) => {
  if (event.queryStringParameters.fine) return { statusCode: 200, body: 'fine' };
  fs.closeSync(4);
  return { statusCode: 200, body: 'answered' };
};
