const fs = require('node:fs');
exports.handler = async (event) => {
  if (event.queryStringParameters.fine) return { statusCode: 200, body: 'fine' };
  fs.writeSync(1, Buffer.from([0, 0xff, 0xc3, 0x28, 10, 1, 0, 0, 0, 0xff]));
  return { statusCode: 200, body: 'answered' };
};
