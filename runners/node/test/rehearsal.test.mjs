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

test('a spare for modern functions says nothing before LOAD either, and then is like any other', async (t) => {
  const root = project(t, { 'hello.mjs': `export default async (req, context) => new Response(context.site.name)` });
  const runner = new Runner(t, { env: { POLYFN_WARM: 'modern' } });
  await runner.next('HELLO');
  await new Promise((resolve) => setTimeout(resolve, 400)); // a spare after 50
  assert.deepEqual([runner.messages, runner.logs, runner.loaded, runner.text], [[], [], [], '']);
  const spec = specOf(root, 'hello.mjs', { api: 'modern', env: { SITE_NAME: 'mine' } });
  runner.send('LOAD', 0, [JSON.stringify(spec)]);
  await runner.next('READY');
  assert.equal((await runner.call({ rawUrl: 'http://site.test/' })).body, 'mine');
});

test('a rehearsal of a modern function leaves no trace in the global scope', async () => {
  const { prepare } = require('../modern/index.cjs');
  assert.equal(await prepare(), 'RESULT');
  assert.equal(typeof globalThis.Netlify, 'undefined');
});
