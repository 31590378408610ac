'use strict';

/**
 * Turns what a handler answered into a RESULT or a VALUE (PROTOCOL.md §3).
 */

const { MAX_LIST, MAX_UINT } = require('../wire/protocol.cjs');
const { RuntimeError } = require('../errors/errors.cjs');

const NONE = Object.freeze([]);

/**
 * @param {unknown} value what the handler answered
 * @param {boolean} wantsHttp whether an HTTP response may be sent structured
 * @param {string} name the function's, for what is wrong
 * @returns {['RESULT' | 'VALUE', Array]} a message's name and its fields
 * @throws {RuntimeError} JSON cannot hold it, or hides what is wrong with it
 */
function ending(value, wantsHttp, name) {
  const direct = wantsHttp ? response(value) : null;
  if (direct !== null) return ['RESULT', direct];
  const fault = wantsHttp ? require('./hidden.cjs').hiddenFault(value) : '';
  if (fault !== '')
    throw new RuntimeError('Function.InvalidResponse', `Function '${name}' returned ${fault}`);
  const json = stringify(value);
  const judged =
    wantsHttp && Object.hasOwn(Object(value), 'statusCode') ? response(JSON.parse(json)) : null;
  return judged === null ? ['VALUE', [json]] : ['RESULT', judged];
}

function stringify(value) {
  try {
    return JSON.stringify(value) ?? 'null';
  } catch (error) {
    throw new RuntimeError(
      'Runtime.MarshalError',
      `The handler's answer cannot be turned into JSON: ${error.message}`,
    );
  }
}

/**
 * A RESULT's fields; `null` for a value that is none, or that only JSON (a `Date` header, a
 * `toJSON`) may make one.
 */
function response(value) {
  if (typeof value !== 'object' || value === null || typeof value.toJSON === 'function')
    return null;
  const { statusCode, body, isBase64Encoded } = value;
  if (!Number.isInteger(statusCode) || statusCode < 0 || statusCode > MAX_UINT) return null;
  if (!(body === undefined || body === null || typeof body === 'string')) return null;
  if (!(
    isBase64Encoded === undefined ||
    isBase64Encoded === null ||
    typeof isBase64Encoded === 'boolean'
  ))
    return null;
  const headers = flatHeaders(value);
  if (headers !== null && headers.length > MAX_LIST) return null;
  return headers && [statusCode, headers, body ?? null, isBase64Encoded === true];
}

/** Name, value, name, value …, or `null` when one of the three sources has another shape. */
function flatHeaders({ headers, multiValueHeaders, cookies }) {
  const flat = [];
  const lists = multiValueHeaders ?? null;
  const overridden = lists === null ? NONE : present(lists).map((name) => name.toLowerCase());
  if (!appendSingle(flat, headers ?? null, overridden)) return null;
  if (!appendLists(flat, lists)) return null;
  if (!appendCookies(flat, cookies ?? null)) return null;
  return flat;
}

function appendSingle(flat, headers, overridden) {
  if (headers === null) return true;
  if (!isMap(headers)) return false;
  for (const name of present(headers)) {
    const text = scalar(headers[name]);
    if (text === null) return false;
    if (overridden.length === 0 || !overridden.includes(name.toLowerCase())) flat.push(name, text);
  }
  return true;
}

function appendLists(flat, lists) {
  if (lists === null) return true;
  if (!isMap(lists)) return false;
  for (const name of present(lists)) {
    if (!Array.isArray(lists[name])) return false;
    for (const value of lists[name]) {
      const text = scalar(value);
      if (text === null) return false;
      flat.push(name, text);
    }
  }
  return true;
}

function appendCookies(flat, cookies) {
  if (cookies === null) return true;
  if (!Array.isArray(cookies)) return false;
  for (const cookie of cookies) {
    if (typeof cookie !== 'string') return false;
    flat.push('set-cookie', cookie);
  }
  return true;
}

/** The names that JSON would keep. */
function present(map) {
  return Object.keys(map).filter((name) => map[name] !== undefined);
}

function isMap(value) {
  return typeof value === 'object' && !Array.isArray(value) && typeof value.toJSON !== 'function';
}

/** A header's value as text, as JSON would write it; `null` when it is none. */
function scalar(value) {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' ? Number.isFinite(value) : typeof value === 'boolean')
    return String(value);
  return null;
}

module.exports = { ending, flatHeaders };
