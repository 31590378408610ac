'use strict';

/**
 * What Netlify's runtime puts into the global scope of a modern function: `Netlify`, and the store
 * in which `getContext` of @netlify/functions looks.
 */

const CONTEXT_STORE = Symbol.for('@netlify/functions/request-context-store');

/**
 * @param {import('node:async_hooks').AsyncLocalStorage} store holds the invocation that the running
 *   code belongs to, whose `context` is the function's
 */
function defineGlobals(store) {
  globalThis[CONTEXT_STORE] = store;
  globalThis.Netlify = {
    get context() {
      return store.getStore()?.context ?? null;
    },
    env: {
      delete: (name) => {
        delete process.env[name];
      },
      get: (name) => process.env[name],
      has: (name) => Boolean(process.env[name]),
      set: (name, value) => {
        process.env[name] = value;
      },
      toObject: () => ({ ...process.env }),
    },
  };
}

module.exports = { defineGlobals };
