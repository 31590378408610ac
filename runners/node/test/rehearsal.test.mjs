/** What a spare does while it waits. */

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import test from 'node:test';
import { Runner, project, specOf } from './client.mjs';

const require = createRequire(import.meta.url);
const { rehearse } = require('../load/rehearsal.cjs');
const { Invocation } = require('../call/invocation.cjs');
const { assemble } = require('../call/event.cjs');
const { createContext } = require('../call/context.cjs');

test('a rehearsal plays a call through to its result', async () => {
  const events = [];
  const run = (invocation, handler, message, extras, spec) => {
    events.push(assemble(message));
    invocation.run(handler, events[0], createContext(spec, invocation, extras));
  };
  assert.equal(await rehearse({ Invocation, run }), 'RESULT');
  assert.deepEqual(events, [{ headers: {} }]);
});

test('a spare says nothing before LOAD, and then is like any other', async (t) => {
  const source = `
    const { AsyncLocalStorage } = require('node:async_hooks');
    const mine = new AsyncLocalStorage();
    exports.handler = () => mine.run('mine', async () => {
      await null;
      return { statusCode: 200, body: mine.getStore() };
    });`;
  const root = project(t, { 'hello.js': source });
  const runner = new Runner(t);
  await runner.next('HELLO');
  await new Promise((resolve) => setTimeout(resolve, 200)); // a spare after 50
  assert.deepEqual([runner.messages, runner.logs, runner.loaded, runner.text], [[], [], [], '']);
  runner.send('LOAD', 0, [JSON.stringify(specOf(root, 'hello.js'))]);
  await runner.next('READY');
  assert.equal((await runner.call()).body, 'mine');
});

test('so does one of a modern function, without a trace in the global scope', async () => {
  const { prepare } = require('../modern/index.cjs');
  assert.equal(await prepare(), 'RESULT');
  assert.equal(typeof globalThis.Netlify, 'undefined');
});
