'use strict';

/**
 * Calls a handler that streams, and the stream that it writes its response to.
 *
 * AWS's runtime is followed (Runtime.js and ResponseStream.js in
 * aws-lambda-nodejs-runtime-interface-client): the head goes out with the first byte; the process takes
 * another call when the handler's promise has settled and the stream has ended, whichever comes last;
 * what the promise resolves to does not count. A stream that is ended without a byte sends its status and
 * headers, which AWS's forgets.
 */

const { Writable } = require('node:stream');
const { inspect } = require('node:util');
const { RuntimeError } = require('../errors/errors.cjs');
const { highWaterMark } = require('./awslambda.cjs');
const { Prelude, headOf } = require('./prelude.cjs');

const DEFAULT_TYPE = 'application/octet-stream';
// With these an author's code ends when nobody reads its stream any more.
const LEFT_CODES = new Set(['ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED', 'ABORT_ERR']);

/**
 * @param {import('./invocation.cjs').Invocation} invocation
 * @param {Function} handler marked by `awslambda.streamifyResponse`
 */
function runStreaming(invocation, handler, event, context) {
  invocation.context = context;
  const stream = new LambdaStream(invocation, highWaterMark(handler));
  let promise;
  try {
    promise = handler(event, stream, context);
  } catch (error) {
    return stream._settled(error);
  }
  if (typeof promise?.then !== 'function') return stream._refuse(notAsync());
  invocation.awaited = true;
  return promise.then(
    (value) => {
      if (value !== undefined) console.warn('Streaming handlers ignore return values.');
      stream._settled(null);
    },
    (error) => stream._settled(error),
  );
}

/** What a streaming handler writes to: a `Writable` with `setContentType`. */
class LambdaStream extends Writable {
  #invocation;
  #body = null; // the response, once its head is known
  #type = DEFAULT_TYPE;
  #head = null; // what `HttpResponseStream.from` said: [status, headers]
  #prelude = null; // or what the first bytes say
  #begun = false;
  #left = null; // the error that says that the client has left
  #settled = false;
  #failure = null;

  constructor(invocation, highWaterMark) {
    super({ highWaterMark, decodeStrings: true });
    this.#invocation = invocation;
    invocation.whenEmpty = () => this.#loopEmptied();
    this.on('error', (error) => this.#closed(error)); // nobody need listen: the invocation fails
    this.on('close', () => this.#closed(null));
  }

  /** Says what the bytes are; before the first of them. */
  setContentType(type) {
    this.#mustNotHaveBegun('content-type');
    this.#type = String(type);
    this.#prelude = Prelude.begins(this.#type) ? new Prelude() : null;
  }

  _setMetadata(metadata) {
    this.#mustNotHaveBegun('status and headers');
    this.#head = headOf(metadata);
  }

  write(chunk, encoding, callback) {
    const bytes = typeof chunk === 'string' || chunk instanceof Uint8Array;
    this.#begin();
    if (this.#left !== null) process.nextTick(() => this.emit('error', this.#left));
    return super.write(bytes ? chunk : JSON.stringify(chunk), encoding, callback);
  }

  _write(chunk, _encoding, callback) {
    this.#send(chunk, callback);
  }

  _writev(entries, callback) {
    this.#send(Buffer.concat(entries.map(({ chunk }) => chunk)), callback);
  }

  _final(callback) {
    try {
      this.#open();
    } catch (error) {
      return callback(error);
    }
    return callback();
  }

  /** The handler is none that can stream, whatever it has written. */
  _refuse(error) {
    this.#failure ??= error;
    this._settled(error);
  }

  /** The handler is done: with an error, which cuts no stream that it has ended; or `null`. */
  _settled(error) {
    this.#settled = true;
    if (error !== null && this.writableEnded && this.#failure === null) this.#complain(error);
    else if (error !== null) {
      this.#failure ??= error;
      this.destroy();
    }
    this.#progress();
  }

  #begin() {
    if (this.#begun) return;
    this.#begun = true;
    // How libraries that wrap the stream send a head of their own, under AWS's runtime.
    this._onBeforeFirstWrite?.((chunk) => super.write(chunk));
  }

  #send(chunk, callback) {
    try {
      const data = this.#prelude === null ? chunk : this.#prelude.take(chunk);
      if (data === null) return callback();
      const taken = this.#open().write(data);
      return taken === undefined ? callback() : taken.then(() => callback());
    } catch (error) {
      return callback(error);
    }
  }

  #open() {
    if (this.#body !== null) return this.#body;
    const head = this.#head ?? this.#prelude?.whole ?? [200, ['content-type', this.#type]];
    this.#prelude = null;
    this.#body = this.#invocation.openStream(...head);
    if (this.#body === null) throw tooLate();
    this.#body.onCancel(() => {
      this.#left = clientLeft();
      this.destroy(this.#left);
    });
    return this.#body;
  }

  /** What has not come by now never will. */
  #loopEmptied() {
    if (!this.#settled && this.#left === null) this._settled(this.#invocation.neverSettles());
    else {
      this.#settled = true;
      this.#failure ??= this.#left ?? unfinished();
      this.#progress();
    }
  }

  #closed(error) {
    if (error !== this.#left) this.#failure ??= error;
    this.#progress();
  }

  /** Sends the ending when its time has come: a client need not wait for what a handler does after it. */
  #progress() {
    if (this.#invocation.ended) this.#release();
    else if (!this.#settled) this.#endSoon();
    else if (this.#left !== null && this.#isLeaving()) this.#body.end();
    else if (this.writableFinished && this.#failure === null) this.#body.end();
    else if (this.#failure !== null || this.destroyed) this.#fail();
  }

  /** Most handlers return as soon as their stream has ended: that moment is waited for. */
  #endSoon() {
    if (!this.writableFinished || this.#failure !== null) return;
    setImmediate(() => {
      if (this.#settled || this.#invocation.ended) return;
      this.#body.hold();
      this.#body.end();
    });
  }

  #release() {
    if (this.#settled && this.#invocation.held) this.#body.release();
  }

  #fail() {
    const error = this.#failure ?? unfinished();
    if (this.#body === null) this.#invocation.failed(error);
    else this.#body.fail(error);
  }

  #complain(error) {
    console.error(`The handler failed after the end of its stream: ${inspect(error)}`);
  }

  /** Whether there is no failure but that the client has left. */
  #isLeaving() {
    const error = this.#failure;
    return error === null || error === this.#left || LEFT_CODES.has(error?.code);
  }

  #mustNotHaveBegun(what) {
    if (this.#begun)
      throw new RuntimeError(
        'InvalidStreamingOperation',
        `Cannot set ${what}, too late: the response has begun.`,
        new Error('too late'),
      );
  }
}

function notAsync() {
  return new RuntimeError(
    'Runtime.MalformedStreamingHandler',
    'Streaming does not support non-async handlers: the handler must return a promise.',
  );
}

function unfinished() {
  return new RuntimeError(
    'Runtime.StreamNotFinished',
    'The handler has returned, but its response stream was not ended: end it, or await what writes it.',
  );
}

function tooLate() {
  return new Error('The invocation has been answered already: nothing can be streamed.');
}

function clientLeft() {
  const error = new Error('The client has left: nobody reads this stream any more.');
  error.code = 'ERR_STREAM_PREMATURE_CLOSE';
  return error;
}

module.exports = { runStreaming };
