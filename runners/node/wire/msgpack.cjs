'use strict';

/**
 * The part of MessagePack that frames use: array, unsigned integer, str, bin, nil and bool.
 *
 * The packer fills one buffer that it uses again for every frame, so that a call allocates nothing
 * for its answer; the unpacker hands out views of the buffer it reads.
 */

const SCRATCH_BYTES = 64 * 1024;
const SHORT = 31; // the longest str whose length fits into its first byte
const LONG = 64 * 1024; // from here on every length takes four bytes
const utf8 = new TextDecoder('utf-8', { fatal: true });
const encoder = new TextEncoder();

/** Writes one payload after another into a buffer of its own. */
class Packer {
  /**
   * @param {number} headroom bytes to leave free at the start of every payload
   * @param {number} limit the longest payload, in bytes
   */
  constructor(headroom, limit) {
    this.headroom = headroom;
    this.limit = limit;
    this.scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);
    this.buffer = this.scratch;
    this.at = headroom;
  }

  /** Begins a new payload: what the last one left in the buffer is given up. */
  start() {
    this.buffer = this.scratch;
    this.at = this.headroom;
  }

  /** The bytes written since `start`, headroom included; valid until the next `start`. */
  finish() {
    return this.buffer.subarray(0, this.at);
  }

  array(length) {
    this.#reserve(5);
    if (length < 16) this.buffer[this.at++] = 0x90 | length;
    else this.#head(length, null, 0xdc, 0xdd);
  }

  uint(value) {
    this.#reserve(5);
    if (value < 128) this.buffer[this.at++] = value;
    else this.#head(value, 0xcc, 0xcd, 0xce);
  }

  bool(value) {
    this.#reserve(1);
    this.buffer[this.at++] = value ? 0xc3 : 0xc2;
  }

  nil() {
    this.#reserve(1);
    this.buffer[this.at++] = 0xc0;
  }

  str(text) {
    if (text.length <= SHORT && this.#shortAscii(text)) return;
    const size = Buffer.byteLength(text);
    this.#reserve(size + 5);
    if (size <= SHORT) this.buffer[this.at++] = 0xa0 | size;
    else this.#head(size, 0xd9, 0xda, 0xdb);
    this.at += this.buffer.write(text, this.at, size, 'utf8');
  }

  /** @param {string | Uint8Array} data a string is written as UTF-8, straight into the payload */
  bin(data) {
    if (typeof data === 'string' && data.length >= LONG && this.#longAscii(data)) return;
    const size = typeof data === 'string' ? Buffer.byteLength(data) : data.length;
    this.#reserve(size + 5);
    this.#head(size, 0xc4, 0xc5, 0xc6);
    if (typeof data === 'string') this.buffer.write(data, this.at, size, 'utf8');
    else this.buffer.set(data, this.at);
    this.at += size;
  }

  /** What stands before so many bytes. */
  binHead(size) {
    this.#reserve(5);
    this.#head(size, 0xc4, 0xc5, 0xc6);
  }

  /** Writes a long text that takes a byte a character, without measuring it first; or nothing. */
  #longAscii(text) {
    const { length } = text;
    this.#reserve(length + 5);
    const start = this.at + 5;
    const { read } = encoder.encodeInto(text, this.buffer.subarray(start, start + length));
    if (read < length) return false;
    this.#head(length, 0xc4, 0xc5, 0xc6);
    this.at += length;
    return true;
  }

  /** Most strings are header names: a loop over them is faster than two calls out of JavaScript. */
  #shortAscii(text) {
    const { length } = text;
    this.#reserve(length + 1);
    const { buffer, at } = this;
    for (let index = 0; index < length; index++) {
      const code = text.charCodeAt(index);
      if (code > 127) return false;
      buffer[at + 1 + index] = code;
    }
    buffer[at] = 0xa0 | length;
    this.at = at + 1 + length;
    return true;
  }

  /** The first byte by the number of bytes the size takes; arrays have no form with one. */
  #head(size, byte1, byte2, byte4) {
    const { buffer } = this;
    if (size < 0x100 && byte1 !== null) {
      buffer[this.at++] = byte1;
      buffer[this.at++] = size;
    } else if (size < 0x10000) {
      buffer[this.at++] = byte2;
      this.at = buffer.writeUInt16BE(size, this.at);
    } else {
      buffer[this.at++] = byte4;
      this.at = buffer.writeUInt32BE(size, this.at);
    }
  }

  #reserve(extra) {
    const needed = this.at + extra;
    if (needed <= this.buffer.length) return;
    if (needed - this.headroom > this.limit) throw new PayloadTooLong(needed - this.headroom);
    const larger = Buffer.allocUnsafeSlow(needed + 1024);
    this.buffer.copy(larger, 0, 0, this.at);
    this.buffer = larger;
  }
}

/** A payload would be longer than a frame may be. */
class PayloadTooLong extends Error {
  constructor(size) {
    super(`a frame of about ${size} bytes is too long`);
    this.size = size;
  }
}

/** Bytes that are not the MessagePack that frames use. */
class Malformed extends Error {}

/**
 * Reads one whole array.
 *
 * @param {Buffer} buffer
 * @param {number} start
 * @param {number} end
 * @returns {Array} numbers, strings, views of `buffer`, null, booleans, and lists of those
 */
function unpack(buffer, start, end) {
  const reader = new Reader(buffer, start, end);
  const value = reader.value(0);
  if (!Array.isArray(value)) throw new Malformed('a payload must be an array');
  if (reader.at !== end) throw new Malformed('there are bytes after the array');
  return value;
}

const MAX_DEPTH = 2; // a message, with a list of strings in it

class Reader {
  constructor(buffer, start, end) {
    this.buffer = buffer;
    this.at = start;
    this.end = end;
  }

  value(depth) {
    const byte = this.#uint(1);
    if (byte < 0x80) return byte;
    if (byte >= 0x90 && byte < 0xa0) return this.#array(byte & 0x0f, depth);
    if (byte >= 0xa0 && byte < 0xc0) return this.#str(byte & 0x1f);
    switch (byte) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4:
        return this.#bytes(this.#uint(1));
      case 0xc5:
        return this.#bytes(this.#uint(2));
      case 0xc6:
        return this.#bytes(this.#uint(4));
      case 0xcc:
        return this.#uint(1);
      case 0xcd:
        return this.#uint(2);
      case 0xce:
        return this.#uint(4);
      case 0xcf:
        return this.#uint(4) * 2 ** 32 + this.#uint(4);
      case 0xd9:
        return this.#str(this.#uint(1));
      case 0xda:
        return this.#str(this.#uint(2));
      case 0xdb:
        return this.#str(this.#uint(4));
      case 0xdc:
        return this.#array(this.#uint(2), depth);
      case 0xdd:
        return this.#array(this.#uint(4), depth);
      default:
        throw new Malformed(`0x${byte.toString(16)} begins no value that a frame may hold`);
    }
  }

  #array(length, depth) {
    if (depth >= MAX_DEPTH) throw new Malformed('arrays are nested too deep');
    if (length > this.end - this.at) throw new Malformed('the array is cut short');
    const values = [];
    for (let index = 0; index < length; index++) values.push(this.value(depth + 1));
    return values;
  }

  #str(size) {
    const bytes = this.#bytes(size);
    try {
      return utf8.decode(bytes);
    } catch {
      throw new Malformed('a string is not UTF-8');
    }
  }

  #bytes(size) {
    const start = this.#advance(size);
    return this.buffer.subarray(start, start + size);
  }

  #uint(size) {
    const start = this.#advance(size);
    return size === 1 ? this.buffer[start] : this.buffer.readUIntBE(start, size);
  }

  #advance(size) {
    const start = this.at;
    if (size > this.end - start) throw new Malformed('the payload is cut short');
    this.at = start + size;
    return start;
  }
}

module.exports = { Malformed, Packer, PayloadTooLong, unpack };
