'use strict';

/**
 * What is wrong with an answer that JSON would hide: a promise, bytes or a stream are `{}` or a list
 * of numbers there, and the supervisor, which judges all other answers, could not tell.
 */

const BASE64 = "return body.toString('base64') and isBase64Encoded: true.";

/**
 * @param {unknown} value what the handler answered, which is no response
 * @returns {string} what it returned, and what to do; empty when its JSON shows that
 */
function hiddenFault(value) {
  if (Object(value) !== value) return '';
  if (kindOf(value) === 'Response')
    return (
      'a Response. Only a function that is the default export answers with one: write ' +
      '`export default async (request) => …`, or return {statusCode: 200, body: "text"}.'
    );
  return bodyFault(value.body);
}

function bodyFault(body) {
  if (typeof body === 'function') return 'a `body` that is a function. Call it.';
  if (Object(body) !== body) return '';
  if (typeof body.then === 'function') return 'a `body` that is a promise. `await` it.';
  if (Buffer.isBuffer(body)) return `a \`body\` that is a Buffer. For bytes, ${BASE64}`;
  if (ArrayBuffer.isView(body) || body instanceof ArrayBuffer)
    return `a \`body\` of bytes (${kindOf(body)}). Put them into a Buffer: ${BASE64}`;
  if (typeof body.pipe === 'function' || kindOf(body) === 'ReadableStream')
    return 'a `body` that is a stream. Wrap the handler in `stream()` of @netlify/functions.';
  return '';
}

function kindOf(value) {
  return Object.prototype.toString.call(value).slice('[object '.length, -1);
}

module.exports = { hiddenFault };
