/** What a call leaves behind in the runner: nothing. */

import assert from 'node:assert/strict';
import test from 'node:test';
import { Runner, project } from './client.mjs';
import { event as modern } from './modern_client.mjs';

const CALLS = 5000;
const AT_ONCE = 50;
// One closure with its context takes 100 bytes and more; collections differ by some hundred KB.
const MAX_BYTES_PER_CALL = 64;
const HEADERS = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`x-header-${index}`, 'v'.repeat(30)]));

const MEASURED = `
require('v8').setFlagsFromString('--expose-gc');
const gc = require('vm').runInNewContext('gc');
const held = () => { for (let i = 0; i < 4; i++) gc(); return process.memoryUsage().heapUsed };
const measured = (handler) => (event, context, callback) =>
  event.measure ? callback(null, { statusCode: 200, body: String(held()) }) : handler(event, context, callback);
`;

const ENDINGS = new Set(['RESULT', 'VALUE', 'END', 'ERROR']);

async function growth(t, handler) {
  return growthOf(t, `${MEASURED}\nexports.handler = measured(${handler});`);
}

async function growthOf(t, source, spec = {}) {
  const runner = await Runner.ready(t, project(t, { 'hello.js': source }), 'hello.js', { spec });
  await calls(runner, CALLS, 0); // what is made once: compiled code, caches of Node's
  const before = await held(runner);
  await calls(runner, CALLS, CALLS);
  return ((await held(runner)) - before) / CALLS;
}

async function calls(runner, count, start) {
  for (let done = 0; done < count; done += AT_ONCE) {
    for (let at = 0; at < AT_ONCE; at++) {
      const number = start + done + at;
      const headers = { ...HEADERS, 'x-number': `${number}` };
      const event = modern({ method: 'POST', path: `/a/${number}`, url: `http://site.test/a/${number}?q=${number}`, headers });
      runner.begin(event, { kind: 1, body: Buffer.from(`body ${number}`), extras: { trace_id: `t-${number}` } });
    }
    for (let open = AT_ONCE; open > 0; ) if (ENDINGS.has((await runner.next()).type)) open--;
    runner.logs.length = 0;
  }
}

async function held(runner) {
  runner.begin({ measure: true, ...modern({ headers: { 'x-measure': '1' } }) });
  let text = '';
  for (;;) {
    const message = await runner.next();
    text += message.data ?? message.body ?? '';
    if (ENDINGS.has(message.type)) return Number(text);
  }
}

for (const [name, handler] of [
  ['a promise', `async ({ body }) => ({ statusCode: 200, body })`],
  ['a callback', `({ body }, context, callback) => { context.callbackWaitsForEmptyEventLoop = false; setImmediate(() => callback(null, { statusCode: 200, body })) }`],
  ['a promise after timers', `async ({ body }) => { await new Promise((r) => setTimeout(r, 1)); setTimeout(() => {}, 1); return { statusCode: 200, body } }`],
  ['an error', `async () => { throw new Error('no') }`],
  ['a value that is no response', `async () => [1, 2]`],
  ['prints', `async ({ body }) => { console.log(body); console.error(new Error(body)); return { statusCode: 200 } }`],
  ['async storage of the author', `async ({ body }) => (globalThis.als ??= new (require('async_hooks').AsyncLocalStorage)()).run({ body }, async () => { await null; return { statusCode: 200, body: globalThis.als.getStore().body } })`],
]) {
  test(`nothing is left of a call that ends in ${name}`, { timeout: 120_000 }, async (t) => {
    const bytes = await growth(t, handler);
    t.diagnostic(`${bytes.toFixed(1)} bytes`);
  assert.ok(bytes < MAX_BYTES_PER_CALL, `${bytes} bytes are left of each call`);
  });
}

test('nothing is left of a call that streams', { timeout: 120_000 }, async (t) => {
  const bytes = await growthOf(t, `${MEASURED}
    exports.handler = awslambda.streamifyResponse(async (event, stream) => {
      stream = awslambda.HttpResponseStream.from(stream, { statusCode: 200, headers: { 'x-a': 'b' } });
      stream.end(event.measure ? String(held()) : event.body);
    });`);
  t.diagnostic(`${bytes.toFixed(1)} bytes`);
  assert.ok(bytes < MAX_BYTES_PER_CALL, `${bytes} bytes are left of each call`);
});

test('nothing is left of a call of a modern function', { timeout: 120_000 }, async (t) => {
  const bytes = await growthOf(t, `${MEASURED}
    exports.default = async (request, context) => {
      if (request.headers.has('x-measure')) return new Response(String(held()));
      return new Response(\`\${await request.text()} \${context.requestId} \${context.url.search}\`, { headers: { 'x-a': 'b' } });
    };`, { api: 'modern' });
  t.diagnostic(`${bytes.toFixed(1)} bytes`);
  assert.ok(bytes < MAX_BYTES_PER_CALL, `${bytes} bytes are left of each call`);
});

test('what is left is seen: one closure for each call', { timeout: 120_000 }, async (t) => {
  const bytes = await growth(t, `async (event, context) => { (globalThis.kept ??= []).push(() => context); return { statusCode: 200 } }`);
  assert.ok(bytes > MAX_BYTES_PER_CALL, `${bytes} bytes are left of each call`);
});
