'use strict';

/**
 * The global `awslambda`, by which a handler says that it streams its response.
 *
 * As in AWS's runtime (UserFunction.js and HttpResponseStream.js in
 * aws-lambda-nodejs-runtime-interface-client): `streamifyResponse` marks the handler, and
 * `HttpResponseStream.from` gives a response stream its status and headers. `stream` of
 * `@netlify/functions` is made of these two.
 */

const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');
const HIGH_WATER_MARK = Symbol.for('aws.lambda.runtime.handler.streaming.highWaterMark');
const RESPONSE = 'response';

/** Puts `awslambda` among the globals, until the author's code replaces it. */
function installAwsLambda() {
  globalThis.awslambda = { streamifyResponse, HttpResponseStream };
}

function streamifyResponse(handler, options) {
  handler[STREAMING] = RESPONSE;
  if (options?.highWaterMark) handler[HIGH_WATER_MARK] = parseInt(options.highWaterMark, 10);
  return handler;
}

class HttpResponseStream {
  /**
   * @param {import('./lambda_stream.cjs').LambdaStream} stream what the handler got
   * @param {{statusCode?: number, headers?: object, multiValueHeaders?: object, cookies?: string[]}}
   *   metadata sent with the first byte
   * @returns the same stream
   */
  static from(stream, metadata) {
    stream._setMetadata(metadata);
    return stream;
  }
}

/** Whether a handler streams its response. */
function isStreaming(handler) {
  return handler[STREAMING] === RESPONSE;
}

/** Copies what marks a handler as one that streams. */
function keepMarks(from, to) {
  for (const mark of [STREAMING, HIGH_WATER_MARK])
    if (from[mark] !== undefined) to[mark] = from[mark];
  return to;
}

/** How many bytes a handler's stream holds before `write` says that it is full; `undefined`: Node's. */
function highWaterMark(handler) {
  const mark = handler[HIGH_WATER_MARK];
  return Number.isInteger(mark) ? mark : undefined;
}

module.exports = { highWaterMark, installAwsLambda, isStreaming, keepMarks };
