'use strict';

/**
 * The `Request` that a modern function gets, out of INVOKE's event and the raw body beside it.
 */

const NO_BODY = new Set(['GET', 'HEAD']);

/**
 * Node's own `Request`, so that it may be cloned, fetched and wrapped in another; but its signal is
 * made when somebody asks for it: giving one to the constructor takes twice as long as all the rest.
 */
class FunctionRequest extends Request {
  #controller = null;
  #reason = null;

  /** Aborted when the client leaves a streamed response. */
  get signal() {
    if (this.#controller === null) {
      this.#controller = new AbortController();
      if (this.#reason !== null) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  /**
   * @param {Request} request one of these
   * @param {Error} reason
   */
  static abort(request, reason) {
    request.#reason = reason;
    request.#controller?.abort(reason);
  }
}
Object.defineProperty(FunctionRequest, 'name', { value: 'Request' });

/**
 * @param {object} event `rawUrl`, `httpMethod`, `headers`; `body` and `isBase64Encoded` only in an
 *   event that was handed over as it is
 * @param {Buffer | null} body its bytes are copied
 * @returns {FunctionRequest}
 * @throws {TypeError} what `fetch` does not allow: a method such as TRACE, an unusable URL
 */
function createRequest(event, body) {
  const method = event.httpMethod ?? 'GET';
  const init = { method, headers: Object.entries(event.headers ?? {}) };
  // A client may send a body with GET; `Request` refuses it, and no function expects it.
  if (!NO_BODY.has(method)) {
    const content = body ?? bodyOf(event);
    if (content !== null) init.body = content;
  }
  return new FunctionRequest(event.rawUrl ?? urlOf(event), init);
}

/** Where an event that somebody wrote by hand seems to come from. */
function urlOf({ path = '/' }) {
  return new URL(path, process.env.URL ?? 'http://localhost').href;
}

function bodyOf({ body, isBase64Encoded }) {
  if (typeof body !== 'string' || body === '') return null;
  return Buffer.from(body, isBase64Encoded === true ? 'base64' : 'utf8');
}

module.exports = { FunctionRequest, createRequest };
