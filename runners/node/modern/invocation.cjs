'use strict';

/**
 * One invocation of a modern function: from the `Request` to the end of its response, and of what it
 * has handed to `waitUntil`.
 *
 *     running ──its promise settles──▶ answering ──▶ ended ──the work it left is done──▶ released
 */

const { Invocation } = require('../call/invocation.cjs');
const { RuntimeError } = require('../errors/errors.cjs');
const { BodyReader } = require('./body.cjs');
const { Cookies } = require('./cookies.cjs');
const { heldBody } = require('./held_body.cjs');
const { FunctionRequest } = require('./request.cjs');
const { asValue, headOf } = require('./response.cjs');

const NO_CONTENT = 204;
const NOTHING = Object.freeze([]);

class RequestInvocation extends Invocation {
  cookies = null; // set with the context
  #request = null;
  #reader = null;
  #work = null; // promises that were given to waitUntil

  /** Calls the handler, which returns a response or a promise of one. */
  run(handler, request, context) {
    this.context = context;
    this.#request = request;
    let result;
    try {
      result = handler(request, context);
    } catch (error) {
      this.failed(error);
      return;
    }
    if (typeof result?.then !== 'function') {
      this.succeed(result);
      return;
    }
    result.then(
      (value) => this.succeed(value),
      (error) => this.failed(error),
    );
  }

  /** Answers with what the handler returned. */
  succeed(value) {
    try {
      this.#answer(value);
    } catch (error) {
      this.failed(error);
    }
  }

  /** Ends with any thrown thing: an error before the response's head, after it a cut response. */
  failed(error) {
    this.#end('ERROR', [this.describe(error), false]);
  }

  /** Nobody reads the response any more. */
  cancel() {
    if (this.ended) return;
    super.cancel();
    const reason = new DOMException('The client has left.', 'AbortError');
    FunctionRequest.abort(this.#request, reason);
    this.#reader?.cancel(reason);
  }

  /** Has some work go on after the response; see `context.waitUntil`. */
  waitUntil(promise) {
    const work = (this.#work ??= new Set());
    const settled = Promise.resolve(promise)
      .catch((error) => this.#complain(error))
      .then(() => {
        work.delete(settled);
        if (work.size === 0) this.#release();
      });
    work.add(settled);
  }

  /** The event loop is empty: what has not happened by now never will. */
  loopEmptied() {
    if (!this.ended) this.failed(neverSettles(this.#reader === null));
    if (!this.held) return;
    console.error('A promise that was given to waitUntil can never settle.');
    this.#release();
  }

  #answer(value) {
    if (value === undefined) {
      this.#endWhole(NO_CONTENT, NOTHING, null);
      return;
    }
    const body = heldBody(value);
    const [status, headers] = headOf(value, Cookies.lines(this.cookies), body !== undefined);
    if (body !== undefined || value.body === null) {
      this.#endWhole(status, headers, body ?? null);
      return;
    }
    // Who wants a value has no use for a stream.
    this.#reader = new BodyReader(value.body, this.wantsHttp, {
      whole: (body) => this.#endWhole(status, headers, body),
      begin: () => this.openStream(status, headers),
      chunk: (data) => this.stream.write(data),
      end: () => this.#end('END', NOTHING),
      fail: (error) => this.failed(error),
    });
    this.#reader.read();
  }

  #endWhole(status, headers, body) {
    if (this.wantsHttp) this.#end('RESULT', [status, headers, body, false]);
    else this.#end('VALUE', [JSON.stringify(asValue(status, headers, body))]);
  }

  /** Sends the ending, and before it that work goes on after it. */
  #end(name, values) {
    if (this.ended) return;
    if (this.#work !== null && this.#work.size > 0) {
      this.send(this, 'HOLD', NOTHING);
      this.held = true;
    }
    this.answered = true;
    this.send(this, name, values);
  }

  #release() {
    if (!this.held) return;
    this.held = false;
    this.send(this, 'RELEASE', NOTHING);
  }

  #complain(error) {
    const { errorType, errorMessage, trace } = JSON.parse(this.describe(error));
    const lines = trace.length > 0 ? trace : [`${errorType}: ${errorMessage}`];
    console.error(['A promise that was given to waitUntil was rejected:', ...lines].join('\n'));
  }
}

function neverSettles(beforeResponse) {
  const what = beforeResponse
    ? 'The function returned a promise that can never settle'
    : "The response's body is a stream that can never end";
  return new RuntimeError(
    'Runtime.NodeJsExit',
    `${what}, because nothing is left that could happen: an await waits for something that was ` +
      'never started, or never calls back.',
  );
}

module.exports = { RequestInvocation };
