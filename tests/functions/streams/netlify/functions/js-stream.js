// Streams of every kind: what to do stands in the query, and the tests talk to it by files.
const fs = require('node:fs');
const { once } = require('node:events');
const { setTimeout: sleep } = require('node:timers/promises');

const BLOCK = Buffer.alloc(65_536, 'x');

async function write(stream, data) {
  if (!stream.write(data)) await once(stream, 'drain');
}

const MODES = {
  async pid(stream) {
    await write(stream, String(process.pid));
  },
  async steps(stream, { file }) {
    await write(stream, 'one\n');
    while (!fs.existsSync(file)) await sleep(5);
    await write(stream, 'two\n');
  },
  async endless(stream, { file }) {
    try {
      for (let blocks = 1; ; blocks++) {
        fs.writeFileSync(file, String(blocks * BLOCK.length));
        await write(stream, BLOCK);
      }
    } catch {
      fs.writeFileSync(`${file}.ended`, '');
    }
  },
  async size(stream, { size }) {
    for (let left = Number(size); left > 0; left -= BLOCK.length)
      await write(stream, BLOCK.subarray(0, Math.min(left, BLOCK.length)));
  },
  async ticks(stream) {
    for (;;) {
      await write(stream, 'tick\n');
      await sleep(50);
    }
  },
  async stubborn(stream) {
    stream.write('x');
    await new Promise(() => setInterval(() => {}, 1000));
  },
  async fails(stream) {
    await write(stream, 'half');
    throw new Error('the other half is lost');
  },
};

exports.handler = awslambda.streamifyResponse(async ({ queryStringParameters: query }, stream) => {
  const headers = { 'content-type': 'text/plain' };
  stream = awslambda.HttpResponseStream.from(stream, { statusCode: 200, headers });
  await MODES[query.mode](stream, query);
  stream.end();
});
