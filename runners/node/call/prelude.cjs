'use strict';

/**
 * The status and headers of a streamed response, as a handler gives them: an object, or its JSON with
 * eight NUL bytes behind it as the stream's first bytes (`application/vnd.awslambda.http-integration-response`).
 */

const { MAX_LIST, MAX_UINT } = require('../wire/protocol.cjs');
const { RuntimeError } = require('../errors/errors.cjs');
const { flatHeaders } = require('./result.cjs');

const TYPE = 'application/vnd.awslambda.http-integration-response';
const END = Buffer.alloc(8);
const MAX_BYTES = 1024 * 1024;
const DEFAULT_STATUS = 200;

/**
 * @param {unknown} metadata `{statusCode, headers, multiValueHeaders, cookies}`, each optional
 * @returns {[number, string[]]} HEAD's fields
 * @throws {RuntimeError} it describes no response
 */
function headOf(metadata) {
  if (typeof metadata !== 'object' || metadata === null)
    throw invalid(`the metadata ${shown(metadata)}, which must be an object`);
  const status = metadata.statusCode ?? DEFAULT_STATUS;
  if (!Number.isInteger(status) || status < 0 || status > MAX_UINT)
    throw invalid(`a \`statusCode\` that is ${shown(status)}; it must be a number from 200 to 599`);
  const headers = flatHeaders(metadata);
  if (headers === null || headers.length > MAX_LIST)
    throw invalid(
      '`headers`, `multiValueHeaders` or `cookies` that are none: a header has text, a number or ' +
        'a boolean; in `multiValueHeaders` a list of those; and `cookies` is a list of text',
    );
  return [status, headers];
}

/** Takes the metadata out of the stream's first bytes. */
class Prelude {
  #bytes = Buffer.alloc(0);
  #head = null;

  /** Whether a stream of that content type begins with one. */
  static begins(type) {
    return type === TYPE;
  }

  /** HEAD's fields; it throws when there was not the whole of them. */
  get whole() {
    if (this.#head === null) throw endless();
    return this.#head;
  }

  /**
   * @param {Buffer} chunk
   * @returns {Buffer | null} what follows the prelude; `null` while it is not whole
   * @throws {RuntimeError}
   */
  take(chunk) {
    if (this.#head !== null) return chunk;
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    const end = this.#bytes.indexOf(END);
    if (end === -1 && this.#bytes.length <= MAX_BYTES) return null;
    if (end === -1) throw endless();
    this.#head = headOf(parsed(this.#bytes.toString('utf8', 0, end)));
    return this.#bytes.subarray(end + END.length);
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid(`a prelude that is no JSON (${error.message})`);
  }
}

function endless() {
  return invalid('a prelude that has no end: eight NUL bytes');
}

function invalid(what) {
  const message = `The handler streamed a response with ${what}.`;
  return new RuntimeError('Function.InvalidResponse', message, new Error(message));
}

function shown(value) {
  return require('node:util').inspect(value, { breakLength: Infinity, maxStringLength: 100 });
}

module.exports = { Prelude, headOf };
