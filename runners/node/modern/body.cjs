'use strict';

/**
 * Reads a response's body: one that is whole within a turn of the event loop is handed on at once,
 * any other as it comes.
 *
 *     collecting ──its end──▶ whole
 *         └──a turn of the loop, or too much──▶ streaming ──its end──▶ end
 */

const MOST_COLLECTED_BYTES = 6 * 1024 * 1024;
// A stream that fails before its first chunk should be an error, not a cut response; but a client
// should not wait for long to hear that there is a stream, nor stay unnoticed when it leaves.
const HEAD_AFTER_MS = 50;

class BodyReader {
  #reader;
  #mayBegin;
  #to;
  #chunks = [];
  #size = 0;
  #turned = false;
  #begun = false;
  #timer = null;
  #written;

  /**
   * @param {ReadableStream} stream
   * @param {boolean} mayBegin whether it may go out as it comes; else only when it is too long to keep
   * @param {object} to where the body goes
   * @param {(body: Uint8Array) => void} to.whole all of it; nothing else is called then
   * @param {() => void} to.begin it is a stream
   * @param {(data: Uint8Array) => Promise<void> | void} to.chunk the next one waits for the promise
   * @param {() => void} to.end
   * @param {(error: unknown) => void} to.fail
   * @throws {TypeError} somebody reads it, or has read it, already
   */
  constructor(stream, mayBegin, to) {
    this.#reader = stream.getReader();
    this.#mayBegin = mayBegin;
    this.#to = to;
  }

  /** Reads to the end. */
  async read() {
    const turn = this.#mayBegin ? setImmediate(() => this.#turn()) : undefined;
    try {
      for (;;) {
        const { done, value } = await this.#reader.read();
        if (done) break;
        this.#take(bytesOf(value));
        if (this.#written !== undefined) await this.#written;
      }
      if (this.#begun) this.#to.end();
      else this.#to.whole(joined(this.#chunks));
    } catch (error) {
      this.#to.fail(error);
      this.cancel(error);
    } finally {
      clearImmediate(turn);
      clearTimeout(this.#timer);
    }
  }

  /** Nobody wants the rest. */
  cancel(reason) {
    this.#reader.cancel(reason).catch(() => {});
  }

  #take(data) {
    if (data.length === 0) return;
    if (this.#begun) {
      this.#written = this.#to.chunk(data);
      return;
    }
    this.#chunks.push(data);
    this.#size += data.length;
    if (this.#turned || this.#size > MOST_COLLECTED_BYTES) this.#begin();
  }

  #turn() {
    this.#turned = true;
    if (this.#chunks.length > 0) this.#begin();
    else this.#timer = setTimeout(() => this.#begin(), HEAD_AFTER_MS);
  }

  #begin() {
    if (this.#begun) return;
    this.#begun = true;
    this.#to.begin();
    for (const data of this.#chunks) this.#written = this.#to.chunk(data);
    this.#chunks = [];
  }
}

/** A stream of the author's own may hold text: Node's streams, which Netlify uses, take that too. */
function bytesOf(value) {
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'string') return Buffer.from(value);
  if (ArrayBuffer.isView(value))
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  throw new TypeError(
    `The response's body gave a chunk of type ${value === null ? 'null' : typeof value}; ` +
      'a chunk must be a Uint8Array or a string',
  );
}

function joined(chunks) {
  return chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
}

module.exports = { BodyReader };
