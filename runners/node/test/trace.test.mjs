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

test('a function that closes the pipe of its answers is told why it ends', async (t) => {
  const root = project(t, { 'hello.js': `exports.handler = async () => { require('fs').closeSync(4); return { statusCode: 200 } }` });
  const runner = await Runner.ready(t, root, 'hello.js');
  runner.begin({});
  assert.equal((await runner.exit()).code, 70);
  assert.match(runner.text, /^polyfn's Node runner stops: the function has closed the descriptor by which it answers, 4\./);
});
