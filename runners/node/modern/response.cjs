'use strict';

/**
 * What a modern function returned → the head of its response, or what is wrong with it.
 */

const { isUtf8 } = require('node:buffer');
const { MAX_LIST } = require('../wire/protocol.cjs');
const { RuntimeError } = require('../errors/errors.cjs');

const NodesResponse = Response;
// The words of Netlify's runtime (@netlify/serverless-functions-api, `getResponseFromResult`).
const UNSUPPORTED =
  "Function returned an unsupported value. Accepted types are 'Response' or 'undefined'";

/**
 * @param {unknown} value
 * @param {string[]} cookies further `set-cookie` headers
 * @param {boolean} untouched whether its body is known not to have been read
 * @returns {[number, string[]]} the status; name, value, name, value …
 * @throws {RuntimeError} it is no response, or none that can be sent
 */
function headOf(value, cookies, untouched) {
  if (!isResponse(value)) throw invalid(`${UNSUPPORTED}; it returned ${inWords(value)}`);
  if (!untouched && (value.bodyUsed || value.body?.locked))
    throw invalid(
      'Function returned a Response whose body was read already: return its clone(), or make a new one',
    );
  if (value.status === 0)
    throw invalid(
      'Function returned Response.error(), which stands for a failed request and has no status',
    );
  const headers = [];
  for (const [name, text] of value.headers) headers.push(name, text);
  for (const line of cookies) headers.push('set-cookie', line);
  if (headers.length > MAX_LIST)
    throw invalid(`Function returned a Response with ${headers.length / 2} headers: too many`);
  return [value.status, headers];
}

/**
 * A whole response as the value that a handler with (event, context) would give for it.
 *
 * @param {number} status
 * @param {string[]} headers name, value, name, value …
 * @param {string | Uint8Array | null} body
 */
function asValue(status, headers, body) {
  const multiValueHeaders = {};
  for (let at = 0; at < headers.length; at += 2)
    (multiValueHeaders[headers[at]] ??= []).push(headers[at + 1]);
  const bytes = body && Buffer.from(body);
  const isBase64Encoded = bytes !== null && !isUtf8(bytes);
  const text = bytes && bytes.toString(isBase64Encoded ? 'base64' : 'utf8');
  return { statusCode: status, multiValueHeaders, body: text, isBase64Encoded };
}

/** Of this realm: Node's own, or what the author has put into its place. */
function isResponse(value) {
  return value instanceof NodesResponse || value instanceof globalThis.Response;
}

function invalid(message) {
  return new RuntimeError('Function.InvalidResponse', message);
}

function inWords(value) {
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object') return `a ${typeof value}`;
  if (value === null) return 'null';
  const name = value.constructor?.name;
  if (name === 'Response') return "a Response that is not Node's own: use the global Response";
  if (Object.hasOwn(value, 'statusCode'))
    return 'an object with a statusCode, as handlers named "handler" do';
  return name === undefined || name === 'Object' ? 'an object' : `an object of type ${name}`;
}

module.exports = { asValue, headOf };
