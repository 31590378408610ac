'use strict';

/**
 * `process.stdout` and `process.stderr` as the author's code sees them: what is written becomes LOG
 * messages, in the order of the writes, whether `console` or the stream was used.
 *
 * What goes to fds 1 and 2 past these streams (`fs.writeSync(1, …)`, addons, children) is on the
 * log pipe, which the supervisor reads by itself.
 */

const { Writable } = require('node:stream');
const { StringDecoder } = require('node:string_decoder');

const MAX_PENDING_CHARS = 64 * 1024;

/** A stream that hands on whole lines; a line that is not finished waits for its end. */
class LineStream extends Writable {
  /**
   * @param {1 | 2} fd what it stands for
   * @param {(stream: number, text: string) => void} emit takes one line or more, without the last
   *   line feed
   */
  constructor(fd, emit) {
    super({ decodeStrings: false, emitClose: false });
    this.fd = fd;
    this._isStdio = true;
    this._type = 'pipe';
    this._emitLines = emit;
    this._pending = '';
    this._decoder = new StringDecoder('utf8');
  }

  _write(chunk, encoding, callback) {
    this._take(
      typeof chunk === 'string' && isText(encoding)
        ? chunk
        : this._decoder.write(bytesOf(chunk, encoding)),
    );
    callback();
  }

  /** Hands on what waits for its line's end. */
  flushLine() {
    const text = this._pending + this._decoder.end();
    this._pending = '';
    if (text !== '') this._emitLines(this.fd, text);
  }

  _take(text) {
    const end = text.lastIndexOf('\n');
    if (end === -1) {
      this._pending += text;
      if (this._pending.length > MAX_PENDING_CHARS) this.flushLine();
      return;
    }
    const lines = this._pending + text.slice(0, end);
    this._pending = text.slice(end + 1);
    this._emitLines(this.fd, lines);
  }

  /** Like Node's own: the process's output cannot be closed by its users. */
  _destroy(error, callback) {
    callback(error);
  }

  destroySoon() {
    this.end();
  }
}

/**
 * Puts line streams in the place of the process's own; they are made when somebody asks for them.
 *
 * @param {(stream: number, text: string) => void} emit
 * @returns {{flush: () => void}}
 */
function captureOutput(emit) {
  const streams = [];
  for (const [name, fd] of [
    ['stdout', 1],
    ['stderr', 2],
  ]) {
    let stream;
    const get = () => {
      if (stream === undefined) streams.push((stream = new LineStream(fd, emit)));
      return stream;
    };
    Object.defineProperty(process, name, { configurable: true, enumerable: true, get });
  }
  return { flush: () => streams.forEach((stream) => stream.flushLine()) };
}

function isText(encoding) {
  return encoding === 'utf8' || encoding === 'utf-8' || encoding === undefined;
}

function bytesOf(chunk, encoding) {
  return typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk;
}

module.exports = { captureOutput };
