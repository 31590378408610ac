'use strict';

/**
 * The body of a response that is still as its author gave it, without reading it as a stream.
 *
 * A stream costs a dozen promises, and each of them a hook where `AsyncLocalStorage` needs one (before Node
 * 24). Node's `Response` keeps what it was made of under a symbol up to Node 22, and makes the stream when
 * somebody asks for it. Where that is not so, the body is read as any other.
 */

const { isDisturbed } = require('node:stream');

// A longer one may be too long for one message; a text takes up to three bytes a character.
const MOST_LENGTH = 2 * 1024 * 1024;

const NodesResponse = Response;
const STATE = Object.getOwnPropertySymbols(new Response('')).find(
  (symbol) => symbol.description === 'state',
);

/**
 * @param {unknown} response
 * @returns {string | Uint8Array | null | undefined} `null`: it has no body; `undefined`: it must be read
 */
function heldBody(response) {
  if (STATE === undefined || !(response instanceof NodesResponse) || isDerived(response))
    return undefined;
  const body = response[STATE]?.body;
  if (body === null) return null;
  const { source, stream } = body ?? {};
  const isWhole = typeof source === 'string' || source instanceof Uint8Array;
  return isWhole && source.length <= MOST_LENGTH && isUntouched(stream) ? source : undefined;
}

/** Its body may be another than the one it was made with. */
function isDerived(response) {
  return Object.getPrototypeOf(response) !== NodesResponse.prototype;
}

function isUntouched(stream) {
  return stream === undefined || !(stream.locked || isDisturbed(stream));
}

module.exports = { heldBody };
