/** How handlers answer: async, by callback, by value, through the context. */

import assert from 'node:assert/strict';
import test from 'node:test';
import { Runner, project } from './client.mjs';

async function serve(t, source, options) {
  return Runner.ready(t, project(t, { 'hello.js': source }), 'hello.js', options);
}

const result = (id, body, more = {}) => ({
  type: 'RESULT', id, status: 200, headers: [], body, is_base64: false, ...more,
});

test('an async handler answers when its promise settles', async (t) => {
  const runner = await serve(t, `
    exports.handler = async (event) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return { statusCode: 200, body: event.name };
    };`);
  assert.deepEqual(await runner.call({ name: 'Ada' }), result(1, 'Ada'));
  assert.deepEqual(await runner.call({ name: 'Bob' }), result(2, 'Bob'));
});

test('an async handler does not wait for the timers that its module keeps', async (t) => {
  const runner = await serve(t, `
    setInterval(() => {}, 1000);
    exports.handler = async () => ({ statusCode: 200, body: 'now' });`);
  assert.deepEqual(await runner.call(), result(1, 'now'));
});

test('a thenable counts as a promise', async (t) => {
  const runner = await serve(t, `exports.handler = () => ({ then(resolve) { resolve({ statusCode: 204 }) } })`);
  assert.deepEqual(await runner.call(), result(1, null, { status: 204 }));
});

test('a value returned without a promise is the answer', async (t) => {
  const runner = await serve(t, `exports.handler = (event) => ({ statusCode: 200, body: event.x })`);
  assert.deepEqual(await runner.call({ x: 'y' }), result(1, 'y'));
});

test('what a callback handler returns by accident is not its answer', async (t) => {
  const runner = await serve(t, `
    exports.handler = (event, context, callback) => setTimeout(() => callback(null, { statusCode: 200, body: 'late' }), 5)`);
  assert.deepEqual(await runner.call(), result(1, 'late'));
});

test('a server or a timer that a handler returns is not its answer when the context answers', async (t) => {
  const runner = await serve(t, `
    const server = require('node:http').createServer();
    exports.handler = (event, context) => {
      const timer = setTimeout(() => context.succeed({ statusCode: 200, body: 'late' }), 5);
      return event.server ? server : timer;
    };`);
  assert.deepEqual(await runner.call({ server: true }), result(1, 'late'));
  assert.deepEqual(await runner.call({}), result(2, 'late'));
});

test('an object of a class is the answer when nothing else answers', async (t) => {
  const runner = await serve(t, `
    class Answer { constructor(fields) { Object.assign(this, fields) } }
    exports.handler = (event) => new Answer(event);`);
  assert.deepEqual(await runner.call({ statusCode: 201 }), result(1, null, { status: 201 }));
  const { type, value } = await runner.call({ x: 1 });
  assert.deepEqual([type, value], ['VALUE', { x: 1 }]);
});

test('a handler that takes a callback may return a response all the same', async (t) => {
  const runner = await serve(t, `exports.handler = (event, context, callback) => ({ statusCode: 201 })`);
  assert.deepEqual(await runner.call(), result(1, null, { status: 201 }));
});

test('a callback answers when the event loop is empty', async (t) => {
  const runner = await serve(t, `
    let late = 'no';
    exports.handler = (event, context, callback) => {
      const answer = { statusCode: 200 };
      setTimeout(() => { answer.body = 'after the timer' }, 30);
      callback(null, answer);
    };`);
  assert.deepEqual(await runner.call(), result(1, 'after the timer'));
  assert.deepEqual(await runner.call(), result(2, 'after the timer'));
});

test('a callback answers at once when it need not wait', async (t) => {
  const runner = await serve(t, `
    setInterval(() => {}, 1000);
    exports.handler = (event, context, callback) => {
      context.callbackWaitsForEmptyEventLoop = false;
      callback(null, { statusCode: 200, body: 'at once' });
    };`);
  assert.deepEqual(await runner.call(), result(1, 'at once'));
});

test('an error in a callback does not wait', async (t) => {
  const runner = await serve(t, `
    setInterval(() => {}, 1000);
    exports.handler = (event, context, callback) => { callback(new TypeError('no')) };`);
  const message = await runner.call();
  assert.equal(message.type, 'ERROR');
  assert.equal(message.error.errorType, 'TypeError');
  assert.equal(message.fatal, false);
});

test('only the first answer counts', async (t) => {
  const runner = await serve(t, `
    exports.handler = async (event, context, callback) => {
      context.succeed({ statusCode: 200, body: 'first' });
      callback(null, { statusCode: 500 });
      context.fail(new Error('late'));
      throw new Error('later');
    };`);
  assert.deepEqual(await runner.call(), result(1, 'first'));
  assert.deepEqual(await runner.call(), result(2, 'first'));
});

test('a callback called in an async handler wins over what the handler returns', async (t) => {
  const runner = await serve(t, `
    exports.handler = async (event, context, callback) => { callback(null, { statusCode: 200, body: 'called back' }) };`);
  assert.deepEqual(await runner.call(), result(1, 'called back'));
});

test('context.succeed, done and fail answer', async (t) => {
  const runner = await serve(t, `
    setInterval(() => {}, 1000);
    exports.handler = (event, context) => { setTimeout(() => context[event.how](...event.with), 1) };`);
  const answer = { statusCode: 200, body: 'x' };
  assert.deepEqual(await runner.call({ how: 'succeed', with: [answer] }), result(1, 'x'));
  assert.deepEqual(await runner.call({ how: 'done', with: [null, answer] }), result(2, 'x'));
  const failed = { type: 'ERROR', id: 3, error: { errorType: 'string', errorMessage: 'bad', trace: [] }, fatal: false };
  assert.deepEqual(await runner.call({ how: 'fail', with: ['bad'] }), failed);
  assert.deepEqual(await runner.call({ how: 'done', with: ['bad'] }), { ...failed, id: 4 });
  assert.equal((await runner.call({ how: 'fail', with: [null] })).error.errorMessage, 'handled');
});

test('a handler that answers nothing sends null when the event loop is empty', async (t) => {
  const runner = await serve(t, `
    exports.handler = (event) => { if (event.wait) setTimeout(() => console.log('done waiting'), event.wait) };`);
  assert.deepEqual(await runner.call(), { type: 'VALUE', id: 1, value: null });
  assert.deepEqual(await runner.call({ wait: 20 }), { type: 'VALUE', id: 2, value: null });
  assert.equal(runner.logs[0].text, 'done waiting');
  assert.equal(runner.logs[0].id, 2);
});

test('a promise that can never settle fails at once, and the next call works', async (t) => {
  const runner = await serve(t, `
    exports.handler = (event) => event.hang ? new Promise(() => {}) : Promise.resolve({ statusCode: 200, body: 'ok' })`);
  const message = await runner.call({ hang: true });
  assert.equal(message.error.errorType, 'Runtime.NodeJsExit');
  assert.match(message.error.errorMessage, /never settle/);
  assert.deepEqual(await runner.call(), result(2, 'ok'));
});

test('between calls the event loop goes on: timers left behind fire', async (t) => {
  const runner = await serve(t, `
    exports.handler = async () => { setTimeout(() => console.log('left behind'), 10); return { statusCode: 200 } };`);
  await runner.call();
  await runner.logged(/left behind/);
  assert.equal(runner.logs[0].id, 1);
});

test('the context has what AWS gives, as its own keys', async (t) => {
  const runner = await serve(t, `
    exports.handler = async (event, context) => {
      const copy = { ...context };
      return { ...context, remaining: copy.getRemainingTimeInMillis(), kinds: Object.fromEntries(Object.entries(context).map(([k, v]) => [k, typeof v])), trace: process.env._X_AMZN_TRACE_ID };
    };`);
  const extras = { client_context: { custom: { a: 1 } }, identity: { cognitoIdentityId: 'i' }, trace_id: 'Root=1' };
  const { value } = await runner.call({}, { ms: 5000, requestId: 'r-1', extras, want: 0 });
  const { remaining, kinds, ...rest } = value;
  assert.deepEqual(rest, {
    callbackWaitsForEmptyEventLoop: true, functionName: 'hello', functionVersion: '$LATEST', memoryLimitInMB: '256',
    logGroupName: '/group', logStreamName: 'stream', awsRequestId: 'r-1', invokedFunctionArn: 'arn:aws:lambda:x',
    clientContext: { custom: { a: 1 } }, identity: { cognitoIdentityId: 'i' }, trace: 'Root=1',
  });
  assert.ok(Number.isInteger(remaining) && remaining > 0 && remaining <= 5000, String(remaining));
  for (const name of ['getRemainingTimeInMillis', 'done', 'succeed', 'fail']) assert.equal(kinds[name], 'function', name);
  const { value: second } = await runner.call({}, { want: 0 });
  assert.equal('clientContext' in second || 'identity' in second || 'trace' in second, false);
});

test('the time left counts down to zero, and not below', async (t) => {
  const runner = await serve(t, `
    exports.handler = async (event, context) => { await new Promise((r) => setTimeout(r, 20)); return context.getRemainingTimeInMillis() };`);
  assert.equal((await runner.call({}, { ms: 10 })).value, 0);
});

test('several invocations at a time each get their own answer and their own logs', async (t) => {
  const runner = await serve(t, `
    exports.handler = async ({ ms, name }) => {
      console.log('begin', name);
      await new Promise((resolve) => setTimeout(resolve, ms));
      console.log('end', name);
      return { statusCode: 200, body: name };
    };`);
  const slow = runner.begin({ ms: 60, name: 'slow' });
  const fast = runner.begin({ ms: 5, name: 'fast' });
  assert.equal((await runner.next('RESULT')).id, fast);
  assert.equal((await runner.next('RESULT')).id, slow);
  const seen = runner.logs.map(({ id, text }) => `${id} ${text}`).sort();
  assert.deepEqual(seen, [`${slow} begin slow`, `${slow} end slow`, `${fast} begin fast`, `${fast} end fast`].sort());
});
