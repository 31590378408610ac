/** What fails, and what is told of it. */

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import test from 'node:test';
import vm from 'node:vm';
import { Runner, project } from './client.mjs';

const require = createRequire(import.meta.url);
const { describe } = require('../errors/errors.cjs');

async function serve(t, source) {
  return Runner.ready(t, project(t, { 'hello.js': source }), 'hello.js');
}

test('what a handler throws fails its invocation, and the next one works', async (t) => {
  const runner = await serve(t, `
    class Custom extends Error { constructor(m) { super(m); this.name = 'Custom' } }
    const things = { error: new RangeError('far'), custom: new Custom('own'), string: 'text', number: 5, nothing: undefined, null: null, object: { code: 1 }, like: { message: 'm' } };
    exports.handler = ({ what, how }) => {
      if (how === 'throw') throw things[what];
      return how === 'reject' ? Promise.reject(things[what]) : { statusCode: 200 };
    };`);
  const expected = {
    error: ['RangeError', 'far'], custom: ['Custom', 'own'], string: ['string', 'text'], number: ['number', '5'],
    nothing: ['undefined', 'undefined'], null: ['null', 'null'], object: ['object', '{ code: 1 }'], like: ['object', 'm'],
  };
  for (const how of ['throw', 'reject']) {
    for (const [what, [type, message]] of Object.entries(expected)) {
      const { error, fatal } = await runner.call({ what, how });
      assert.deepEqual([error.errorType, error.errorMessage, fatal], [type, message, false], `${how} ${what}`);
    }
  }
  assert.equal((await runner.call({})).status, 200);
});

test('a trace has the author\'s frames only, and those of the causes', async (t) => {
  const runner = await serve(t, `
    const fs = require('fs');
    function read() { try { fs.readFileSync('/does/not/exist') } catch (cause) { throw new Error('no settings', { cause }) } }
    exports.handler = async () => read();`);
  const { error } = await runner.call();
  assert.equal(error.trace[0], 'Error: no settings');
  assert.match(error.trace[1], /^ {4}at read \(.*hello\.js:3:/);
  const cause = error.trace.findIndex((line) => line.startsWith('Caused by: Error: ENOENT'));
  assert.ok(cause > 1, error.trace.join('\n'));
  assert.match(error.trace[cause + 1], /at read \(.*hello\.js:3:/);
  assert.ok(!error.trace.some((line) => /node:|runners\/node/.test(line)), error.trace.join('\n'));
});

test('anything can be described', () => {
  const hostile = { get stack() { throw new Error('no') } };
  assert.equal(describe(hostile).errorType, 'Error');
  assert.equal(describe(Object.assign(new Error('x'), { name: '' })).errorType, 'Error');
  assert.equal(describe(vm.runInNewContext('new TypeError("foreign")')).errorType, 'TypeError');
  assert.equal(describe(Symbol('s')).errorMessage, 'Symbol(s)');
  assert.deepEqual(describe(Object.assign(new Error('x'), { stack: undefined })).trace, []);
  const circle = new Error('circle');
  circle.cause = circle;
  assert.ok(describe(circle).trace.length < 100);
  assert.ok(JSON.stringify(describe(new Error('x'.repeat(10_000_000)))).length < 400_000);
  assert.equal(describe(new Error('two\nlines')).trace[1], 'lines');
});

for (const [name, source, type, message] of [
  ['an uncaught exception', `setTimeout(() => { throw new TypeError('aside') }, 5)`, 'TypeError', 'aside'],
  ['an unhandled rejection', `Promise.reject(new Error('aside'))`, 'Runtime.UnhandledPromiseRejection', 'Error: aside'],
  ['an unhandled rejection with no error', `Promise.reject(undefined)`, 'Runtime.UnhandledPromiseRejection', 'undefined'],
]) {
  test(`${name} fails the invocation and ends the process`, async (t) => {
    const runner = await serve(t, `exports.handler = () => { console.log('before'); ${source}; return new Promise((r) => setTimeout(r, 10000)) }`);
    const { id, error, fatal } = await runner.call();
    assert.deepEqual([id, error.errorType, error.errorMessage, fatal], [1, type, message, true]);
    assert.equal((await runner.exit()).code, 1);
    assert.equal(runner.logs[0].text, 'before');
  });

  test(`${name} after the answer is told of, and ends the process`, async (t) => {
    const runner = await serve(t, `exports.handler = async () => { setTimeout(() => { ${source} }, 20); return { statusCode: 200 } }`);
    assert.equal((await runner.call()).status, 200);
    const message = await runner.next('ERROR');
    assert.deepEqual([message.id, message.fatal, JSON.parse(message.error).errorType], [0, true, type]);
    assert.equal((await runner.exit()).code, 1);
  });
}

test('every open invocation is told when the process cannot go on', async (t) => {
  const runner = await serve(t, `
    exports.handler = ({ bad }) => { if (bad) setTimeout(() => { throw new Error('end') }, 10); return new Promise((r) => setTimeout(r, 10000)) }`);
  const ids = [runner.begin({}), runner.begin({ bad: true })];
  const messages = [await runner.next('ERROR'), await runner.next('ERROR')];
  assert.deepEqual(messages.map(({ id }) => id).sort(), ids);
});

test('process.exit in a handler ends the process, and no line is lost', async (t) => {
  const runner = await serve(t, `
    exports.handler = async () => { console.log('one'); process.stdout.write('half a line'); process.exit(3) }`);
  runner.begin({});
  assert.equal((await runner.exit()).code, 3);
  assert.deepEqual(runner.logs.map(({ text, id }) => [text, id]), [['one', 1], ['half a line', 1]]);
  assert.deepEqual(runner.messages, []);
});

test('what was logged before a kill is there', async (t) => {
  const runner = await serve(t, `exports.handler = async () => { console.log('last words'); process.kill(process.pid, 'SIGKILL') }`);
  runner.begin({});
  assert.equal((await runner.exit()).signal, 'SIGKILL');
  assert.equal(runner.logs[0].text, 'last words');
});
