/**
 * Handlers that stream, as AWS's runtime has them: `awslambda.streamifyResponse`.
 */

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { Runner, project, readable } from './client.mjs';

const STREAMED = 'application/octet-stream';

/** A runner with a handler that streams: the body of `async (event, stream, context) => …`. */
async function streaming(t, body, { before = '' } = {}) {
  const text =
    "const fs = require('node:fs');\nconst { once } = require('node:events');\n" +
    "const { Readable } = require('node:stream');\n" +
    `const piped = require('node:stream/promises').pipeline;\n${before}\n` +
    `exports.handler = awslambda.streamifyResponse(async (event, stream, context) => {${body}\n});\n`;
  const root = project(t, { 'f.js': text });
  const runner = await Runner.ready(t, root, 'f.js');
  return Object.assign(runner, { root });
}

/** What comes of a call: its head, its bytes, its chunks' sizes, and its ending. */
async function answer(runner, id) {
  const seen = { head: null, body: Buffer.alloc(0), sizes: [], ending: null };
  for (;;) {
    const message = await runner.next();
    assert.equal(message.id, id);
    if (message.type === 'HEAD') seen.head = [message.status, ...message.headers];
    else if (message.type === 'CHUNK') {
      seen.body = Buffer.concat([seen.body, message.data]);
      seen.sizes.push(message.data.length);
    } else {
      seen.ending = readable(message);
      return seen;
    }
  }
}

async function call(runner, event = {}) {
  return answer(runner, runner.begin(event));
}

test('what is written goes out, under the default status and type', async (t) => {
  const runner = await streaming(t, "stream.write('one'); stream.write('two'); stream.end();");
  const { head, body, ending } = await call(runner);
  assert.deepEqual(head, [200, 'content-type', STREAMED]);
  assert.equal(body.toString(), 'onetwo');
  assert.equal(ending.type, 'END');
});

test('the first byte goes out before the second is written', async (t) => {
  const runner = await streaming(
    t,
    "stream.write('one'); await once(process, 'go-on'); stream.end('two');",
    { before: "setInterval(() => fs.existsSync('go') && process.emit('go-on'), 5);" },
  );
  runner.begin({});
  await runner.next('HEAD');
  assert.equal((await runner.next('CHUNK')).data.toString(), 'one');
  writeFileSync(path.join(runner.root, 'go'), '');
  assert.equal((await runner.next('CHUNK')).data.toString(), 'two');
});

test('setContentType names the type, and is refused once bytes were written', async (t) => {
  const runner = await streaming(
    t,
    "stream.setContentType('text/csv'); stream.write('a,b'); stream.setContentType('x/y');",
  );
  const { head, ending } = await call(runner);
  assert.deepEqual(head, [200, 'content-type', 'text/csv']);
  assert.equal(ending.type, 'ERROR');
  assert.equal(ending.error.errorType, 'InvalidStreamingOperation');
  assert.match(ending.error.trace.join('\n'), /f\.js/);
});

test('HttpResponseStream.from gives status, headers and cookies', async (t) => {
  const runner = await streaming(
    t,
    `stream = awslambda.HttpResponseStream.from(stream, {
       statusCode: 201, headers: { 'X-N': 7 }, multiValueHeaders: { via: ['a', 'b'] }, cookies: ['c=d'],
     });
     stream.end('made');`,
  );
  const { head, body } = await call(runner);
  assert.deepEqual(head, [201, 'X-N', '7', 'via', 'a', 'via', 'b', 'set-cookie', 'c=d']);
  assert.equal(body.toString(), 'made');
});

test('a stream without a byte has its status and headers', async (t) => {
  const runner = await streaming(
    t,
    'awslambda.HttpResponseStream.from(stream, { statusCode: 304 }).end();',
  );
  const { head, sizes, ending } = await call(runner);
  assert.deepEqual([head, sizes, ending.type], [[304], [], 'END']);
});

test('metadata without a status is 200', async (t) => {
  const runner = await streaming(t, 'awslambda.HttpResponseStream.from(stream, {}).end();');
  assert.deepEqual((await call(runner)).head, [200]);
});

for (const [what, metadata, said] of [
  ['no object', 'undefined', /the metadata undefined, which must be an object/],
  ['a status that is text', "{ statusCode: '200' }", /a `statusCode` that is '200'/],
  ['headers that are none', '{ headers: { a: {} } }', /`headers`/],
]) {
  test(`metadata with ${what} fails before a byte is sent`, async (t) => {
    const runner = await streaming(t, `awslambda.HttpResponseStream.from(stream, ${metadata});`);
    const { head, ending } = await call(runner);
    assert.equal(head, null);
    assert.equal(ending.error.errorType, 'Function.InvalidResponse');
    assert.match(ending.error.errorMessage, said);
    assert.match(ending.error.trace.join('\n'), /f\.js/);
  });
}

test('a prelude written by hand is the head, wherever its bytes are cut', async (t) => {
  const runner = await streaming(
    t,
    `stream.setContentType('application/vnd.awslambda.http-integration-response');
     const bytes = Buffer.concat([
       Buffer.from(JSON.stringify({ statusCode: 202, headers: { a: 'é' } })), Buffer.alloc(8), Buffer.from('rest'),
     ]);
     for (const byte of bytes) if (!stream.write(Buffer.from([byte]))) await once(stream, 'drain');
     stream.end();`,
  );
  const { head, body } = await call(runner);
  assert.deepEqual(head, [202, 'a', 'é']);
  assert.equal(body.toString(), 'rest');
});

test('a prelude that has no end fails before a byte is sent', async (t) => {
  const runner = await streaming(
    t,
    "stream.setContentType('application/vnd.awslambda.http-integration-response'); stream.end('{}');",
  );
  const { head, ending } = await call(runner);
  assert.equal(head, null);
  assert.match(ending.error.errorMessage, /a prelude that has no end: eight NUL bytes/);
});

test('what is neither text nor bytes is written as JSON', async (t) => {
  const runner = await streaming(t, "stream.write({ a: [1] }); stream.end(new Uint8Array([33]));");
  assert.equal((await call(runner)).body.toString(), '{"a":[1]}!');
});

for (const [what, source] of [
  ['a Node Readable', "Readable.from(['a', 'b', 'c'])"],
  ['a web ReadableStream', "new Response('abc').body"],
  ['an async generator', "(async function* () { yield 'a'; yield 'bc'; })()"],
]) {
  test(`${what} is piped into it`, async (t) => {
    const runner = await streaming(t, `await piped(${source}, stream);`);
    const { body, ending } = await call(runner);
    assert.deepEqual([body.toString(), ending.type], ['abc', 'END']);
  });
}

test('a handler may return while its stream goes on', async (t) => {
  const runner = await streaming(
    t,
    "setTimeout(() => stream.write('late'), 20); setTimeout(() => stream.end('r'), 40);",
  );
  const { body, ending } = await call(runner);
  assert.deepEqual([body.toString(), ending.type], ['later', 'END']);
});

test('a client has the whole before the handler returns, which holds the process', async (t) => {
  const runner = await streaming(t, "stream.end('all'); await once(process, 'go-on'); console.log('done');", {
    before: "setInterval(() => fs.existsSync('go') && process.emit('go-on'), 5);",
  });
  const id = runner.begin({});
  const types = [];
  for (let at = 0; at < 4; at++) types.push((await runner.next()).type);
  assert.deepEqual(types, ['HEAD', 'CHUNK', 'HOLD', 'END']);
  writeFileSync(path.join(runner.root, 'go'), '');
  assert.equal((await runner.next('RELEASE')).id, id);
  assert.deepEqual(runner.logs.map((log) => [log.id, log.text]), [[id, 'done']]);
});

for (const [how, code] of [
  ['fails at once', "throw new Error('afterwards');"],
  ['fails', "await once(stream, 'close'); throw new Error('afterwards');"],
  ['fails later', "await new Promise((r) => setTimeout(r, 20)); throw new Error('afterwards');"],
  ['never returns', 'await new Promise(() => {});'],
]) {
  test(`a handler that ${how} after the end of its stream is told of, and the process answers on`, async (t) => {
    const runner = await streaming(t, `stream.end('all'); ${code}`);
    for (let round = 0; round < 2; round++) {
      const id = runner.begin({});
      const types = [];
      while (types.at(-1) !== 'END') types.push((await runner.next()).type);
      if (types.includes('HOLD')) assert.equal((await runner.next()).type, 'RELEASE');
      assert.deepEqual(types.filter((type) => type !== 'HOLD'), ['HEAD', 'CHUNK', 'END']);
      assert.match(runner.logs.find((log) => log.id === id).text, /afterwards|can never settle/);
    }
  });
}

test('a long piece is cut into chunks that are bounded', async (t) => {
  const runner = await streaming(
    t,
    'const bytes = Buffer.alloc(5_000_001); for (let i = 0; i < bytes.length; i++) bytes[i] = i % 251;' +
      'stream.end(bytes);',
  );
  const { body, sizes } = await call(runner);
  assert.ok(Math.max(...sizes) <= 64 * 1024, String(Math.max(...sizes)));
  assert.equal(body.length, 5_000_001);
  assert.ok(body.every((byte, index) => byte === index % 251));
});

test('an error before the first byte is an error, and nothing of the head is sent', async (t) => {
  const runner = await streaming(
    t,
    "awslambda.HttpResponseStream.from(stream, { statusCode: 201 }); throw new TypeError('early');",
  );
  const { head, ending } = await call(runner);
  assert.equal(head, null);
  assert.deepEqual([ending.error.errorType, ending.error.errorMessage], ['TypeError', 'early']);
  assert.equal(ending.fatal, false);
});

test('an error after the first byte comes after what was written, and cuts', async (t) => {
  const runner = await streaming(t, "stream.write('half'); throw new TypeError('late');");
  const { body, ending } = await call(runner);
  assert.equal(body.toString(), 'half');
  assert.deepEqual([ending.type, ending.error.errorMessage], ['ERROR', 'late']);
});

test('a source that fails cuts, also when the handler does not mind', async (t) => {
  const runner = await streaming(
    t,
    `const source = Readable.from((async function* () { yield 'half'; throw new RangeError('dry'); })());
     await piped(source, stream).catch(() => {});`,
  );
  const { body, ending } = await call(runner);
  assert.deepEqual([body.toString(), ending.error.errorType], ['half', 'RangeError']);
  assert.equal((await call(runner)).ending.type, 'ERROR'); // it is the same process
});

test('a stream that is never ended fails when nothing is left that could happen', async (t) => {
  const runner = await streaming(t, "stream.write('half');");
  const { body, ending } = await call(runner);
  assert.equal(body.toString(), 'half');
  assert.equal(ending.error.errorType, 'Runtime.StreamNotFinished');
  assert.match(ending.error.errorMessage, /end it, or await what writes it/);
});

test('a handler that waits for ever fails when nothing is left that could happen', async (t) => {
  const runner = await streaming(t, "stream.write('half'); await new Promise(() => {});");
  assert.equal((await call(runner)).ending.error.errorType, 'Runtime.NodeJsExit');
});

test('a handler that is not async is refused, as in AWS', async (t) => {
  const text = 'exports.handler = awslambda.streamifyResponse((event, stream) => { stream.end("x"); });';
  const runner = await Runner.ready(t, project(t, { 'f.js': text }), 'f.js');
  const { ending } = await call(runner);
  assert.equal(ending.error.errorType, 'Runtime.MalformedStreamingHandler');
});

test('a value that is returned is not an answer, and that is said', async (t) => {
  const runner = await streaming(t, "stream.end('body'); return { statusCode: 500 };");
  const { head, body } = await call(runner);
  assert.deepEqual([head[0], body.toString()], [200, 'body']);
  await runner.logged(/Streaming handlers ignore return values/);
});

test("the author's own awslambda takes the place of ours", async (t) => {
  const text =
    'globalThis.awslambda = { streamifyResponse: (h) => async (e) => ({ statusCode: 299 }) };\n' +
    'exports.handler = awslambda.streamifyResponse(async () => {});';
  const runner = await Runner.ready(t, project(t, { 'f.js': text }), 'f.js');
  assert.equal((await runner.call()).status, 299);
});

test('an ES module sees awslambda at its top level', async (t) => {
  const text =
    'export const handler = awslambda.streamifyResponse(async (e, s) => { s.end("esm"); });';
  const runner = await Runner.ready(t, project(t, { 'f.mjs': text }), 'f.mjs');
  assert.equal((await call(runner)).body.toString(), 'esm');
});
