'use strict';

/**
 * Frames that wait for room in the pipe without stopping the event loop: a stream's, and whatever is
 * written behind them.
 *
 * The pipe's end is opened a second time, because only the new one may be non-blocking: everything else
 * is still written before `FrameOutput.write` returns. Node cannot ask whether a pipe has room; so,
 * when it is full, a socket is given the next few bytes: as many as the system writes whole or not at
 * all. It is thus always known what has been written.
 */

const fs = require('node:fs');
const { Socket } = require('node:net');

const PIPE_BUF = 4096; // Linux's: a write of so many bytes is whole or not done
const MAX_BEHIND_BYTES = 1024 * 1024;

class Outflow {
  /**
   * @param {number} fd a pipe
   * @param {(error: NodeJS.ErrnoException) => void} onGone nobody reads any more
   * @throws {Error} the pipe's end cannot be opened anew: it is a socket, or there is no /proc
   */
  constructor(fd, onGone) {
    this.path = `/proc/self/fd/${fd}`;
    this.onGone = onGone;
    this.waiting = []; // {bytes, taken}: in the order in which they are written
    this.behindBytes = 0; // of the frames that no stream waits for
    this.#open();
  }

  /** Whether something waits: other frames must wait behind it. */
  get busy() {
    return this.waiting.length > 0;
  }

  /**
   * Writes a stream's frame, or as much of it as there is room for.
   *
   * @param {Buffer} head
   * @param {Uint8Array} data not copied: it must not change before it is taken
   * @param {() => void} taken called later, when the last byte is in the pipe
   * @returns {boolean} whether all of it is in the pipe already; `taken` is not called then
   */
  offer(head, data, taken) {
    const written = this.busy ? 0 : this.#written(() => fs.writevSync(this.fd, [head, data]));
    if (written === head.length + data.length) return true;
    if (written < head.length) this.waiting.push(entry(head.subarray(written), null));
    this.waiting.push(entry(data.subarray(Math.max(0, written - head.length)), taken));
    if (!this.polling) this.#proceed();
    return false;
  }

  /** Puts a frame behind those that wait; too many are waited for, as if the pipe were blocking. */
  append(frame) {
    this.waiting.push(entry(Buffer.from(frame), null));
    this.behindBytes += frame.length;
    if (this.behindBytes > MAX_BEHIND_BYTES) this.flush();
  }

  /** Writes all that waits before it returns. */
  flush() {
    const { waiting } = this;
    if (waiting.length === 0) return;
    this.#close(); // with the bytes that the socket holds: they are the first that wait
    const fd = fs.openSync(this.path, fs.constants.O_WRONLY);
    try {
      for (const { bytes } of waiting) writeAll(fd, bytes);
    } catch (error) {
      this.onGone(error);
    } finally {
      fs.closeSync(fd);
    }
    this.waiting = [];
    this.behindBytes = 0;
    this.#open();
    for (const { taken } of waiting) taken?.();
  }

  #open() {
    const { O_WRONLY, O_NONBLOCK } = fs.constants;
    this.fd = fs.openSync(this.path, O_WRONLY | O_NONBLOCK);
    this.socket = null; // made when the pipe is full for the first time; the fd is its own then
    this.polling = false;
  }

  #close() {
    if (this.socket === null) fs.closeSync(this.fd);
    else this.socket.destroy();
  }

  #proceed() {
    do this.#writeOn();
    while (this.busy && this.#pieceTaken());
  }

  /** Writes what waits until the pipe is full. */
  #writeOn() {
    while (this.busy) {
      const { bytes } = this.waiting[0];
      const written = this.#written(() => fs.writeSync(this.fd, bytes));
      this.#advance(written);
      if (written < bytes.length) return;
    }
  }

  /** Has the socket write the first bytes that wait; returns whether there was room at once. */
  #pieceTaken() {
    const socket = (this.socket ??= this.#makeSocket());
    const piece = this.waiting[0].bytes.subarray(0, PIPE_BUF);
    let now = true;
    socket.write(piece, () => {
      if (now || this.socket !== socket) return;
      this.polling = false;
      this.#advance(piece.length);
      this.#proceed();
    });
    now = socket.writableLength === 0;
    this.polling = !now;
    if (now) this.#advance(piece.length);
    return now;
  }

  #makeSocket() {
    const socket = new Socket({ fd: this.fd, readable: false, writable: true });
    socket.on('error', this.onGone);
    return socket;
  }

  #advance(size) {
    const [first] = this.waiting;
    first.bytes = first.bytes.subarray(size);
    if (first.bytes.length > 0) return;
    this.waiting.shift();
    if (this.waiting.length === 0) this.behindBytes = 0;
    first.taken?.();
  }

  /** How many bytes there was room for. A stack for each time that there was none takes too long. */
  #written(write) {
    const { stackTraceLimit } = Error;
    Reflect.set(Error, 'stackTraceLimit', 0);
    try {
      return write();
    } catch (error) {
      if (error.code !== 'EAGAIN') this.onGone(error);
      return 0;
    } finally {
      Reflect.set(Error, 'stackTraceLimit', stackTraceLimit);
    }
  }
}

function entry(bytes, taken) {
  return { bytes, taken };
}

function writeAll(fd, bytes) {
  for (let at = 0; at < bytes.length; ) at += fs.writeSync(fd, bytes, at);
}

module.exports = { Outflow };
