'use strict';

/**
 * The two frame pipes: one reader that may or may not keep the process alive, one writer that has
 * written when it returns, but for what a stream has yet to get into the pipe (`outflow.cjs`).
 */

const fs = require('node:fs');
const { FrameReader } = require('./frames.cjs');

const CHUNK_BYTES = 64 * 1024;
const RETRY_MS = 1;

/** Frames from the supervisor. */
class FrameInput {
  /**
   * @param {number} fd
   * @param {(buffer: Buffer, start: number, end: number) => void} onPayload what it throws goes to
   *   `onError`
   * @param {() => void} onEnd the supervisor has closed its end
   * @param {(error: Error) => void} onError
   */
  constructor(fd, onPayload, onEnd, onError) {
    this.fd = fd;
    this.blockingFd = null;
    this.onEnd = onEnd;
    this.onError = onError;
    this.reader = new FrameReader(onPayload, (buffer, start) => this.#pull(buffer, start));
  }

  start() {
    const { Socket } = require('node:net'); // 1.5 ms: not before HELLO
    const callback = (size, chunk) => {
      try {
        this.reader.push(chunk, size);
      } catch (error) {
        this.onError(error);
      }
      return true;
    };
    const onread = { buffer: Buffer.allocUnsafeSlow(CHUNK_BYTES), callback };
    this.socket = new Socket({ fd: this.fd, readable: true, writable: false, onread });
    this.socket.on('end', this.onEnd);
    this.socket.on('error', this.onEnd);
    this.socket.resume();
  }

  /** Waiting for frames keeps the process alive. */
  ref() {
    this.socket.ref();
  }

  /** Waiting for frames does not keep the process alive: the event loop may become empty. */
  unref() {
    this.socket.unref();
  }

  /** Reads a long frame's rest, waiting for it; what it cannot get, the socket will bring. */
  #pull(buffer, start) {
    this.blockingFd ??= reopened(this.fd);
    let at = start;
    try {
      while (at < buffer.length) {
        const size = fs.readSync(this.blockingFd, buffer, at, buffer.length - at, null);
        if (size === 0) break;
        at += size;
      }
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
    }
    return at;
  }
}

/** The socket has made the pipe's end non-blocking; opening it anew gives one that is not. */
function reopened(fd) {
  try {
    return fs.openSync(`/proc/self/fd/${fd}`, 'r');
  } catch {
    return fd; // a socket, or no /proc
  }
}

/** Frames to the supervisor. */
class FrameOutput {
  /**
   * @param {number} fd
   * @param {(error: NodeJS.ErrnoException) => void} onGone nobody reads any more, or the author's code
   *   has closed the pipe
   */
  constructor(fd, onGone) {
    this.fd = fd;
    this.onGone = onGone;
    this.gone = false;
    this.outflow = null; // made for the first stream
  }

  /**
   * Writes a whole frame before it returns: a process that ends a moment later loses nothing. Behind
   * a stream that waits it waits, too, and is written at the process's exit if not before (`flush`).
   */
  write(frame) {
    if (this.outflow?.busy) this.outflow.append(frame);
    else this.#write(frame);
  }

  /**
   * Writes a stream's frame without waiting for room in the pipe.
   *
   * @param {Buffer} head
   * @param {Uint8Array} data not copied: it must not change before it is taken
   * @param {() => void} taken called later, when the last byte is in the pipe
   * @returns {boolean} whether all of it is in the pipe already; `taken` is not called then
   */
  offer(head, data, taken) {
    if (this.outflow === null) this.outflow = this.#openOutflow();
    if (this.outflow) return this.outflow.offer(head, data, taken);
    this.#write(head);
    this.#write(data);
    return true;
  }

  /** Writes all that waits. */
  flush() {
    this.outflow?.flush();
  }

  /** `undefined` where the pipe cannot be opened anew: a stream's writes block there. */
  #openOutflow() {
    const { Outflow } = require('./outflow.cjs');
    try {
      return new Outflow(this.fd, (error) => this.#end(error));
    } catch {
      return undefined;
    }
  }

  #write(frame) {
    let at = 0;
    while (at < frame.length && !this.gone) {
      try {
        at += fs.writeSync(this.fd, frame, at);
      } catch (error) {
        if (error.code === 'EAGAIN') pause(RETRY_MS);
        else this.#end(error);
      }
    }
  }

  #end(error) {
    this.gone = true;
    this.onGone(error);
  }
}

function pause(ms) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

module.exports = { FrameInput, FrameOutput };
