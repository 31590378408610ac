// "ok", and then as many bytes as it is asked for; how many it has written stands in a file.
const fs = require("node:fs");
const { once } = require("node:events");
const { setTimeout: sleep } = require("node:timers/promises");

const BLOCK = Buffer.alloc(65_536, "x");

exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  const { bytes = "0", written, pause } = event.queryStringParameters;
  stream.write("ok");
  if (pause) await sleep(Number(pause));
  for (let left = Number(bytes), done = 0; left > 0; left -= BLOCK.length) {
    if (written) fs.writeFileSync(written, String((done += BLOCK.length)));
    if (!stream.write(BLOCK.subarray(0, Math.min(left, BLOCK.length)))) await once(stream, "drain");
  }
  stream.end();
});
