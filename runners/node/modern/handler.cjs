'use strict';

/**
 * Finds what a modern function exports: a function, or an object with a `fetch`.
 *
 * As in Netlify's runtime (@netlify/serverless-functions-api, `getEventHandler`).
 */

const path = require('node:path');
const { RuntimeError } = require('../errors/errors.cjs');

/**
 * @param {object} module
 * @param {{main_file: string, source_file?: string, root: string}} spec of LOAD
 * @returns {(request: Request, context: object) => unknown}
 * @throws {RuntimeError} there is none
 */
function findRequestHandler(module, spec) {
  const exported = unwrapped(unwrapped(module));
  if (typeof exported === 'function' && !isClass(exported)) return exported;
  if (typeof exported?.fetch === 'function') return exported.fetch.bind(exported);
  throw new RuntimeError(
    'Runtime.HandlerNotFound',
    `The default export of ${path.relative(spec.root, spec.source_file ?? spec.main_file)} is ` +
      `${inWords(exported)}: export a function, (request, context) => Response, or an object ` +
      'that has one as its `fetch`',
  );
}

/** A transpiled module's `default` may lie inside an ES module's. */
function unwrapped(module) {
  const isWrapped = typeof module === 'object' && module !== null && 'default' in module;
  return isWrapped ? module.default : module;
}

function isClass(value) {
  return /^class\b/.test(Function.prototype.toString.call(value));
}

function inWords(value) {
  if (typeof value === 'function') return 'a class, which is not called without `new`';
  if (typeof value?.then === 'function') return 'a promise';
  if (typeof value !== 'object' || value === null) return `of type ${typeof value}`;
  const names = Object.keys(value);
  return names.length === 0 ? 'an empty object' : `an object of ${names.join(', ')}`;
}

module.exports = { findRequestHandler };
