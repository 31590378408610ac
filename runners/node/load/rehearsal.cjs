'use strict';

/**
 * Plays a call through, beginning to end, in a process that waits to be taken as a spare: what runs for
 * the first time is compiled first, which took 1.5 ms of a function's first call.
 */

const { AsyncLocalStorage } = require('node:async_hooks');
const { encode } = require('../wire/protocol.cjs');

const MESSAGE = {
  id: 1,
  request_id: 'rehearsal',
  remaining_ms: 1000,
  want: 1,
  event: Buffer.from('{"headers":{}}'),
  body_kind: 0,
  body: null,
  extras: null,
};
const ANSWER = { statusCode: 200, headers: { 'content-type': 'text/plain' }, body: 'ok' };
const CLASSIC_HANDLER = async () => ANSWER;

/**
 * @param {{Invocation: Function, run: Function}} style of the functions that may come
 * @param {Function} [handler] what answers
 * @returns {Promise<string>} the name of the message that would have been sent
 */
async function rehearse({ Invocation, run }, handler = CLASSIC_HANDLER) {
  const store = new AsyncLocalStorage();
  const name = await new Promise((resolve) => {
    const send = (invocation, message, values) => {
      encode(message, invocation.id, values);
      resolve(message);
    };
    const invocation = new Invocation(MESSAGE, send, String, null);
    store.run(invocation, run, invocation, handler, MESSAGE, {}, {});
  });
  store.disable(); // while it is in use, each promise of a module that loads costs more
  return name;
}

module.exports = { rehearse };
