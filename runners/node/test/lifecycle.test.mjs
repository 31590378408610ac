/** Boot, drain, end of file, violations; and frames over real pipes. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, constants, createReadStream, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { RUNNER, Runner, project, readable, specOf } from './client.mjs';

const HANDLER = `exports.handler = async ({ ms = 0 }) => { await new Promise((r) => setTimeout(r, ms)); return { statusCode: 200, body: 'ok' } };`;

async function serve(t, source = HANDLER) {
  return Runner.ready(t, project(t, { 'hello.js': source }), 'hello.js');
}

test('HELLO says who it is', async (t) => {
  const hello = await new Runner(t).next('HELLO');
  assert.deepEqual(JSON.parse(hello.info), { protocol: 1, runtime: 'node', runtime_version: process.versions.node, runner_version: '0.1.0' });
});

test('READY says how long loading took', async (t) => {
  const root = project(t, { 'hello.mjs': `await new Promise((r) => setTimeout(r, 50)); export const handler = 1 && (() => {})` });
  const runner = new Runner(t);
  await runner.next('HELLO');
  runner.send('LOAD', 0, [JSON.stringify({ ...specOf(root, 'hello.mjs'), unknown: 1 })]);
  const { init_ms: ms } = JSON.parse((await runner.next('READY')).info);
  assert.ok(Number.isInteger(ms) && ms >= 49, String(ms));
});

test('a drain ends an idle runner', async (t) => {
  const runner = await serve(t);
  runner.send('DRAIN', 0);
  assert.deepEqual(await runner.exit(), { code: 0, signal: null });
});

test('a drain lets what runs finish', async (t) => {
  const runner = await serve(t);
  runner.begin({ ms: 50 });
  runner.send('DRAIN', 0);
  assert.equal((await runner.next('RESULT')).id, 1);
  assert.deepEqual(await runner.exit(), { code: 0, signal: null });
});

test('a drain ends a runner that was never loaded', async (t) => {
  const runner = new Runner(t);
  await runner.next('HELLO');
  runner.send('DRAIN', 0);
  assert.equal((await runner.exit()).code, 0);
});

test('an idle runner stays, and ends with its input', async (t) => {
  const runner = await serve(t);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(runner.child.exitCode, null);
  runner.input.end();
  assert.equal((await runner.exit()).code, 0);
});

test('the end of its input ends a runner that is busy, booted or loading', async (t) => {
  const busy = await serve(t);
  busy.begin({ ms: 100_000 });
  const booted = new Runner(t);
  await booted.next('HELLO');
  const loading = new Runner(t);
  const root = project(t, { 'hello.mjs': `console.log('loading'); await new Promise((r) => setTimeout(r, 100_000))` });
  loading.send('LOAD', 0, [JSON.stringify(specOf(root, 'hello.mjs'))]);
  await loading.logged(/loading/);
  for (const runner of [busy, booted, loading]) {
    runner.input.end();
    assert.equal((await runner.exit()).code, 0);
  }
});

test('a runner whose answers nobody reads ends', async (t) => {
  const runner = await serve(t, `exports.handler = async () => { for (;;) { console.log('x'.repeat(1000)); await null } }`);
  runner.output.destroy();
  runner.begin({});
  assert.equal((await runner.exit()).signal, null);
});

test('CANCEL of what runs, has ended or never was changes nothing', async (t) => {
  const runner = await serve(t);
  const id = runner.begin({ ms: 20 });
  runner.send('CANCEL', id);
  runner.send('CANCEL', 99);
  assert.equal((await runner.next('RESULT')).id, id);
  runner.send('CANCEL', id);
  assert.equal((await runner.call()).body, 'ok');
});

test('a LOAD of another protocol is refused by name', async (t) => {
  const runner = new Runner(t);
  await runner.next('HELLO');
  runner.send('LOAD', 0, [JSON.stringify({ protocol: 2 })]);
  const { id, error, fatal } = readable(await runner.next('ERROR'));
  assert.deepEqual([id, error.errorType, fatal], [0, 'Runner.ProtocolMismatch', true]);
  assert.notEqual((await runner.exit()).code, 0);
});

const invoke = (id) => ['INVOKE', id, ['r', 1000, 1, '{}', 0, null, null]];
const violations = [
  ['a frame of no bytes', (runner) => runner.write(Buffer.alloc(4)), /0 bytes/],
  ['a frame over the limit', (runner) => runner.write(Buffer.from([1, 0, 0, 4])), /67108865 bytes/],
  ['what is no MessagePack', (runner) => runner.write(Buffer.from([1, 0, 0, 0, 0xc1])), /MessagePack/],
  ['an unknown message', (runner) => runner.write(Buffer.from([3, 0, 0, 0, 0x92, 0x50, 0])), /unknown message type 80/],
  ['a runner\'s own message', (runner) => runner.send('END', 1), /may not send END/],
  ['a second LOAD', (runner) => runner.send('LOAD', 0, ['{}']), /LOAD came while the runner was ready/],
  ['an INVOKE without a number', (runner) => runner.send(...invoke(0)), /INVOKE came with id 0/],
  ['an INVOKE of a number that is open', (runner) => { runner.begin({ ms: 1000 }); runner.send(...invoke(1)); }, /INVOKE came with id 1/],
  ['an INVOKE after DRAIN', (runner) => { runner.begin({ ms: 1000 }); runner.send('DRAIN', 0); runner.send(...invoke(2)); }, /id 2/],
  ['a body without an object to put it into', (runner) => runner.send('INVOKE', 1, ['r', 1, 1, '5', 1, Buffer.from('x'), null]), /does not fit/],
  ['an unknown kind of body', (runner) => runner.send('INVOKE', 1, ['r', 1, 1, '{"a":1}', 3, Buffer.from('x'), null]), /does not fit/],
  ['extras that are no object', (runner) => runner.send('INVOKE', 1, ['r', 1, 1, '{}', 0, null, '[]']), /JSON object/],
];

for (const [name, act, reason] of violations) {
  test(`${name} ends the runner with status 70 and the reason`, async (t) => {
    const runner = await serve(t);
    act(runner);
    assert.equal((await runner.exit()).code, 70);
    assert.match(runner.text, reason);
  });
}

test('an INVOKE before it is loaded, and a LOAD without its fields, are violations', async (t) => {
  for (const [message, reason] of [
    [invoke(1), /INVOKE came while the runner was booted/],
    [['LOAD', 0, ['{']], /does not hold JSON/],
    [['LOAD', 0, ['{"protocol":1,"env":{}}']], /no 'main_file'/],
    [['LOAD', 0, ['{"protocol":1,"main_file":"/a","root":"/","cwd":"/"}']], /no 'env'/],
  ]) {
    const runner = new Runner(t);
    await runner.next('HELLO');
    runner.send(...message);
    assert.equal((await runner.exit()).code, 70);
    assert.match(runner.text, reason);
  }
});

test('without its fds it says that it is not for people', () => {
  let failure;
  try {
    execFileSync(process.execPath, [RUNNER], { env: {}, stdio: 'pipe' });
  } catch (error) {
    failure = error;
  }
  assert.equal(failure.status, 70);
  assert.match(failure.stderr.toString(), /POLYFN_FRAME_FDS/);
});

test('it speaks on any fds, also on 0 and 1', async (t) => {
  const runner = await Runner.ready(t, project(t, { 'hello.js': HANDLER }), 'hello.js', { at: [0, 1] });
  assert.equal((await runner.call()).body, 'ok');
  runner.input.end();
  assert.equal((await runner.exit()).code, 0);
});

/** A pipe as the kernel makes it (between Nodes, "pipes" are sockets): the fds of its two ends. */
function makePipe(file) {
  execFileSync('mkfifo', [file]);
  const unblocked = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK); // lets the writer in
  const write = openSync(file, constants.O_WRONLY);
  const read = openSync(file, constants.O_RDONLY);
  closeSync(unblocked);
  return [read, write];
}

test('over real pipes too, frames of megabytes come and go whole', { skip: process.platform === 'win32' }, async (t) => {
  const root = project(t, { 'hello.js': `exports.handler = async (event) => ({ statusCode: 200, body: event.body })` });
  const [theirInput, ourOutput] = makePipe(path.join(root, 'in'));
  const [ourInput, theirOutput] = makePipe(path.join(root, 'out'));
  const runner = new Runner(t, { pipes: [theirInput, theirOutput] });
  [theirInput, theirOutput].forEach((fd) => closeSync(fd));
  runner.listen(createReadStream(null, { fd: ourInput }));
  runner.write = (bytes) => { for (let at = 0; at < bytes.length;) at += writeSync(ourOutput, bytes, at); };
  await runner.next('HELLO');
  runner.send('LOAD', 0, [JSON.stringify(specOf(root, 'hello.js'))]);
  await runner.next('READY');
  const text = 'ä'.repeat(3_000_000);
  for (let round = 0; round < 3; round++) {
    assert.equal((await runner.call({ a: 1 }, { kind: 1, body: Buffer.from(text) })).body, text);
    assert.equal((await runner.call({ a: 1 }, { kind: 1, body: Buffer.from('small') })).body, 'small');
  }
  closeSync(ourOutput);
  assert.equal((await runner.exit()).code, 0);
});
