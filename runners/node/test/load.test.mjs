/** Loading: every module format, the handler's places, and what is said when it does not work. */

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { pathToFileURL } from 'node:url';
import { Runner, project, specOf } from './client.mjs';

const BODY = (text) => `async () => ({ statusCode: 200, body: ${text} })`;

async function answer(t, files, file, options) {
  const root = project(t, files);
  const runner = await Runner.ready(t, root, file, options);
  const message = await runner.call();
  assert.equal(message.type, 'RESULT', JSON.stringify(message));
  return { root, runner, body: message.body };
}

test('loads every module format', async (t) => {
  const formats = {
    'exports.js': `exports.handler = ${BODY('"ok"')}`,
    'module.js': `module.exports = { handler: ${BODY('"ok"')} }`,
    'common.cjs': `exports.handler = ${BODY('"ok"')}`,
    'module.mjs': `export const handler = ${BODY('"ok"')}`,
    'default.mjs': `export default { handler: ${BODY('"ok"')} }`,
    'await.mjs': `const text = await Promise.resolve('ok'); export const handler = ${BODY('text')}`,
    'typed/package.json': '{"type": "module"}',
    'typed/module.js': `import path from 'node:path'; export const handler = ${BODY('path.sep && "ok"')}`,
    'typed/common.cjs': `exports.handler = ${BODY('"ok"')}`,
    'commonjs/package.json': '{"type": "commonjs"}',
    'commonjs/common.js': `exports.handler = ${BODY('"ok"')}`,
    'transpiled.js': `Object.defineProperty(exports, '__esModule', { value: true }); exports.default = { handler: ${BODY('"ok"')} }`,
    'wrapped.mjs': `import module from './transpiled.js'; export default module`,
  };
  const root = project(t, formats);
  for (const file of Object.keys(formats).filter((name) => !name.endsWith('.json'))) {
    const runner = await Runner.ready(t, root, file);
    const message = await runner.call();
    assert.equal(message.body, 'ok', file);
    runner.child.kill();
  }
});

test('loads ES module syntax in a plain .js, and local files written like it', async (t) => {
  const { body } = await answer(t, {
    'hello.js': `import { name } from './lib.js'; import fs from 'node:fs'; export const handler = ${BODY('`${name} ${typeof fs.readFileSync}`')}`,
    'lib.js': `export const name = 'lib'`,
  }, 'hello.js');
  assert.equal(body, 'lib function');
});

test('loads a plain .js with a top-level await', async (t) => {
  const { body } = await answer(t, {
    'hello.js': `import { setTimeout } from 'node:timers/promises'; const text = await setTimeout(5, 'awaited'); export const handler = ${BODY('text')}`,
  }, 'hello.js');
  assert.equal(body, 'awaited');
});

test('a nested handler name is followed, and `this` is the object that holds it', async (t) => {
  const root = project(t, { 'hello.js': `exports.api = { name: 'api', async get() { return { statusCode: 200, body: this.name } } }` });
  const runner = await Runner.ready(t, root, 'hello.js', { spec: { handler: 'api.get' } });
  assert.equal((await runner.call()).body, 'api');
});

test('an empty handler name finds `handler`', async (t) => {
  assert.equal((await answer(t, { 'hello.js': `exports.handler = ${BODY('"ok"')}` }, 'hello.js', { spec: { handler: '' } })).body, 'ok');
});

test('a module knows where it is', async (t) => {
  const cjs = await answer(t, {
    'fn/hello.js': `exports.handler = ${BODY('JSON.stringify([__filename, __dirname, require.main === module, module.parent === null])')}`,
  }, 'fn/hello.js');
  assert.deepEqual(JSON.parse(cjs.body), [path.join(cjs.root, 'fn/hello.js'), path.join(cjs.root, 'fn'), false, false]);
  const esm = await answer(t, { 'fn/hello.mjs': `export const handler = ${BODY('import.meta.url')}` }, 'fn/hello.mjs');
  assert.equal(esm.body, pathToFileURL(path.join(esm.root, 'fn/hello.mjs')).href);
});

test('paths with characters that URLs and patterns mind are loaded', async (t) => {
  for (const name of ['a b#c?d%20é[1].js', 'a b#c?d%20é[1].mjs']) {
    const source = name.endsWith('.mjs') ? `export const handler = ${BODY('"ok"')}` : `exports.handler = ${BODY('"ok"')}`;
    assert.equal((await answer(t, { [name]: source }, name)).body, 'ok');
  }
});

test('the environment, the time zone and the directory are the function\'s own', async (t) => {
  const files = {
    'fn/hello.js': `
      const atLoad = [process.cwd(), new Date(0).getHours(), process.env.GREETING];
      exports.handler = async () => ({ statusCode: 200, body: JSON.stringify({ atLoad, env: process.env, hours: new Date(0).getHours() }) });`,
  };
  const root = project(t, files);
  mkdirSync(path.join(root, 'elsewhere'));
  const env = { GREETING: 'Grüße', TZ: 'Asia/Tokyo' };
  const runner = await Runner.ready(t, root, 'fn/hello.js', { env: { TZ: 'America/New_York', SECRET: 'x' }, spec: { env, cwd: path.join(root, 'elsewhere') } });
  const seen = JSON.parse((await runner.call()).body);
  assert.deepEqual(seen, { atLoad: [path.join(root, 'elsewhere'), 9, 'Grüße'], env, hours: 9 });
});

test('traces are mapped to the source when asked for', async (t) => {
  const map = { version: 3, sources: ['../src/hello.ts'], names: [], mappings: 'AAEA' };
  const root = project(t, {
    'out/hello.js': `exports.handler = async () => { throw new Error('mapped') }\n//# sourceMappingURL=hello.js.map\n`,
    'out/hello.js.map': JSON.stringify(map),
    'src/hello.ts': 'one\ntwo\nexports.handler = …\n',
  });
  const mapped = await Runner.ready(t, root, 'out/hello.js', { spec: { source_maps: true } });
  const { error } = await mapped.call();
  assert.match(error.trace.join('\n'), /^Error: mapped\n\s+at .*src\/hello\.ts:3:/);
  const plain = await Runner.ready(t, root, 'out/hello.js');
  assert.match((await plain.call()).error.trace[1], /out\/hello\.js:1:/);
});

test("a package that Yarn's Plug'n'Play keeps is told to be out of reach", async (t) => {
  const root = project(t, { '.pnp.cjs': '', 'package.json': '{"dependencies": {"left-pad": "1"}}', 'fn/a.js': `require('left-pad')` });
  const { errorMessage: message } = await Runner.refused(t, root, 'fn/a.js');
  assert.match(message, /Plug'n'Play .* is not supported: put `nodeLinker: node-modules` into \.yarnrc\.yml/);
});

const refusals = [
  ['a missing package', 'fn/a.js', `require('left-pad')`, 'Runtime.ImportModuleError',
    "Cannot find package 'left-pad', which fn/a.js imports: install it: npm install left-pad"],
  ['a missing scoped package', 'fn/a.mjs', `import '@acme/db/client'; export const handler = 1`, 'Runtime.ImportModuleError',
    "Cannot find package '@acme/db', which fn/a.mjs imports: install it: npm install @acme/db"],
  ['a missing package in a plain .js', 'fn/a.js', `import pad from 'left-pad'; export const handler = pad`, 'Runtime.ImportModuleError',
    "Cannot find package 'left-pad', which fn/a.js imports: install it: npm install left-pad"],
  ["a missing package of AWS's own runtime", 'fn/a.mjs', `import '@aws-sdk/client-s3'`, 'Runtime.ImportModuleError',
    "Cannot find package '@aws-sdk/client-s3', which fn/a.mjs imports: AWS's own runtime brings it along; for this machine install it: npm install -D @aws-sdk/client-s3"],
  ['a missing file', 'fn/a.js', `require('./lib')`, 'Runtime.ImportModuleError',
    "Cannot find module './lib', which fn/a.js imports: check the path"],
  ['a missing file of an ES module', 'fn/a.mjs', `import './lib.mjs'`, 'Runtime.ImportModuleError',
    "Cannot find module 'fn/lib.mjs', which fn/a.mjs imports: check the path"],
  ['a main file that is not there', 'fn/none.js', null, 'Runtime.ImportModuleError', "Cannot find module 'fn/none.js'"],
  ['no handler', 'fn/a.js', `exports.main = 1; exports.other = 2`, 'Runtime.HandlerNotFound',
    'fn/a.js exports no function "handler"; it exports: main, other'],
  ['no exports', 'fn/a.js', ``, 'Runtime.HandlerNotFound', 'fn/a.js exports no function "handler"; it exports nothing'],
  ['no handler in an ES module', 'fn/a.mjs', `export const main = 1`, 'Runtime.HandlerNotFound',
    'fn/a.mjs exports no function "handler"; it exports: main'],
  ['a handler that is no function', 'fn/a.js', `exports.handler = 'x'`, 'Runtime.HandlerNotFound',
    '"handler" in fn/a.js is no function, but of type string'],
  ['exports of null', 'fn/a.js', `module.exports = null`, 'Runtime.HandlerNotFound', 'it exports nothing'],
  ['a default function that was not seen in the source', 'fn/a.mjs', `export default async () => new Response('x'); export const config = {}`, 'Runtime.HandlerNotFound',
    'but a default function: write "export default" into that file itself'],
  ['such a default function in a plain .js', 'fn/a.js', `export default async () => new Response('x')`, 'Runtime.HandlerNotFound',
    'but a default function'],
  ['a modern function that is none', 'fn/a.mjs', `export default 'x'; export const config = {}`, 'Runtime.HandlerNotFound',
    'The default export of fn/a.mjs is of type string: export a function, (request, context) => Response', { api: 'modern' }],
  ['an object without fetch', 'fn/a.js', `exports.default = { config: {} }`, 'Runtime.HandlerNotFound',
    'is an object of config: export a function', { api: 'modern' }],
  ['a syntax error', 'fn/a.js', `const a = 1;\nexports.handler = async () => { return {; };`, 'Runtime.UserCodeSyntaxError',
    "fn/a.js:2: Unexpected token ';'"],
  ['a syntax error in an ES module', 'fn/a.mjs', `export const a = 1;\nexport const = 2;`, 'Runtime.UserCodeSyntaxError', 'fn/a.mjs:2: '],
  ['a syntax error in a plain .js written as an ES module', 'fn/a.js', `import 'node:fs';\n\nexport const = 2;`, 'Runtime.UserCodeSyntaxError',
    "fn/a.js:3: Unexpected token '='"],
  ['an import of what is not exported', 'fn/a.mjs', `import { nothing } from 'node:path'`, 'Runtime.UserCodeSyntaxError',
    "fn/a.mjs:1: The requested module 'node:path' does not provide an export named 'nothing'"],
  ['a module that throws', 'fn/a.js', `\nnull.x`, 'Runtime.ImportModuleError', 'fn/a.js threw while it was loading: TypeError: Cannot read'],
  ['a module that throws a string', 'fn/a.mjs', `throw 'bad'`, 'Runtime.ImportModuleError', 'fn/a.mjs threw while it was loading: bad'],
  ['a module that throws a syntax error of JSON', 'fn/a.js', `JSON.parse('{')`, 'Runtime.ImportModuleError', 'threw while it was loading: SyntaxError'],
  ['a module that cannot finish', 'fn/a.mjs', `await new Promise(() => {})`, 'Runtime.ImportModuleError', 'can never finish loading'],
  ['a module that rejects aside', 'fn/a.mjs', `Promise.reject(new Error('aside')); await new Promise((r) => setTimeout(r, 5000))`,
    'Runtime.UnhandledPromiseRejection', 'Error: aside'],
  ['a handler name without sense', 'fn/a.js', `exports.handler = 1`, 'Runtime.MalformedHandlerName', '"a..b"', { handler: 'a..b' }],
  ['a directory that is not there', 'fn/a.js', `exports.handler = () => {}`, 'Runtime.ImportModuleError', '/does/not/exist cannot be entered: ENOENT', { cwd: '/does/not/exist' }],
];

for (const [name, file, source, type, message, spec] of refusals) {
  test(`does not load ${name}, and says so`, async (t) => {
    const root = project(t, source === null ? { 'x': '' } : { [file]: source });
    const refused = await Runner.refused(t, root, file, { spec });
    assert.equal(refused.errorType, type, JSON.stringify(refused.errorMessage));
    assert.ok(refused.errorMessage.includes(message), refused.errorMessage);
    assert.deepEqual([refused.id, refused.fatal, refused.exit.code], [0, true, 1]);
    assert.ok(!refused.trace.some((line) => /^ +at .*(node:|runners\/node)/.test(line)), refused.trace.join('\n'));
  });
}

test('a message about what was built names the author\'s own file', async (t) => {
  const root = project(t, { 'build/a.cjs': `require('left-pad')`, 'build/b.cjs': '' });
  const missing = await Runner.refused(t, root, 'build/a.cjs', { spec: { source_file: path.join(root, 'fn/a.ts') } });
  assert.match(missing.errorMessage, /which fn\/a\.ts imports/);
  const empty = await Runner.refused(t, root, 'build/b.cjs', { spec: { source_file: path.join(root, 'fn/b.ts') } });
  assert.match(empty.errorMessage, /^fn\/b\.ts exports no function/);
});

test('a syntax error in an imported module is found', async (t) => {
  const root = project(t, {
    'fn/a.mjs': `import { b } from '../lib/b.mjs'; export const handler = b`,
    'lib/b.mjs': `export * from './c.mjs'`,
    'lib/c.mjs': `export const b = 1;\n\nexport { nowhere }`,
  });
  const { errorType, errorMessage } = await Runner.refused(t, root, 'fn/a.mjs');
  assert.deepEqual([errorType, errorMessage], ['Runtime.UserCodeSyntaxError', "lib/c.mjs:3: Export 'nowhere' is not defined in module"]);
});

test('a module that throws shows where', async (t) => {
  const root = project(t, { 'a.js': `function inner() { throw new RangeError('far') }\ninner();` });
  const { trace } = await Runner.refused(t, root, 'a.js');
  assert.deepEqual(trace.slice(0, 2), ['RangeError: far', `    at inner (a.js:1:26)`]);
});

test('what a module prints while it loads is logged, and the process may end there', async (t) => {
  const root = project(t, { 'a.js': `console.log('loading'); process.exit(7)` });
  const runner = new Runner(t);
  await runner.next('HELLO');
  runner.send('LOAD', 0, [JSON.stringify(specOf(root, 'a.js'))]);
  assert.equal((await runner.exit()).code, 7);
  assert.deepEqual(runner.logs, [{ id: 0, stream: 1, level: 'info', text: 'loading' }]);
});
