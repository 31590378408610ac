'use strict';

/**
 * A response that goes out piece by piece, between whoever makes it and the frame pipe.
 *
 *     open ──write …──▶ open ──end, fail──▶ ended
 *       └──CANCEL──▶ cancelled ──end, fail──▶ ended
 *
 * `write` says when the pipe has taken a piece: waiting for that is all that slows an author's stream
 * down to what its client takes. What is written after CANCEL is dropped; an ending must still come,
 * and frees the instance.
 */

const { chunkHead } = require('../wire/protocol.cjs');

const MAX_CHUNK_BYTES = 64 * 1024; // the supervisor holds a whole chunk before it passes it on
const TURN_MS = 2;

class ResponseStream {
  /** @param {import('./invocation.cjs').Invocation} invocation which opens it (`openStream`) */
  constructor(invocation) {
    this.invocation = invocation;
    this.cancelled = invocation.cancelled;
    this.listeners = [];
    this.controller = null;
    this.turnedAt = performance.now();
  }

  /** Whether its ending has been sent. */
  get ended() {
    return this.invocation.ended;
  }

  /** Aborted when nobody reads any more. */
  get signal() {
    if (this.controller === null) {
      this.controller = new AbortController();
      this.onCancel(() => this.controller.abort());
    }
    return this.controller.signal;
  }

  /** Has `listener` called once, when nobody reads any more; at once if that is so already. */
  onCancel(listener) {
    if (this.cancelled) listener();
    else this.listeners.push(listener);
  }

  /**
   * Sends the next bytes.
   *
   * @param {Uint8Array} data not copied: it must not change before it is taken
   * @returns {Promise<void> | undefined} `undefined`: write on; else resolved when the pipe has taken
   *   them, or nobody wants them any more. It never fails.
   */
  write(data) {
    if (this.cancelled || this.ended || data.length === 0) return undefined;
    const { output, id } = this.invocation;
    let all = true;
    let taken;
    const promise = new Promise((resolve) => (taken = resolve));
    for (const piece of pieces(data)) all = output.offer(chunkHead(id, piece.length), piece, taken);
    return all ? this.#turn() : promise;
  }

  /** It is whole. */
  end() {
    this.invocation.send(this.invocation, 'END', []);
  }

  /** Work of the function's goes on after `end`, until `release`: the process takes no other call. */
  hold() {
    this.invocation.send(this.invocation, 'HOLD', []);
    this.invocation.held = true;
  }

  /** That work is done. */
  release() {
    this.invocation.held = false;
    this.invocation.send(this.invocation, 'RELEASE', []);
  }

  /** It is not whole: the connection is cut. After CANCEL that is nobody's concern any more. */
  fail(error) {
    this.invocation.send(this.invocation, 'ERROR', [this.invocation.describe(error), false]);
  }

  /** Nobody reads any more: called by the invocation. */
  cancel() {
    this.cancelled = true;
    for (const listener of this.listeners.splice(0)) listener();
  }

  /**
   * A writer that never has to wait would let nothing else run, as a promise that is resolved already
   * does not: it waits for a turn of the event loop now and then.
   */
  #turn() {
    const now = performance.now();
    if (now - this.turnedAt < TURN_MS) return undefined;
    this.turnedAt = now;
    return new Promise((resolve) => setImmediate(resolve));
  }
}

/** Pieces of equal size, none over the limit: a small rest would cost as much as a full piece. */
function* pieces(data) {
  const count = Math.ceil(data.length / MAX_CHUNK_BYTES);
  if (count === 1) return yield data;
  const size = Math.ceil(data.length / count);
  for (let at = 0; at < data.length; at += size) yield data.subarray(at, at + size);
}

module.exports = { ResponseStream };
