'use strict';

/**
 * Modern functions, Request → Response: what the session needs of this folder, which only they load.
 *
 * What Netlify's own runtime does is followed: the npm package @netlify/serverless-functions-api.
 */

const { parse } = require('../call/event.cjs');
const { rehearse } = require('../load/rehearsal.cjs');
const { createContext, placeOf } = require('./context.cjs');
const { defineGlobals } = require('./globals.cjs');
const { RequestInvocation } = require('./invocation.cjs');
const { createRequest } = require('./request.cjs');

/**
 * How the functions of this process are called; its environment must be the function's already.
 *
 * @param {import('node:async_hooks').AsyncLocalStorage} store of the running invocation
 */
function style(store) {
  defineGlobals(store);
  return styleAt(placeOf(process.env));
}

function styleAt(place) {
  function run(invocation, handler, message) {
    let request;
    let context;
    try {
      const event = parse(message.event);
      request = createRequest(event, message.body);
      context = createContext(event, request, invocation, place);
    } catch (error) {
      invocation.failed(error);
      return;
    }
    invocation.run(handler, request, context);
  }

  return { Invocation: RequestInvocation, run };
}

/** Plays a call through in a spare; see `load/rehearsal.cjs`. */
function prepare() {
  return rehearse(styleAt(placeOf({})), async () => new Response('ok'));
}

module.exports = { prepare, style };
