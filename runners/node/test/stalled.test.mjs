/**
 * Streams whose client does not read, or has left.
 */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { Socket } from 'node:net';
import path from 'node:path';
import test from 'node:test';
import { Runner, project, readable } from './client.mjs';

const MIB = 1024 * 1024;

async function streaming(t, body) {
  const text =
    "const fs = require('node:fs');\nconst { once } = require('node:events');\n" +
    "const { pipeline } = require('node:stream/promises');\n" +
    `const say = (text) => fs.writeSync(2, text + '\\n');\n` +
    `exports.handler = awslambda.streamifyResponse(async (event, stream) => {
       if (event.plain) return void stream.end(String(process.pid));
       ${body}
     });\n`;
  const root = project(t, { 'f.js': text });
  const [ours, theirs] = makePipe(path.join(root, 'out'));
  const ready = Runner.ready(t, root, 'f.js', {
    pipes: ['pipe', theirs],
    output: new Socket({ fd: ours, readable: true, writable: false }),
  });
  closeSync(theirs);
  return ready;
}

/** What polyfn gives a runner; Node's own `stdio: 'pipe'` is a socket. */
function makePipe(file) {
  execFileSync('mkfifo', [file]);
  const ours = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  return [ours, openSync(file, constants.O_WRONLY)];
}

/** Begins a call of which nothing is read, and waits until the function has said something. */
async function stalled(runner, pattern) {
  runner.output.pause();
  const id = runner.begin({});
  await runner.logged(pattern);
  return id;
}

/** What is left of a call, when reading goes on. */
async function rest(runner) {
  runner.output.resume();
  const seen = [];
  for (;;) {
    const message = await runner.next();
    seen.push(message);
    if (message.type !== 'HEAD' && message.type !== 'CHUNK') return seen;
  }
}

async function pidOf(runner) {
  runner.begin({ plain: true });
  const [, chunk, end] = [await runner.next('HEAD'), await runner.next('CHUNK'), await runner.next('END')];
  assert.equal(end.type, 'END');
  return Number(chunk.data.toString());
}

const ENDLESS = `
  let sent = 0;
  let ticks = 0;
  const timer = setInterval(() => say(\`tick \${++ticks} after \${sent} bytes\`), 20);
  const piece = Buffer.alloc(64 * 1024);
  try {
    for (;;) {
      sent += piece.length;
      if (!stream.write(piece)) await once(stream, 'drain');
    }
  } finally { clearInterval(timer); }`;

test('a writer that nobody reads waits at a bounded amount, and timers go on', async (t) => {
  const runner = await streaming(t, ENDLESS);
  await stalled(runner, /tick 10 /);
  const sent = runner.text.match(/\d+(?= bytes)/g).map(Number);
  assert.equal(sent.at(-1), sent.at(-2), 'it goes on writing');
  assert.ok(sent.at(-1) <= MIB, `${sent.at(-1)} bytes were taken`);
});

for (const [how, body] of [
  ['waits for drain', ENDLESS],
  ['pipes a generator', `await pipeline(function* () { say('tick 10 '); for (;;) yield 'x'.repeat(9999); }, stream);`],
  ['pipes a web stream', `
     const web = new ReadableStream({ pull(c) { say('tick 10 '); c.enqueue(new Uint8Array(9999)); }, cancel() { say('told'); } });
     await pipeline(web, stream);`],
  ['listens for close', `
     const timer = setInterval(() => { say('tick 10 '); stream.write('x'); }, 5);
     await once(stream, 'close').catch(() => {}); clearInterval(timer);`],
  ['never looks', `for (let i = 0; i < 50; i++) {
       stream.write('x'.repeat(65536)); say('tick 10 '); await new Promise((r) => setTimeout(r, 5)); }
     stream.end();`],
  ['waits for what never comes', `
     stream.write('x'); say('tick 10 '); const timer = setInterval(() => {}, 1000);
     stream.on('close', () => clearInterval(timer)); await new Promise(() => {});`],
]) {
  test(`CANCEL ends a writer that ${how}, and the process answers again`, async (t) => {
    const runner = await streaming(t, body);
    const id = await stalled(runner, /tick 10 /);
    runner.send('CANCEL', id);
    const ending = (await rest(runner)).at(-1);
    assert.equal(ending.type, 'END', JSON.stringify(readable(ending)));
    assert.equal(await pidOf(runner), runner.child.pid);
  });
}

test('an error that has nothing to do with a client that leaves is told', async (t) => {
  const runner = await streaming(t, `${ENDLESS.replace('finally {', "catch { throw new TypeError('own') } finally {")}`);
  const id = await stalled(runner, /tick 10 /);
  runner.send('CANCEL', id);
  const ending = readable((await rest(runner)).at(-1));
  assert.deepEqual([ending.type, ending.error.errorMessage], ['ERROR', 'own']);
});

test('CANCEL of what has ended, or never was, is ignored', async (t) => {
  const runner = await streaming(t, '');
  await pidOf(runner);
  runner.send('CANCEL', 1);
  runner.send('CANCEL', 99);
  assert.equal(await pidOf(runner), runner.child.pid);
});

test('log lines wait behind a stream in their order, and all come', async (t) => {
  const runner = await streaming(
    t,
    `const piece = Buffer.alloc(1000_000, 'p');
     stream.write(piece); console.log('first'); stream.write(piece); console.log('second');
     say('tick 10 ');
     await new Promise((r) => stream.end(r)); console.log('third');`,
  );
  await stalled(runner, /tick 10 /);
  assert.deepEqual(runner.logs, []);
  const seen = await rest(runner);
  const bytes = seen.filter((each) => each.type === 'CHUNK').reduce((sum, each) => sum + each.data.length, 0);
  assert.deepEqual([bytes, seen.at(-1).type], [2_000_000, 'END']);
  assert.deepEqual(runner.logs.map((log) => log.text), ['first', 'second', 'third']);
});

test('a process that exits while its stream waits loses nothing', async (t) => {
  const runner = await streaming(
    t,
    `stream.write(Buffer.alloc(300_000)); console.log('last words'); say('tick 10 '); process.exit(3);`,
  );
  await stalled(runner, /tick 10 /);
  runner.output.resume();
  assert.equal((await runner.exit()).code, 3);
  const bytes = runner.messages.filter((each) => each.type === 'CHUNK').reduce((sum, each) => sum + each.data.length, 0);
  assert.equal(bytes, 300_000);
  assert.deepEqual(runner.logs.map((log) => log.text), ['last words']);
});

test('more log lines than may wait stop the function, and all come', async (t) => {
  const runner = await streaming(
    t,
    `stream.write(Buffer.alloc(1000_000)); say('tick 10 ');
     for (let i = 0; i < 3000; i++) console.log(String(i).padEnd(1000));
     stream.end();`,
  );
  await stalled(runner, /tick 10 /);
  const seen = await rest(runner);
  assert.equal(seen.at(-1).type, 'END');
  assert.deepEqual(runner.logs.map((log) => Number(log.text)), [...Array(3000).keys()]);
});

test('a writer that never has to wait lets timers run', async (t) => {
  const runner = await streaming(
    t,
    `let over = false; setTimeout(() => { over = true; }, 30);
     while (!over) if (!stream.write(Buffer.alloc(70_000))) await once(stream, 'drain');
     stream.end();`,
  );
  runner.begin({});
  assert.equal((await rest(runner)).at(-1).type, 'END');
});
