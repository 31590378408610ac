/** Stacks in what the author's code prints: the author's frames alone, as in the trace of an answer. */

import assert from 'node:assert/strict';
import test from 'node:test';
import { Runner, project } from './client.mjs';

const FILES = {
  'lib/deep.js': `
exports.deep = () => { throw new TypeError('deep') };
exports.later = async () => { await null; throw new RangeError('later') };`,
  'node_modules/pkg/index.js': `exports.each = (list, f) => list.forEach((one) => f(one));`,
};

async function printed(t, body) {
  const main = `const { deep, later } = require('./lib/deep'); const { each } = require('pkg'); const fs = require('fs');
exports.handler = async () => {
${body}
  return { statusCode: 200 };
};`;
  const runner = await Runner.ready(t, project(t, { ...FILES, 'hello.js': main }), 'hello.js');
  assert.equal((await runner.call()).status, 200);
  return runner.logs.map(({ text }) => text).join('\n');
}

const AT = '    at exports.handler (hello.js';
for (const [name, body, expected] of [
  ['an error', `try { each([1], deep) } catch (e) { console.error(e) }`, `TypeError: deep
    at exports.deep (lib/deep.js:2:30)
    at node_modules/pkg/index.js:1:51
    at exports.each (node_modules/pkg/index.js:1:34)
${AT}:3:7)`],
  ['a stack beside words', `try { deep() } catch (e) { console.log('failed:', e.stack) }`, `failed: TypeError: deep
    at exports.deep (lib/deep.js:2:30)
${AT}:3:7)`],
  ['an error of an async function', `await later().catch((e) => console.warn(e))`, `RangeError: later
    at exports.later (lib/deep.js:3:49)
    at async exports.handler (hello.js:3:1)`],
  ['an error whose properties follow its last frame', `try { fs.readFileSync('/nope') } catch ({ message, stack }) {
    console.error(Object.assign(new Error('read'), { code: 5 })) }`, `Error: read
${AT}:4:33) {
  code: 5
}`],
  ['a system error', `try { fs.readFileSync('/nope') } catch (e) { delete e.errno; delete e.syscall; delete e.path; console.error(e) }`,
    `Error: ENOENT: no such file or directory, open '/nope'
${AT}:3:10) {
  code: 'ENOENT'
}`],
  ['a cause', `try { try { deep() } catch (cause) { throw new Error('outer', { cause }) } } catch (e) { console.error(e) }`, `Error: outer
${AT}:3:44) {
  [cause]: TypeError: deep
      at exports.deep (lib/deep.js:2:30)
      at exports.handler (hello.js:3:13)
}`],
  ['errors that another gathers', `await Promise.any([later()]).catch((e) => console.error(e))`, `[AggregateError: All promises were rejected] {
  [errors]: [
    RangeError: later
        at exports.later (lib/deep.js:3:49)
        at async Promise.any (index 0)
        at async exports.handler (hello.js:3:1)
  ]
}`],
  ['errors in a list', `console.log([new Error('a'), new Error('b')], { c: new Error('c'), d: 1 })`, `[
  Error: a
      at exports.handler (hello.js:3:14),
  Error: b
      at exports.handler (hello.js:3:30)
] {
  c: Error: c
      at exports.handler (hello.js:3:52),
  d: 1
}`],
  ['an error of a timer', `await new Promise((done) => setTimeout(() => { console.error(new Error('aside')); done() }, 1))`, `Error: aside
    at Timeout._onTimeout (hello.js:3:62)`],
  ['an error of code that is evaluated', `try { eval('null.x') } catch (e) { console.error(e) }`, `TypeError: Cannot read properties of null (reading 'x')
    at eval (eval at exports.handler (hello.js:3:7), <anonymous>:1:6)
${AT}:3:7)`],
  ['an error in colours', `console.log(require('util').inspect(new Error('red'), { colors: true }))`, `Error: red
${AT}:3:37)`],
  ['a trace', `console.trace('here %d', 5)`, `Trace: here 5
${AT}:3:9)`],
  ['a stack written to a stream', `process.stderr.write(new Error('w').stack + '\\n')`, `Error: w
${AT}:3:22)`],
  ['an error of a worker', `const { Worker } = require('worker_threads');
  await new Promise((done) => new Worker("throw new Error('afar')", { eval: true }).on('error', ({ stack }) => { console.log(stack.slice(stack.indexOf('Error: afar'))) }).on('exit', done))`,
    `Error: afar
    at [worker eval]:1:7`],
  ['what is no stack', `console.log('we meet    at noon\\n    at the bridge (by the river)')`, `we meet    at noon
    at the bridge (by the river)`],
]) {
  test(`${name}`, async (t) => assert.equal(await printed(t, body), expected));
}

test('the stack itself stays as Node makes it: only what is shown is shortened', async (t) => {
  const text = await printed(t, `console.log(JSON.stringify(new Error('all').stack))`);
  assert.match(text, /\/hello\.js:3:28\)\\n.*session\.cjs/s);
});
