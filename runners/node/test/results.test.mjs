/** Which messages answers become, and how events reach the handler. */

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { Readable } from 'node:stream';
import test from 'node:test';
import { Runner, project } from './client.mjs';

const require = createRequire(import.meta.url);
const { ending } = require('../call/result.cjs');
const { assemble } = require('../call/event.cjs');

const http = (value) => ending(value, true);
const RESULT = (status, headers = [], body = null, base64 = false) => ['RESULT', [status, headers, body, base64]];
const VALUE = (json) => ['VALUE', [json]];

test('a response is sent structured', () => {
  assert.deepEqual(http({ statusCode: 204 }), RESULT(204));
  assert.deepEqual(http({ statusCode: 200, body: 'Grüße' }), RESULT(200, [], 'Grüße'));
  assert.deepEqual(http({ statusCode: 200, body: 'AA==', isBase64Encoded: true }), RESULT(200, [], 'AA==', true));
  assert.deepEqual(http({ statusCode: 200, body: null, headers: null, cookies: null, isBase64Encoded: null }), RESULT(200));
  assert.deepEqual(http({ statusCode: 200, metadata: 1 }), RESULT(200));
});

test('headers keep their names and order; numbers and booleans become text', () => {
  const headers = { 'X-One': 'a', 'x-n': 1.5, 'x-big': 1e21, 'x-b': true, 'x-none': undefined };
  assert.deepEqual(http({ statusCode: 200, headers }), RESULT(200, ['X-One', 'a', 'x-n', '1.5', 'x-big', '1e+21', 'x-b', 'true']));
});

test('a name in multiValueHeaders takes the place of the one in headers; cookies come last', () => {
  const value = {
    statusCode: 200, headers: { 'set-Cookie': 'x', 'x-a': '1' }, multiValueHeaders: { 'Set-Cookie': ['a=1', 'b=2'], 'x-n': [1, false] },
    cookies: ['c=3'],
  };
  const flat = ['x-a', '1', 'Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'x-n', '1', 'x-n', 'false', 'set-cookie', 'c=3'];
  assert.deepEqual(http(value), RESULT(200, flat));
});

test('more headers than a list may hold are sent whole', () => {
  const headers = (count) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`x-${n}`, 'y']));
  assert.equal(http({ statusCode: 200, headers: headers(2048) })[0], 'RESULT');
  assert.equal(http({ statusCode: 200, headers: headers(2049) })[0], 'VALUE');
});

test('anything else is sent whole', () => {
  for (const value of [
    null, 5, 'text', true, [1], {}, { statusCode: '200' }, { statusCode: 1.5 }, { statusCode: -1 }, { statusCode: 2 ** 32 },
    { statusCode: 200, body: 5 }, { statusCode: 200, body: { a: 1 } }, { statusCode: 200, isBase64Encoded: 'yes' },
    { statusCode: 200, headers: [] }, { statusCode: 200, headers: 'x' }, { statusCode: 200, headers: { a: ['b'] } },
    { statusCode: 200, headers: { a: null } }, { statusCode: 200, multiValueHeaders: { a: 'b' } },
    { statusCode: 200, multiValueHeaders: { a: [null] } }, { statusCode: 200, multiValueHeaders: [] },
    { statusCode: 200, cookies: 'a=1' }, { statusCode: 200, cookies: [1] },
  ]) {
    assert.deepEqual(http(value), VALUE(JSON.stringify(value)));
  }
  assert.deepEqual(http(undefined), VALUE('null'));
  assert.deepEqual(http(() => {}), VALUE('null'));
  assert.deepEqual(http({ statusCode: 200, headers: { a: NaN } }), VALUE('{"statusCode":200,"headers":{"a":null}}'));
  assert.deepEqual(ending({ statusCode: 200 }, false), VALUE('{"statusCode":200}'));
});

test('what JSON would hide is told by the runner', () => {
  for (const [value, words] of [
    [{ statusCode: 200, body: Promise.resolve('x') }, 'a `body` that is a promise. `await` it.'],
    [{ statusCode: 200, body: Buffer.from('x') }, 'a `body` that is a Buffer. For bytes, return'],
    [{ statusCode: 200, body: new Uint8Array(1) }, 'a `body` of bytes (Uint8Array)'],
    [{ statusCode: 200, body: Readable.from(['x']) }, 'a `body` that is a stream. Wrap the handler'],
    [{ statusCode: 200, body: () => 'x' }, 'a `body` that is a function. Call it.'],
    [new Response('x'), 'a Response. Only a function that is the default export'],
  ]) {
    assert.throws(() => ending(value, true, 'hello'), (error) => error.name === 'Function.InvalidResponse' && error.message.startsWith(`Function 'hello' returned ${words}`));
    assert.equal(ending(value, false)[0], 'VALUE');
  }
});

test('what only JSON makes a response is judged as the JSON', () => {
  const date = new Date(0);
  assert.deepEqual(http({ statusCode: 200, headers: { date } }), RESULT(200, ['date', '1970-01-01T00:00:00.000Z']));
  assert.deepEqual(http({ statusCode: 500, toJSON: () => ({ statusCode: 201 }) }), RESULT(201));
  assert.deepEqual(http({ statusCode: 200, multiValueHeaders: { d: [date] } }), RESULT(200, ['d', '1970-01-01T00:00:00.000Z']));
});

test('what JSON cannot hold is a marshal error', async (t) => {
  const runner = await Runner.ready(t, project(t, { 'hello.js': `
    const circle = {}; circle.self = circle;
    exports.handler = async ({ what }) => ({ circle, big: { n: 1n } })[what];` }), 'hello.js');
  for (const what of ['circle', 'big']) {
    const { type, error, fatal } = await runner.call({ what });
    assert.deepEqual([type, error.errorType, fatal], ['ERROR', 'Runtime.MarshalError', false]);
    assert.match(error.errorMessage, /cannot be turned into JSON/);
  }
});

test('an answer that fits into no frame is an error that says its size', async (t) => {
  const runner = await Runner.ready(t, project(t, { 'hello.js': `
    exports.handler = async ({ size }) => ({ statusCode: 200, body: 'x'.repeat(size) });` }), 'hello.js');
  const { error, fatal } = await runner.call({ size: 64 * 1024 * 1024 });
  assert.deepEqual([error.errorType, fatal], ['Function.ResponseSizeTooLarge', false]);
  assert.match(error.errorMessage, /6710\d{4} bytes/);
  assert.equal((await runner.call({ size: 3 })).body, 'xxx');
});

test('an event gets its body as text or base64', () => {
  const event = Buffer.from('{"path":"/","__proto__":{"x":1}}');
  const text = assemble({ event, body_kind: 1, body: Buffer.from('Grüße "✓"\n') });
  assert.deepEqual([text.path, text.body, text.isBase64Encoded, Object.hasOwn(text, '__proto__')], ['/', 'Grüße "✓"\n', false, true]);
  const binary = assemble({ event, body_kind: 2, body: Buffer.from([0, 255, 128, 10]) });
  assert.deepEqual([binary.body, binary.isBase64Encoded], ['AP+ACg==', true]);
  assert.equal(assemble({ event, body_kind: 2, body: Buffer.alloc(0) }).body, '');
});

test('a raw event is handed over as it is, object or not', () => {
  for (const value of [{ body: 1 }, [1, 'x'], 'text', 5, null]) {
    assert.deepEqual(assemble({ event: Buffer.from(JSON.stringify(value)), body_kind: 0, body: null }), value);
  }
});

test('an event that is not JSON fails its invocation only', async (t) => {
  const runner = await Runner.ready(t, project(t, { 'hello.js': `exports.handler = async (event) => event` }), 'hello.js');
  runner.send('INVOKE', 77, ['r', 1000, 0, '{', 0, null, null]);
  const message = await runner.next('ERROR');
  assert.deepEqual([message.id, message.fatal, JSON.parse(message.error).errorType], [77, false, 'Runtime.UnmarshalError']);
  assert.deepEqual((await runner.call({ a: 1 }, { want: 0 })).value, { a: 1 });
});

test('bodies of megabytes go through unharmed, both ways', async (t) => {
  const runner = await Runner.ready(t, project(t, { 'hello.js': `
    exports.handler = async (event) => ({ statusCode: 200, body: event.body, isBase64Encoded: event.isBase64Encoded });` }), 'hello.js');
  const text = 'Grüße ✓ '.repeat(500_000);
  assert.equal((await runner.call({ a: 1 }, { kind: 1, body: Buffer.from(text) })).body, text);
  const bytes = Buffer.from(Array.from({ length: 1_000_003 }, (_, index) => index % 251));
  const binary = await runner.call({ a: 1 }, { kind: 2, body: bytes });
  assert.equal(binary.is_base64, true);
  assert.ok(Buffer.from(binary.body, 'base64').equals(bytes));
});
