/** Modern functions: how they are found, what they are given, and what their answers become. */

import assert from 'node:assert/strict';
import test from 'node:test';
import { ask, call, serve } from './modern_client.mjs';

const FILES = [
  ['an ES module', 'fn/a.mjs', `export default async (req) => new Response('hi')`],
  ['an ES module in a plain .js', 'fn/a.js', `export default async (req) => new Response('hi')`],
  ['CommonJS', 'fn/a.js', `exports.default = async (req) => new Response('hi')`],
  ['CommonJS with a whole exports object', 'fn/a.cjs', `module.exports = { default: async (req) => new Response('hi') }`],
  ['transpiled CommonJS, imported', 'fn/a.mjs', `import m from './m.cjs'; export default m`, { 'fn/m.cjs': `exports.default = () => new Response('hi')` }],
  ['an object with a fetch', 'fn/a.mjs', `export default { word: 'hi', fetch() { return new Response(this.word) } }`],
  ['a function that is not async', 'fn/a.mjs', `export default () => new Response('hi')`],
  ['a class with a static fetch', 'fn/a.mjs', `class Hi { fetch() { return new Response('hi') } }; export default new Hi()`],
];

for (const [name, file, source, files] of FILES) {
  test(`${name} is called`, async (t) => {
    const runner = await serve(t, source, { file, files });
    assert.deepEqual(await call(runner), {
      type: 'RESULT', id: 1, status: 200, headers: ['content-type', 'text/plain;charset=UTF-8'], body: 'hi', is_base64: false,
    });
  });
}

test('the request is a real one, with method, URL, headers and body as they were sent', async (t) => {
  const runner = await serve(t, `
    export default async (req) => Response.json({
      real: req instanceof Request, method: req.method, url: req.url, header: req.headers.get('X-Two'),
      clone: await req.clone().text(), again: await new Request(req.clone(), { method: 'PUT' }).text(), body: await req.text(),
      used: req.bodyUsed, aborted: req.signal.aborted,
    })`);
  const told = await ask(runner, { method: 'POST', url: 'http://site.test/a%20b/%C3%A9?q=%20&q=+', headers: { 'x-two': 'a, b' }, body: 'grüße' });
  assert.deepEqual(told, {
    real: true, method: 'POST', url: 'http://site.test/a%20b/%C3%A9?q=%20&q=+', header: 'a, b',
    clone: 'grüße', again: 'grüße', body: 'grüße', used: true, aborted: false,
  });
});

test('a body of any bytes comes whole, and none has no content type that nobody sent', async (t) => {
  const runner = await serve(t, `
    export default async (req) => Response.json([req.headers.get('content-type'), Buffer.from(await req.arrayBuffer()).toString('hex')])`);
  const bytes = Buffer.from([0, 255, 128, 10]);
  assert.deepEqual(await ask(runner, { method: 'PUT', body: bytes, headers: { 'content-type': 'image/png' } }), ['image/png', '00ff800a']);
  assert.deepEqual(await ask(runner, { method: 'POST', body: 'x' }), [null, '78']);
  assert.deepEqual(await ask(runner, { method: 'POST' }), [null, '']);
});

test('what a client sends with GET is dropped, as a Request cannot hold it', async (t) => {
  const runner = await serve(t, `export default async (req) => Response.json([req.method, req.body, await req.text()])`);
  assert.deepEqual(await ask(runner, { method: 'GET', body: 'x' }), ['GET', null, '']);
});

test('an event that was handed over as it is makes a request, too', async (t) => {
  const runner = await serve(t, `export default async (req) => Response.json([req.method, req.url, await req.text()])`, { spec: { env: { URL: 'http://localhost:9999' } } });
  const answer = await runner.call({ httpMethod: 'POST', path: '/a', body: 'aGk=', isBase64Encoded: true });
  assert.deepEqual(JSON.parse(answer.body), ['POST', 'http://localhost:9999/a', 'hi']);
});

test('a long body comes and goes whole', async (t) => {
  const runner = await serve(t, `export default async (req) => new Response(await req.arrayBuffer())`);
  const body = Buffer.alloc(3_000_000, 'abcdefg');
  const answer = await call(runner, { method: 'POST', body });
  assert.equal(answer.type, 'RESULT');
  assert.ok(Buffer.from(answer.body).equals(body));
});

const ANSWERS = [
  ['nothing', `undefined`, { status: 204 }],
  ['a response without a body', `new Response(null, { status: 304, headers: { etag: 'x' } })`, { status: 304, headers: ['etag', 'x'] }],
  ['an empty body', `new Response('')`, { headers: ['content-type', 'text/plain;charset=UTF-8'], body: '' }],
  ['a redirect', `Response.redirect('http://site.test/there', 307)`, { status: 307, headers: ['location', 'http://site.test/there'] }],
  ['JSON', `context.json({ a: 1 })`, { headers: ['content-type', 'application/json'], body: '{"a":1}' }],
  ['several cookies', `new Response(null, { headers: [['set-cookie', 'a=1'], ['set-cookie', 'b=2']] })`, { headers: ['set-cookie', 'a=1', 'set-cookie', 'b=2'] }],
  ['a form', `new Response(new URLSearchParams({ a: 'b c' }))`, { headers: ['content-type', 'application/x-www-form-urlencoded;charset=UTF-8'], body: 'a=b+c' }],
  ['a stream that is whole at once', `new Response(new ReadableStream({ start(c) { c.enqueue('te'); c.enqueue(new TextEncoder().encode('xt')); c.close() } }))`, { body: 'text' }],
  ['a subclass that has another body', `new (class Mine extends Response { get body() { return new Response('other').body } })('mine')`, { headers: ['content-type', 'text/plain;charset=UTF-8'], body: 'other' }],
  ['text beyond ASCII', `new Response('é€\\u{1f600}')`, { headers: ['content-type', 'text/plain;charset=UTF-8'], body: 'é€\u{1f600}' }],
  ['bytes that change later', `(() => { const b = new Uint8Array([97, 98]); const r = new Response(b); b[0] = 120; return r })()`, { body: 'ab' }],
  ['a body that somebody has looked at', `(() => { const r = new Response('seen'); r.body; return r })()`, { headers: ['content-type', 'text/plain;charset=UTF-8'], body: 'seen' }],
  ['the clone of what was read', `(() => { const r = new Response('twice'); const c = r.clone(); r.text(); return c })()`, { headers: ['content-type', 'text/plain;charset=UTF-8'], body: 'twice' }],
  ['a subclass of Response', `new (class Mine extends Response {})('mine')`, { headers: ['content-type', 'text/plain;charset=UTF-8'], body: 'mine' }],
];

for (const [name, expression, expected] of ANSWERS) {
  test(`${name} is answered`, async (t) => {
    const runner = await serve(t, `export default async (req, context) => ${expression}`);
    assert.deepEqual(await call(runner), { type: 'RESULT', id: 1, status: 200, headers: [], body: null, is_base64: false, ...expected });
  });
}

test('a Response of the author that stands in the place of Node\'s is taken', async (t) => {
  const runner = await serve(t, `
    const Own = globalThis.Response;
    globalThis.Response = class Other extends Own {};
    export default async (req) => new URL(req.url).searchParams.has('own') ? new Own('own') : new Response('other')`);
  assert.equal((await call(runner, { url: 'http://site.test/?own' })).body, 'own');
  assert.equal((await call(runner)).body, 'other');
});

const UNSUPPORTED = "Function returned an unsupported value. Accepted types are 'Response' or 'undefined'";
const FAILURES = [
  ['text', `return 'text'`, 'Function.InvalidResponse', `${UNSUPPORTED}; it returned a string`],
  ['null', `return null`, 'Function.InvalidResponse', `${UNSUPPORTED}; it returned null`],
  ['a number', `return 200`, 'Function.InvalidResponse', 'it returned a number'],
  ['an object', `return { ok: true }`, 'Function.InvalidResponse', 'it returned an object'],
  ['what a handler returns', `return { statusCode: 200, body: 'x' }`, 'Function.InvalidResponse', 'an object with a statusCode, as handlers named "handler" do'],
  ['the Response of a library', `class Response {}; return new Response()`, 'Function.InvalidResponse', "a Response that is not Node's own: use the global Response"],
  ['Response.error()', `return Response.error()`, 'Function.InvalidResponse', 'Function returned Response.error()'],
  ['a response that was read', `const r = new Response('x'); await r.text(); return r`, 'Function.InvalidResponse', 'whose body was read already: return its clone()'],
  ['a response that is being read', `const r = new Response('x'); r.body.getReader(); return r`, 'Function.InvalidResponse', 'whose body was read already'],
  ['a response that cannot be', `return new Response('x', { status: 204 })`, 'TypeError', 'Invalid response status code 204'],
  ['an error', `null.x`, 'TypeError', "Cannot read properties of null (reading 'x')"],
  ['a thrown string', `throw 'bad'`, 'string', 'bad'],
  ['a stream that fails at once', `return new Response(new ReadableStream({ pull() { throw new RangeError('no') } }))`, 'RangeError', 'no'],
  ['a stream that fails soon', `return new Response(new ReadableStream({ async pull() { await new Promise(setImmediate); throw new RangeError('no') } }))`, 'RangeError', 'no'],
  ['a stream of numbers', `return new Response(new ReadableStream({ start(c) { c.enqueue(1) } }))`, 'TypeError', 'gave a chunk of type number; a chunk must be a Uint8Array or a string'],
];

for (const [name, statement, type, message] of FAILURES) {
  test(`${name} is an error, and the next call is answered`, async (t) => {
    const runner = await serve(t, `export default async (req) => {\n  if (req.url.endsWith('ok')) return;\n  ${statement};\n}`);
    const answer = await call(runner);
    assert.deepEqual([answer.type, answer.fatal, answer.error?.errorType], ['ERROR', false, type], JSON.stringify(answer));
    assert.ok(answer.error.errorMessage.includes(message), answer.error.errorMessage);
    if (type.endsWith('Error')) assert.ok(answer.error.trace.length > 0);
    assert.ok(!answer.error.trace.some((line) => /node:|runners\/node/.test(line)), answer.error.trace.join('\n'));
    assert.equal((await call(runner, { url: 'http://site.test/ok' })).status, 204);
  });
}

test('a thrown error has the author\'s own frames', async (t) => {
  const runner = await serve(t, `export default async () => {\n  inner();\n};\nfunction inner() { throw new RangeError('no'); }`);
  const { error } = await call(runner);
  assert.deepEqual(error.trace, ['RangeError: no', '    at inner (fn/hello.mjs:4:26)', '    at default (fn/hello.mjs:2:3)']);
});

test('a promise that can never settle fails the call', async (t) => {
  const runner = await serve(t, `export default (req) => req.url.endsWith('ok') ? undefined : new Promise(() => {})`);
  const { error } = await call(runner);
  assert.equal(error.errorType, 'Runtime.NodeJsExit');
  assert.match(error.errorMessage, /returned a promise that can never settle/);
  assert.equal((await call(runner, { url: 'http://site.test/ok' })).status, 204);
});

test('a method that no Request may have is an error of the call', async (t) => {
  const runner = await serve(t, `export default () => {}`);
  const { error } = await call(runner, { method: 'TRACE' });
  assert.match(error.errorMessage, /TRACE/);
});

test('who wants a value gets the response as a handler would return it', async (t) => {
  const runner = await serve(t, `
    export default async (req) => new Response(req.url.endsWith('b') ? new Uint8Array([255]) : 'text', { status: 201, headers: { 'set-cookie': 'a=1' } })`);
  const text = await call(runner, {}, { want: 0 });
  assert.deepEqual(text, {
    type: 'VALUE', id: 1,
    value: { statusCode: 201, multiValueHeaders: { 'content-type': ['text/plain;charset=UTF-8'], 'set-cookie': ['a=1'] }, body: 'text', isBase64Encoded: false },
  });
  const binary = await call(runner, { url: 'http://site.test/b' }, { want: 0 });
  assert.deepEqual([binary.value.body, binary.value.isBase64Encoded], ['/w==', true]);
});
