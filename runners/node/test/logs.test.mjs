/** What the author's code prints: levels, order, invocation; and that no frame is touched by it. */

import assert from 'node:assert/strict';
import test from 'node:test';
import { Runner, project } from './client.mjs';

async function serve(t, source, options) {
  return Runner.ready(t, project(t, { 'hello.js': source }), 'hello.js', options);
}

test('console methods send their level, stream and invocation', async (t) => {
  const runner = await serve(t, `
    exports.handler = async () => {
      console.debug('a %s', 1); console.info('b'); console.log('c', { d: 1 }); console.warn('e'); console.error('f');
      console.trace('g');
      return { statusCode: 200 };
    };`);
  await runner.call();
  const [trace] = runner.logs.splice(5, 1);
  assert.deepEqual(runner.logs, [
    { id: 1, stream: 1, level: 'debug', text: 'a 1' }, { id: 1, stream: 1, level: 'info', text: 'b' },
    { id: 1, stream: 1, level: 'info', text: 'c { d: 1 }' }, { id: 1, stream: 2, level: 'warn', text: 'e' },
    { id: 1, stream: 2, level: 'error', text: 'f' },
  ]);
  assert.deepEqual([trace.level, trace.stream], ['trace', 2]);
  assert.match(trace.text, /^Trace: g\n {4}at .*hello\.js/);
});

test('the rest of console works as ever', async (t) => {
  const runner = await serve(t, `
    exports.handler = async () => {
      console.group('group'); console.log('inside\\nof it'); console.groupEnd();
      console.dir({ a: 1 }); console.assert(false, 'no'); console.count(); console.table([{ a: 1 }]);
      const { log } = console; log('detached'); log();
      return { statusCode: 200 };
    };`);
  await runner.call();
  const seen = runner.logs.map(({ level, text }) => [level, text]);
  const [table] = seen.splice(5, 1);
  assert.deepEqual(seen, [
    ['info', 'group'], ['info', '  inside\n  of it'], ['info', '{ a: 1 }'], ['warn', 'Assertion failed: no'], ['info', 'default: 1'],
    ['info', 'detached'], ['info', ''],
  ]);
  assert.match(table[1], /│ +\(index\) +│ +a +│/);
});

test('stdout and stderr are cut into lines, in order with console', async (t) => {
  const runner = await serve(t, `
    exports.handler = async () => {
      process.stdout.write('one\\ntw'); console.log('o'); process.stderr.write('three\\n');
      process.stdout.write(Buffer.from('Grü\\n').subarray(0, 3)); process.stdout.write(Buffer.from('Grü\\n').subarray(3));
      process.stdout.write('Zm91cg==', 'base64'); process.stdout.write('\\n\\n'); process.stdout.write('unfinished');
      return { statusCode: 200 };
    };`);
  await runner.call();
  assert.deepEqual(runner.logs.map(({ stream, level, text }) => [stream, level, text]), [
    [1, '', 'one'], [1, 'info', 'two'], [2, '', 'three'], [1, '', 'Grü'], [1, '', 'four\n'], [1, '', 'unfinished'],
  ]);
  assert.ok(runner.logs.every(({ id }) => id === 1));
});

test('writing to stdout behaves as a stream', async (t) => {
  const runner = await serve(t, `
    const { Readable } = require('stream');
    const { pipeline } = require('stream/promises');
    exports.handler = async () => {
      const order = [];
      const returned = process.stdout.write('x\\n', () => order.push('callback'));
      order.push('after');
      await new Promise((resolve) => process.stdout.write('y\\n', 'utf8', resolve));
      Readable.from(['piped\\n']).pipe(process.stdout);
      await new Promise((resolve) => setTimeout(resolve, 10));
      return { returned, order, fd: process.stdout.fd, tty: process.stdout.isTTY ?? false, writable: process.stdout.writable };
    };`);
  const { value } = await runner.call({}, { want: 0 });
  assert.deepEqual(value, { returned: true, order: ['after', 'callback'], fd: 1, tty: false, writable: true });
  assert.deepEqual(runner.logs.map(({ text }) => text), ['x', 'y', 'piped']);
});

test('ES modules that import console and process print the same way', async (t) => {
  const root = project(t, { 'hello.mjs': `
    import { log } from 'node:console';
    import process, { stdout } from 'node:process';
    export const handler = async () => { log('a'); stdout.write('b\\n'); process.stderr.write('c\\n'); return { statusCode: 200 } };` });
  const runner = await Runner.ready(t, root, 'hello.mjs');
  await runner.call();
  assert.deepEqual(runner.logs.map(({ level, text }) => [level, text]), [['info', 'a'], ['', 'b'], ['', 'c']]);
});

test('a long text is split within the limit, at line feeds and between characters', async (t) => {
  const runner = await serve(t, `
    exports.handler = async ({ what }) => { console.log(what === 'lines' ? 'line ✓\\n'.repeat(100_000) : '✓'.repeat(200_000)); return { statusCode: 200 } };`);
  await runner.call({ what: 'lines' });
  const lines = runner.logs.splice(0);
  assert.ok(lines.length > 3 && lines.every(({ text, level }) => Buffer.byteLength(text) <= 262_144 && level === 'info'));
  assert.equal(lines.map(({ text }) => text).join('\n'), 'line ✓\n'.repeat(100_000));
  await runner.call({ what: 'characters' });
  assert.ok(runner.logs.every(({ text }) => Buffer.byteLength(text) <= 262_144));
  assert.equal(runner.logs.map(({ text }) => text).join(''), '✓'.repeat(200_000));
});

test('a line that never ends is handed on in pieces', async (t) => {
  const runner = await serve(t, `
    exports.handler = async () => { for (let i = 0; i < 20; i++) process.stdout.write('x'.repeat(10_000)); return { statusCode: 200 } };`);
  await runner.call();
  assert.ok(runner.logs.length > 1);
  assert.equal(runner.logs.map(({ text }) => text).join('').length, 200_000);
});

test('what goes to fds 1 and 2 past the streams touches no frame', async (t) => {
  const runner = await serve(t, `
    const fs = require('fs');
    const { spawnSync } = require('child_process');
    fs.writeSync(1, 'loading\\n');
    exports.handler = async () => {
      fs.writeSync(1, 'by fd\\n');
      fs.writeSync(2, Buffer.from([0x05, 0, 0, 0, 0x92, 0x0a]));
      spawnSync('sh', ['-c', 'echo child; echo child-error >&2'], { stdio: 'inherit' });
      return { statusCode: 200, body: 'ok' };
    };`);
  assert.equal((await runner.call()).body, 'ok');
  await runner.logged(/loading[^]*by fd[^]*child\n/);
  await runner.logged(/child-error/);
  assert.deepEqual(runner.logs, []);
});

test('children cannot reach the frames', async (t) => {
  const runner = await serve(t, `
    const { spawnSync } = require('child_process');
    exports.handler = async () => ({ statusCode: 200, body: spawnSync('sh', ['-c', '(echo evil >&4) 2>/dev/null; (echo evil >&3) 2>/dev/null; ls /proc/self/fd | tr "\\\\n" " "'], { stdio: ['ignore', 'pipe', 'inherit'] }).stdout.toString() });`);
  const { body } = await runner.call();
  assert.ok(!/evil/.test(body));
  assert.equal((await runner.call()).type, 'RESULT');
});

test('the frame fds and our variable are not in the function\'s environment', async (t) => {
  const runner = await serve(t, `exports.handler = async () => Object.keys(process.env)`);
  const { value } = await runner.call({}, { want: 0 });
  assert.deepEqual(value, ['PATH']);
});

test('logs of code outside any invocation have no invocation', async (t) => {
  const runner = await serve(t, `
    console.log('load');
    const { EventEmitter } = require('events');
    setTimeout(() => console.log('timer'), 20);
    exports.handler = async () => ({ statusCode: 200 });`);
  await runner.logged(/timer/);
  assert.deepEqual(runner.logs.map(({ id, text }) => [id, text]), [[0, 'load'], [0, 'timer']]);
});

test('code that was begun at load and prints during an invocation is counted to it', async (t) => {
  const runner = await serve(t, `
    setInterval(() => console.log('tick'), 5);
    exports.handler = async () => { await new Promise((r) => setTimeout(r, 40)); return { statusCode: 200 } };`);
  await runner.call();
  assert.ok(runner.logs.some(({ id }) => id === 1));
});

test('worker threads print too', async (t) => {
  const runner = await serve(t, `
    const { Worker } = require('worker_threads');
    exports.handler = () => new Promise((resolve) => {
      new Worker("console.log('from a worker')", { eval: true }).on('exit', () => resolve({ statusCode: 200 }));
    });`);
  await runner.call();
  await runner.logged(/from a worker/);
});

test('a flood of lines loses none', async (t) => {
  const runner = await serve(t, `exports.handler = async () => { for (let i = 0; i < 20_000; i++) console.log('line ' + i); return { statusCode: 200 } };`);
  await runner.call();
  assert.deepEqual(runner.logs.map(({ text }) => text), Array.from({ length: 20_000 }, (_, index) => `line ${index}`));
});
