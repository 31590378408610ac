/** The author's own frames, as paths of the project. */

import assert from 'node:assert/strict';
import { symlinkSync, unlinkSync } from 'node:fs';
import test from 'node:test';
import { Runner, project } from './client.mjs';

async function thrown(t, files, main = 'hello.js', spec = {}) {
  const root = project(t, files);
  const runner = await Runner.ready(t, root, main, { spec });
  const { error } = await runner.call();
  assert.ok(!error.trace.some((line) => /node:|runners\/node|<anonymous>\)/.test(line)), error.trace.join('\n'));
  return error.trace;
}

test('files of the project are named relative to it, also in async functions', async (t) => {
  const trace = await thrown(t, {
    'hello.js': `const { load } = require('./lib/load');\nexports.handler = async () => {\n  await load();\n};`,
    'lib/load.js': `exports.load = async () => {\n  await null;\n  throw new TypeError('no');\n};`,
  });
  assert.deepEqual(trace, [
    'TypeError: no', '    at exports.load (lib/load.js:3:9)', '    at async exports.handler (hello.js:3:3)',
  ]);
});

test('files of ES modules are named like others, whatever is in their names', async (t) => {
  const trace = await thrown(t, { 'a b/héllo.mjs': `export const handler = async () => { throw new Error('no') }` }, 'a b/héllo.mjs');
  assert.deepEqual(trace, ['Error: no', '    at Module.handler (a b/héllo.mjs:1:44)']);
});

test('a package of node_modules stays in the trace', async (t) => {
  const trace = await thrown(t, {
    'hello.js': `const fail = require('pkg');\nexports.handler = async () => fail();`,
    'node_modules/pkg/index.js': `module.exports = function fail() { throw new Error('inside') };`,
  });
  assert.match(trace[1], /at fail \(node_modules\/pkg\/index\.js:1:/);
  assert.match(trace[2], /at exports\.handler \(hello\.js:2:/);
});

test('a project behind a symbolic link has relative paths as well', async (t) => {
  const root = project(t, { 'hello.js': `exports.handler = async () => { throw new Error('no') }` });
  const link = `${root}-link`;
  symlinkSync(root, link);
  t.after(() => unlinkSync(link));
  const runner = await Runner.ready(t, link, 'hello.js');
  assert.deepEqual((await runner.call()).error.trace[1], '    at exports.handler (hello.js:1:39)');
});

test('causes are told, errors or not', async (t) => {
  const trace = await thrown(t, {
    'hello.js': `
      exports.handler = async () => {
        const inner = new Error('second', { cause: 'a plain text' });
        throw new Error('first', { cause: inner });
      };`,
  });
  assert.deepEqual(trace, [
    'Error: first', '    at exports.handler (hello.js:4:15)',
    'Caused by: Error: second', '    at exports.handler (hello.js:3:23)',
    'Caused by: a plain text',
  ]);
});

test('the errors that an AggregateError gathers are told, each with its place', async (t) => {
  const trace = await thrown(t, {
    'hello.js': `
      const one = async () => { throw new TypeError('first') };
      const two = async () => { throw 'second' };
      exports.handler = async () => { await Promise.any([one(), two()]) };`,
  });
  const text = trace.join('\n');
  assert.match(text, /^AggregateError: All promises were rejected/);
  assert.match(text, /Error 1 of 2: TypeError: first\n {4}at one \(hello\.js:2:39\)/);
  assert.match(text, /Error 2 of 2: second/);
});

test('errors that gather each other without end have a trace that ends', async (t) => {
  const trace = await thrown(t, {
    'hello.js': `
      const all = Array.from({ length: 50 }, () => new AggregateError([], 'one of many'));
      for (const each of all) each.errors = all;
      exports.handler = async () => { throw all[0] };`,
  });
  assert.ok(trace.length <= 200);
});

test('an async arrow function without a name has a relative path, too', async (t) => {
  const trace = await thrown(t, { 'hello.js': `exports.handler = () => (async () => {\n  await (async () => { await null; throw new Error('no') })();\n})();` });
  assert.deepEqual(trace, ['Error: no', '    at hello.js:2:42', '    at async hello.js:2:3']);
});

test('code that is evaluated is placed by its caller', async (t) => {
  const trace = await thrown(t, { 'hello.js': `exports.handler = async () => new Function('return nothing.here')()` });
  assert.deepEqual(trace, [
    'ReferenceError: nothing is not defined',
    '    at eval (eval at exports.handler (hello.js:1:31), <anonymous>:3:1)', '    at exports.handler (hello.js:1:66)',
  ]);
});

for (const [name, code, expected] of [
  ['a stack of call sites, which some packages leave', `Error.prepareStackTrace = (_, sites) => sites; throw new Error('no')`,
    ['Error: no', '    at exports.handler (hello.js:1:86)']],
  ['a stack that the author formats', `Error.prepareStackTrace = (e, sites) => e + '\\n    at ' + sites[0]; throw new Error('no')`,
    ['Error: no', '    at exports.handler (hello.js:1:107)']],
  ['a stack that cannot be read', `Error.prepareStackTrace = () => { throw new Error('other') }; throw new Error('no')`, []],
  ['a stack that is a number', `throw Object.assign(new Error('no'), { stack: 5 })`, []],
  ['a stack without frames', `Error.stackTraceLimit = 0; throw new Error('no')`, ['Error: no']],
  ['a stack from another place', `const e = new Error('no'); (function place() { Error.captureStackTrace(e) })(); throw e`,
    ['Error: no', '    at place (hello.js:1:86)', '    at exports.handler (hello.js:1:109)']],
  ['an object with a stack', `const e = { message: 'no', name: 'Error' }; Error.captureStackTrace(e); throw e`,
    ['Error: no', '    at exports.handler (hello.js:1:83)']],
]) {
  test(`${name} takes nothing else from the error`, async (t) => {
    const root = project(t, { 'hello.js': `exports.handler = async () => { ${code} }` });
    const { error } = await (await Runner.ready(t, root, 'hello.js')).call();
    assert.deepEqual([error.errorType, error.errorMessage], ['Error', 'no']);
    assert.deepEqual(error.trace, expected);
  });
}

// Line 2, column 8 of what was built is line 3, column 5 of the source.
const MAP = JSON.stringify({ version: 3, sourceRoot: '..', sources: ['src/a b.ts'], names: [], mappings: ';OAEI' });
const BUILT = `module.exports = () => {\n/*****/throw new Error('built'); };\n`;
for (const [name, files] of [
  ['a file beside it', { 'dist/a.js': `${BUILT}//# sourceMappingURL=a.js.map\n`, 'dist/a.js.map': MAP }],
  ['the file itself', { 'dist/a.js': `${BUILT}//# sourceMappingURL=data:application/json;charset=utf-8;base64,${Buffer.from(MAP).toString('base64')}\n` }],
]) {
  test(`JavaScript that its author has built is mapped by ${name}, in the answer and in the log`, async (t) => {
    const main = `const a = require('./dist/a');\nexports.handler = async () => {\n  try { a() } catch (e) { console.error(e); throw e }\n}`;
    const root = project(t, { ...files, 'hello.js': main });
    const runner = await Runner.ready(t, root, 'hello.js', { spec: { source_maps: true } });
    const { error } = await runner.call();
    const expected = ['Error: built', '    at module.exports (src/a b.ts:3:5)', '    at exports.handler (hello.js:3:9)'];
    assert.deepEqual(error.trace, expected);
    assert.equal(runner.logs[0].text, expected.join('\n'));
  });
}

test('a source map that is broken or gone is not missed', async (t) => {
  for (const map of ['no.map', 'data:application/json;base64,eyJ2', 'http://localhost/x.map']) {
    const root = project(t, { 'hello.js': `exports.handler = async () => { throw new Error('no') }\n//# sourceMappingURL=${map}\n` });
    const { error } = await (await Runner.ready(t, root, 'hello.js', { spec: { source_maps: true } })).call();
    assert.deepEqual(error.trace, ['Error: no', '    at exports.handler (hello.js:1:39)']);
  }
});

test('a function that closes the pipe of its answers is told why it ends', async (t) => {
  const root = project(t, { 'hello.js': `exports.handler = async () => { require('fs').closeSync(4); return { statusCode: 200 } }` });
  const runner = await Runner.ready(t, root, 'hello.js');
  runner.begin({});
  assert.equal((await runner.exit()).code, 70);
  assert.match(runner.text, /^polyfn's Node runner stops: the function has closed the descriptor by which it answers, 4\./);
});
