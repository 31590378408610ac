'use strict';

/**
 * One invocation, from the event to its one ending.
 *
 *     running ──callback(null, value)──▶ waiting for an empty event loop ──▶ ended
 *        │                                                                    ▲
 *        └──a promise settles, context.done, an error, a value returned───────┘
 *
 * Only the first answer counts. What AWS's runtime does is followed (Runtime.js and
 * CallbackContext.js in aws-lambda-nodejs-runtime-interface-client), with one addition: a value that
 * a handler returns without a promise is its answer, as under the Netlify CLI (lambda-local).
 */

const { PayloadTooLong } = require('../wire/protocol.cjs');
const { RuntimeError } = require('../errors/errors.cjs');
const { ending } = require('./result.cjs');

const CALLBACK_PARAMETERS = 3;

class Invocation {
  /**
   * @param {{id: number, request_id: string, remaining_ms: number, want: number}} message INVOKE
   * @param {(invocation: Invocation, name: string, values: Array) => void} send writes a message;
   *   an ending closes the invocation
   * @param {(error: unknown) => string} describe what an ERROR holds
   * @param {import('../wire/pipes.cjs').FrameOutput} output takes a stream's chunks
   */
  constructor(message, send, describe, output) {
    this.id = message.id;
    this.requestId = message.request_id;
    this.deadline = performance.now() + message.remaining_ms;
    this.wantsHttp = message.want === 1;
    this.send = send;
    this.describe = describe;
    this.output = output;
    this.stream = null; // the response that goes out piece by piece
    this.cancelled = false; // nobody reads it any more
    this.whenEmpty = null; // what a handler that streams does when nothing is left that could happen
    this.context = null;
    this.answered = false; // nothing that comes later counts
    this.awaited = false; // a promise of the handler's will answer
    this.value = undefined; // to be sent when the event loop is empty
    this.ended = false;
    this.held = false; // work goes on after its ending
  }

  /** Calls the handler. */
  run(handler, event, context) {
    this.context = context;
    try {
      this.#returned(
        handler(event, context, (error, value) => this.callback(error, value)),
        handler.length,
      );
    } catch (error) {
      this.failed(error);
    }
  }

  /** The handler's third argument. */
  callback(error, value) {
    if (this.answered) return;
    if (error !== undefined && error !== null) this.failed(error);
    else if (this.context.callbackWaitsForEmptyEventLoop) this.#answerWhenEmpty(value);
    else this.succeed(value);
  }

  /** `context.done`. */
  done(error, value) {
    if (error !== undefined && error !== null) this.failed(error);
    else this.succeed(value);
  }

  /** `context.fail`; AWS's word for a failure without an error is "handled". */
  fail(error) {
    this.failed(error ?? 'handled');
  }

  /** `context.succeed`, and what the handler's promise resolves to. */
  succeed(value) {
    if (this.answered) return;
    this.answered = true;
    this.#end(value);
  }

  /** Ends with any thrown thing. */
  failed(error) {
    if (this.answered) return;
    this.answered = true;
    this.#sendError(error);
  }

  /**
   * Answers with a response that goes out piece by piece; its head does at once.
   *
   * @param {number} status
   * @param {string[]} headers name, value, name, value …
   * @returns {import('./response_stream.cjs').ResponseStream | null} `null`: it has been answered
   */
  openStream(status, headers) {
    if (this.answered) return null;
    this.answered = true;
    const { ResponseStream } = require('./response_stream.cjs');
    this.stream = new ResponseStream(this);
    this.send(this, 'HEAD', [status, headers]);
    return this.stream;
  }

  /** Nobody reads the stream any more. */
  cancel() {
    this.cancelled = true;
    this.stream?.cancel();
  }

  /** Ends because the process does, whatever has been answered already. */
  abort(error) {
    this.answered = true;
    this.#sendError(error, true);
  }

  /** The event loop is empty: what has not been answered by now never will be. */
  loopEmptied() {
    if (this.whenEmpty !== null) this.whenEmpty();
    else if (this.awaited && !this.answered) this.failed(this.neverSettles());
    else if (!this.ended) {
      this.answered = true;
      this.#end(this.value);
    }
  }

  /** What to say of a promise that waits for ever. */
  neverSettles() {
    return new RuntimeError(
      'Runtime.NodeJsExit',
      `Function '${this.context.functionName}' returned a promise that can never settle, because ` +
        'nothing is left that could happen: an await waits for something that was never ' +
        'started, or never calls back.',
    );
  }

  #returned(result, parameters) {
    if (typeof result?.then === 'function') {
      this.awaited = true;
      result.then(
        (value) => this.succeed(value),
        (error) => this.failed(error),
      );
    } else if (isAnswer(result, parameters)) {
      this.succeed(result);
    } else if (parameters < CALLBACK_PARAMETERS) {
      this.value = result; // the answer after all, when nothing else has answered in the end
    }
  }

  #answerWhenEmpty(value) {
    this.answered = true;
    this.value = value;
  }

  #end(value) {
    try {
      const [name, values] = ending(value, this.wantsHttp, this.context.functionName);
      this.send(this, name, values);
    } catch (error) {
      this.#sendError(error instanceof PayloadTooLong ? tooLarge(error) : error);
    }
  }

  #sendError(error, fatal = false) {
    this.send(this, 'ERROR', [this.describe(error), fatal]);
  }
}

/**
 * Whether a value returned without a promise is the answer. A handler that answers in another way
 * often returns something by accident: `(event, context, callback) => setTimeout(…)`, or, through
 * `context.succeed`, `(event, context) => awsServerlessExpress.proxy(server, event, context)`.
 */
function isAnswer(value, parameters) {
  if (parameters < CALLBACK_PARAMETERS && isData(value)) return value !== undefined;
  return typeof value === 'object' && typeof value?.statusCode === 'number';
}

/** Whether a value is such as JSON describes, and not a server, a timer or a request. */
function isData(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return true;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function tooLarge({ size }) {
  return new RuntimeError(
    'Function.ResponseSizeTooLarge',
    `The handler's answer takes about ${size} bytes: more than any answer may`,
  );
}

module.exports = { Invocation };
