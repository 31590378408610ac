'use strict';

/**
 * One invocation of a modern function: from the `Request` to the end of its response, and of what it
 * has handed to `waitUntil`.
 *
 *     running ──its promise settles──▶ answering ──▶ ended ──the work it left is done──▶ released
 */

const { Invocation } = require('../call/invocation.cjs');
const { RuntimeError } = require('../errors/errors.cjs');
const { Cookies } = require('./cookies.cjs');
const { FunctionRequest } = require('./request.cjs');
const { BodyReader } = require('./body.cjs');
const { headOf } = require('./response.cjs');

const NO_CONTENT = 204;
const NOTHING = Object.freeze([]);

class RequestInvocation extends Invocation {
  cookies = null;
  #request = null;
  #reader = null;
  #left = new Set();

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
    if (typeof result?.then !== 'function') this.succeed(result);
    else
      result.then(
        (value) => this.succeed(value),
        (error) => this.failed(error),
      );
  }

  /** Answers with what the handler returned; nothing comes twice from a promise. */
  succeed(value) {
    try {
      this.#answer(value);
    } catch (error) {
      this.failed(error);
    }
  }

  /** Ends with any thrown thing: before the response's head an error, after it a stream that is cut. */
  failed(error) {
    this.#hold();
    this.send(this, 'ERROR', [this.describe(error), false]);
  }

  /** Nobody reads the response any more. */
  cancel() {
    if (this.ended) return;
    const reason = new DOMException('The client has left.', 'AbortError');
    this.#reader?.cancel(reason);
    FunctionRequest.abort(this.#request, reason);
  }

  /** Goes on with some work after the response; see `context.waitUntil`. */
  waitUntil(work) {
    const settled = Promise.resolve(work)
      .catch((error) => this.#complain(error))
      .then(() => {
        this.#left.delete(settled);
        if (this.#left.size === 0) this.#release();
      });
    this.#left.add(settled);
  }

  /** The event loop is empty: what has not happened by now never will. */
  loopEmptied() {
    if (!this.ended) this.failed(neverSettles(this.#reader === null));
    if (this.held) {
      console.error('A promise that was given to waitUntil can never settle: nothing is left that could happen.');
      this.#release();
    }
  }

  #answer(value) {
    if (value === undefined) {
      this.#end('RESULT', [NO_CONTENT, NOTHING, null, false]);
      return;
    }
    const [status, headers] = headOf(value, this.cookies === null ? NOTHING : Cookies.lines(this.cookies));
    if (value.body === null) {
      this.#end('RESULT', [status, headers, null, false]);
      return;
    }
    this.#reader = new BodyReader(value.body, {
      whole: (body) => this.#end('RESULT', [status, headers, body, false]),
      begin: () => this.send(this, 'HEAD', [status, headers]),
      chunk: (data) => this.send(this, 'CHUNK', [data]),
      end: () => this.#end('END', NOTHING),
      fail: (error) => this.failed(error),
    });
    this.#reader.read();
  }

  #end(name, values) {
    this.#hold();
    this.send(this, name, values);
  }

  /** Its ending follows at once. */
  #hold() {
    if (this.#left.size === 0 || this.held || this.ended) return;
    this.send(this, 'HOLD', NOTHING);
    this.held = true;
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
  const what = beforeResponse ? 'The function returned a promise' : "The response's body is a stream";
  return new RuntimeError(
    'Runtime.NodeJsExit',
    `${what} that can never ${beforeResponse ? 'settle' : 'end'}, because nothing is left that ` +
      'could happen: an await waits for something that was never started, or never calls back.',
  );
}

module.exports = { RequestInvocation };
