/** The context of a modern function, and Netlify's globals. */

import assert from 'node:assert/strict';
import test from 'node:test';
import { Runner, project } from './client.mjs';
import { ask, call, event, serve } from './modern_client.mjs';

const GEO = { city: 'Bern', country: { code: 'CH', name: 'Switzerland' }, postal_code: '3011', timezone: 'UTC' };
const ENV = { CONTEXT: 'dev', SITE_NAME: 'my-site', SITE_ID: 'site-1', URL: 'http://localhost:9999', AWS_REGION: 'us-east-2' };

test('the context says all that Netlify\'s does', async (t) => {
  const runner = await serve(t, `
    export default async (req, context) => Response.json({ ...context, keys: Object.keys(context).sort(), href: context.url.href,
      flag: context.flags.get('x') ?? 'none', isUrl: context.url instanceof URL, token: 'skewProtectionToken' in context.deploy })`,
  { spec: { env: ENV } });
  const told = await runner.call(event({
    headers: { 'x-nf-geo': Buffer.from(JSON.stringify(GEO)).toString('base64') }, route: '/a/:id', params: { id: 'b%20c' },
  }));
  const { keys, ...context } = JSON.parse(told.body);
  assert.deepEqual(keys, ['account', 'cookies', 'deploy', 'flags', 'geo', 'ip', 'json', 'log', 'next', 'params', 'path',
    'requestId', 'rewrite', 'server', 'site', 'url', 'waitUntil']);
  assert.deepEqual(context, {
    account: { id: 'acc' }, cookies: {}, deploy: { branch: '', context: 'dev', id: '0', published: false },
    flags: { evaluations: {} }, geo: { city: 'Bern', country: GEO.country, postalCode: '3011', timezone: 'UTC' }, ip: '10.0.0.1',
    params: { id: 'b%20c' }, path: '/a/:id', requestId: '01ABC', server: { region: 'us-east-2' },
    site: { id: 'site-1', name: 'my-site', url: 'http://localhost:9999' }, url: 'http://site.test/fn?x=1',
    href: 'http://site.test/fn?x=1', flag: 'none', isUrl: true, token: true,
  });
});

test('what one call changes in its context, the next does not see', async (t) => {
  const runner = await serve(t, `
    export default async (req, context) => { const was = context.geo.country.code; context.geo.country.code = 'XX'; return Response.json(was) }`);
  const headers = { 'x-nf-geo': Buffer.from(JSON.stringify(GEO)).toString('base64') };
  assert.equal(await ask(runner, { headers }), 'CH');
  assert.equal(await ask(runner, { headers }), 'CH');
  assert.equal((await call(runner, { headers: { 'x-nf-geo': 'no JSON' } })).error.errorType, 'TypeError'); // there is no country
});

test('what is not for serverless functions says so', async (t) => {
  const runner = await serve(t, `export default async (req, context) => context.next()`);
  const { error } = await call(runner);
  assert.match(error.errorMessage, /`context\.next` is not implemented for serverless functions/);
});

test('rewrite fetches a path of the same site', async (t) => {
  const runner = await serve(t, `
    import http from 'node:http';
    const server = http.createServer((req, res) => res.end('from ' + req.url)).listen(0, '127.0.0.1').unref();
    await new Promise((resolve) => server.on('listening', resolve));
    export default async (req, context) => {
      const at = 'http://127.0.0.1:' + server.address().port;
      if (req.url.includes('port')) return new Response(String(server.address().port));
      const answers = [await context.rewrite('/there'), await context.rewrite(at + '/url'), await context.rewrite(new URL(at + '/object'))];
      return Response.json(await Promise.all(answers.map((each) => each.text())));
    }`);
  const { body: port } = await call(runner, { url: 'http://site.test/port' });
  assert.deepEqual(await ask(runner, { url: `http://127.0.0.1:${port}/here?q=1` }), ['from /there?q=1', 'from /url', 'from /object']);
});

test('cookies are read from the request, and set with the response', async (t) => {
  const runner = await serve(t, `
    export default async (req, { cookies }) => {
      const { get, set } = cookies;
      set('plain', 'a=b');
      set({ name: 'all', value: 'v', maxAge: 60, domain: 'site.test', path: '/a', secure: true, httpOnly: true, sameSite: 'Lax', expires: new Date(0), unparsed: ['Partitioned'] });
      set({ name: '__Host-x', value: '1', domain: 'gone.test', path: '/gone' });
      cookies.delete('old');
      cookies.delete({ name: 'older', path: '/p', domain: 'd.test' });
      return new Response(JSON.stringify([get('a'), get('b'), get('c') ?? null]), { headers: { 'set-cookie': 'own=1' } });
    }`);
  const answer = await call(runner, { headers: { cookie: 'a=1; b=x=y' } });
  assert.deepEqual(JSON.parse(answer.body), ['1', 'x=y', null]);
  const epoch = 'Thu, 01 Jan 1970 00:00:00 GMT';
  assert.deepEqual(answer.headers.filter((_, index) => answer.headers[index - 1] === 'set-cookie'), [
    'own=1', 'plain=a=b',
    `all=v; Secure; HttpOnly; Max-Age=60; Domain=site.test; SameSite=Lax; Path=/a; Expires=${epoch}; Partitioned`,
    '__Host-x=1; Secure; Path=/',
    `old=; Path=/; Expires=${epoch}`, `older=; Domain=d.test; Path=/p; Expires=${epoch}`,
  ]);
});

for (const [what, set, message] of [
  ['a name', `'a b', 'c'`, /Invalid cookie name/],
  ['a value', `'a', 'b;c'`, /cookie 'a' has a character that must be encoded/],
  ['a value that is no text', `'a', 1`, /must provide the cookie value as a string/],
  ['an age', `{ name: 'a', value: 'b', maxAge: -1 }`, /Max-Age/],
  ['a path', `{ name: 'a', value: 'b', path: '/;' }`, /cookie path/],
  ['a domain', `{ name: 'a', value: 'b', domain: '-a.test' }`, /cookie domain/],
]) {
  test(`a cookie with ${what} that cannot be is an error at the line that sets it`, async (t) => {
    const runner = await serve(t, `export default async (req, { cookies }) => {\n  cookies.set(${set});\n}`);
    const { error } = await call(runner);
    assert.match(error.errorMessage, message);
    assert.ok(error.trace.some((line) => line.includes('fn/hello.mjs:2:')), error.trace.join('\n'));
  });
}

test('Netlify.env reads and writes the environment of the function', async (t) => {
  const runner = await serve(t, `
    const early = Netlify.env.get('COLOUR');
    export default async () => {
      Netlify.env.set('NEW', 'n');
      const has = [Netlify.env.has('COLOUR'), Netlify.env.has('NONE'), process.env.NEW];
      Netlify.env.delete('COLOUR');
      return Response.json([early, ...has, Netlify.env.get('COLOUR') ?? null, Netlify.env.toObject()]);
    }`, { spec: { env: { COLOUR: 'red' } } });
  assert.deepEqual(await ask(runner), ['red', true, false, 'n', null, { NEW: 'n' }]);
});

test('Netlify.context is that of the call that the code belongs to, and null outside', async (t) => {
  const runner = await serve(t, `
    const store = globalThis[Symbol.for('@netlify/functions/request-context-store')];
    const outside = Netlify.context;
    export default async (req, context) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return Response.json([outside, Netlify.context === context, store.getStore().context === context, Netlify.context.requestId]);
    }`);
  assert.deepEqual(await ask(runner), [null, true, true, '01ABC']);
});

test('a function with a handler has no Netlify globals, as there', async (t) => {
  const root = project(t, { 'a.js': `exports.handler = async () => ({ statusCode: 200, body: typeof Netlify })` });
  const runner = await Runner.ready(t, root, 'a.js');
  assert.equal((await runner.call()).body, 'undefined');
});
