/** Modern functions that answer with a stream, and work that goes on after the answer. */

import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { readable } from './client.mjs';
import { call, event, serve } from './modern_client.mjs';

/** The messages of one call up to its ending, in a form to compare. */
async function conversation(runner, request = {}) {
  runner.begin(event(request));
  const told = [];
  for (;;) {
    const message = await runner.next();
    if (message.type === 'CHUNK') told.push(`CHUNK ${message.data}`);
    else if (message.type === 'ERROR') told.push(`ERROR ${readable(message).error.errorMessage}`);
    else told.push(message.type);
    if (['RESULT', 'END', 'ERROR'].includes(message.type)) return told;
  }
}

const STREAM = `
  export default async (req) => {
    const { searchParams } = new URL(req.url);
    const pause = () => new Promise((resolve) => setTimeout(resolve, Number(searchParams.get('ms') ?? 1)));
    req.signal.addEventListener('abort', () => console.log('aborted: ' + req.signal.reason.name));
    let count = 0;
    return new Response(new ReadableStream({
      async pull(controller) {
        await pause();
        count += 1;
        if (String(count) === searchParams.get('fail')) throw new Error('broken');
        if (count > 2 && !searchParams.has('endless')) controller.close();
        else controller.enqueue(new TextEncoder().encode('part ' + count));
      },
      cancel(reason) { console.log('cancelled: ' + reason.message) },
    }), { status: 201, headers: { 'x-a': 'b' } });
  }`;

test('a stream goes out as it comes', async (t) => {
  const runner = await serve(t, STREAM);
  assert.deepEqual(await conversation(runner), ['HEAD', 'CHUNK part 1', 'CHUNK part 2', 'END']);
});

test('the head does not wait for the first chunk for long', async (t) => {
  const runner = await serve(t, STREAM);
  const began = performance.now();
  runner.begin(event({ url: 'http://site.test/?ms=3000&endless' }));
  const head = await runner.next('HEAD');
  assert.ok(performance.now() - began < 2000);
  assert.deepEqual([head.status, head.headers], [201, ['x-a', 'b']]);
});

test('a stream that fails after its first chunk is cut', async (t) => {
  const runner = await serve(t, STREAM);
  assert.deepEqual(await conversation(runner, { url: 'http://site.test/?fail=2' }), ['HEAD', 'CHUNK part 1', 'ERROR broken']);
  assert.deepEqual(await conversation(runner), ['HEAD', 'CHUNK part 1', 'CHUNK part 2', 'END']);
});

test('a client that leaves ends the stream, aborts the signal, and frees the process', async (t) => {
  const runner = await serve(t, STREAM);
  const id = runner.begin(event({ url: 'http://site.test/?endless' }));
  await runner.next('HEAD');
  runner.send('CANCEL', id);
  let message;
  do message = await runner.next();
  while (message.type === 'CHUNK');
  assert.equal(message.type, 'END');
  await runner.logged(/aborted: AbortError[^]*cancelled: The client has left\./);
  assert.deepEqual(await conversation(runner), ['HEAD', 'CHUNK part 1', 'CHUNK part 2', 'END']);
});

test('a signal that is looked at after the client has left is aborted already', async (t) => {
  const runner = await serve(t, `
    export default async (req) => {
      const later = new ReadableStream({ pull: () => new Promise(() => {}), cancel() { console.log('late: ' + req.signal.aborted) } });
      setInterval(() => {}, 1000);
      return new Response(later);
    }`);
  const id = runner.begin(event());
  await runner.next('HEAD');
  runner.send('CANCEL', id);
  await runner.next('END');
  await runner.logged(/late: true/);
});

test('a client that does not read slows the stream down', async (t) => {
  const runner = await serve(t, `
    import fs from 'node:fs';
    export default async () => {
      const made = fs.openSync('made', 'w');
      const pull = async (c) => { await new Promise(setImmediate); fs.writeSync(made, '.'); c.enqueue(new Uint8Array(65536)) };
      return new Response(new ReadableStream({ pull }, { highWaterMark: 0 }));
    }`);
  runner.output.pause();
  const id = runner.begin(event());
  const made = () => (existsSync(path.join(runner.root, 'made')) ? statSync(path.join(runner.root, 'made')).size : 0);
  let last = 0;
  for (let same = 0; same < 20; same += 1) { // it has come to a rest
    await new Promise((resolve) => setTimeout(resolve, 10));
    if (made() === last && last > 0) continue;
    same = 0;
    last = made();
    assert.ok(last < 100, `${last} chunks of 64 KiB were made for a client that does not read`);
  }
  runner.output.resume();
  await runner.next('HEAD');
  runner.send('CANCEL', id);
});

test('a body that is too long for one message is streamed whole', async (t) => {
  const runner = await serve(t, `export default async () => new Response('x'.repeat(9_000_000))`);
  runner.begin(event());
  await runner.next('HEAD');
  let size = 0;
  for (;;) {
    const message = await runner.next();
    if (message.type === 'END') break;
    size += message.data.length;
  }
  assert.equal(size, 9_000_000);
});

test('a stream that can never end fails', async (t) => {
  const runner = await serve(t, `export default async () => new Response(new ReadableStream({ pull: () => new Promise(() => {}) }))`);
  const told = await conversation(runner);
  assert.match(told.at(-1), /^ERROR The response's body is a stream that can never end/);
});

const LATER = `
  export default async (req, context) => {
    const { searchParams } = new URL(req.url);
    const work = async (ms) => {
      await new Promise((resolve) => setTimeout(resolve, ms));
      if (searchParams.has('fail')) throw new RangeError('in vain');
      console.log('worked ' + ms);
      if (searchParams.has('more')) { searchParams.delete('more'); context.waitUntil(work(30)) }
    };
    context.waitUntil(work(20));
    context.waitUntil('no promise');
    if (searchParams.has('never')) context.waitUntil(new Promise(() => {}));
    if (searchParams.has('throw')) throw new Error('first');
    if (searchParams.has('exit')) setTimeout(() => { null.x }, 5);
    return searchParams.has('stream') ? new Response(new ReadableStream({ async pull(c) { await 1; c.enqueue('x'); await new Promise(setImmediate); c.close() } })) : new Response('now');
  }`;

async function types(runner, url) {
  const id = runner.begin(event({ url: `http://site.test/?${url}` }));
  const told = [];
  do told.push((await runner.next()).type);
  while (told.at(-1) !== 'RELEASE');
  return [id, told];
}

for (const [url, expected] of [
  ['', ['HOLD', 'RESULT', 'RELEASE']],
  ['more', ['HOLD', 'RESULT', 'RELEASE']],
  ['never', ['HOLD', 'RESULT', 'RELEASE']],
  ['throw', ['HOLD', 'ERROR', 'RELEASE']],
  ['stream', ['HEAD', 'CHUNK', 'HOLD', 'END', 'RELEASE']],
]) {
  test(`work that was given to waitUntil holds the process after the answer (${url || 'plain'})`, async (t) => {
    const runner = await serve(t, LATER);
    const [id, told] = await types(runner, url);
    assert.deepEqual(told, expected);
    const lines = runner.logs.filter((log) => log.id === id).map(({ text }) => text);
    assert.ok(lines.includes('worked 20'), lines.join('\n'));
    assert.equal(lines.includes('worked 30'), url === 'more');
    assert.equal(lines.some((line) => line.includes('can never settle')), url === 'never');
    assert.deepEqual((await types(runner, ''))[1], ['HOLD', 'RESULT', 'RELEASE']);
  });
}

test('work that is done before the answer holds nothing', async (t) => {
  const runner = await serve(t, `
    export default async (req, context) => { context.waitUntil(Promise.resolve()); await new Promise(setImmediate); return new Response('x') }`);
  assert.equal((await call(runner)).type, 'RESULT');
  assert.equal((await call(runner)).type, 'RESULT');
});

test('work that fails is in the log, with its trace', async (t) => {
  const runner = await serve(t, LATER);
  const [id] = await types(runner, 'fail');
  const { level, text } = runner.logs.find((log) => log.id === id);
  assert.equal(level, 'error');
  assert.match(text, /^A promise that was given to waitUntil was rejected:\nRangeError: in vain\n +at work \(fn\/hello\.mjs:6:\d+\)$/);
});

test('waitUntil without anything is an error', async (t) => {
  const runner = await serve(t, `export default (req, context) => context.waitUntil()`);
  assert.match((await call(runner)).error.errorMessage, /waitUntil: At least 1 argument required/);
});

test('DRAIN waits for work after the answer', async (t) => {
  const runner = await serve(t, LATER);
  runner.begin(event());
  await runner.next('HOLD');
  runner.send('DRAIN', 0);
  await runner.next('RESULT');
  await runner.next('RELEASE');
  assert.deepEqual(await runner.exit(), { code: 0, signal: null });
  assert.ok(runner.logs.some(({ text }) => text === 'worked 20'));
});

test('an uncaught error of such work ends the process, and not the answered call', async (t) => {
  const runner = await serve(t, LATER);
  runner.begin(event({ url: 'http://site.test/?exit' }));
  await runner.next('HOLD');
  await runner.next('RESULT');
  const error = readable(await runner.next('ERROR'));
  assert.deepEqual([error.id, error.fatal, error.error.errorType], [0, true, 'TypeError']);
  assert.equal((await runner.exit()).code, 1);
});
