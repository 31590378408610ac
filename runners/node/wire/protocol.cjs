'use strict';

/**
 * The messages of PROTOCOL.md: their numbers, their fields, and their bytes.
 */

const { Malformed, Packer, PayloadTooLong, unpack } = require('./msgpack.cjs');

const PROTOCOL = 1;
const RUNNER_VERSION = '0.1.0';
const MAX_FRAME_BYTES = 64 * 1024 * 1024;
const HEADER_BYTES = 4;
const MAX_UINT = 2 ** 32 - 1;
const MAX_LIST = 4096;

/** Fields in the order in which they stand after type and id; a `?` allows nil. */
const MESSAGES = {
  LOAD: { number: 1, fields: { spec: 'bin' } },
  INVOKE: {
    number: 2,
    fields: {
      request_id: 'str',
      remaining_ms: 'uint',
      want: 'uint',
      event: 'bin',
      body_kind: 'uint',
      body: 'bin?',
      extras: 'bin?',
    },
  },
  CANCEL: { number: 3, fields: {} },
  DRAIN: { number: 4, fields: {} },
  HELLO: { number: 16, fields: { info: 'bin' } },
  READY: { number: 17, fields: { info: 'bin' } },
  RESULT: {
    number: 18,
    fields: { status: 'uint', headers: 'strings', body: 'bin?', is_base64: 'bool' },
  },
  VALUE: { number: 19, fields: { value: 'bin' } },
  HEAD: { number: 20, fields: { status: 'uint', headers: 'strings' } },
  CHUNK: { number: 21, fields: { data: 'bin' } },
  END: { number: 22, fields: {} },
  ERROR: { number: 23, fields: { error: 'bin', fatal: 'bool' } },
  LOG: { number: 24, fields: { stream: 'uint', level: 'str', text: 'str' } },
  LOADED: { number: 25, fields: { files: 'strings' } },
  HOLD: { number: 26, fields: {} },
  RELEASE: { number: 27, fields: {} },
};

/** What came, or what was to be sent, is not allowed by the protocol. */
class ProtocolViolation extends Error {}

const BY_NUMBER = new Map();
const BY_NAME = new Map();
for (const [name, { number, fields }] of Object.entries(MESSAGES)) {
  const entry = { name, number, names: Object.keys(fields), kinds: Object.values(fields) };
  BY_NUMBER.set(number, entry);
  BY_NAME.set(name, entry);
}

const packer = new Packer(HEADER_BYTES, MAX_FRAME_BYTES);

/**
 * The frame of a message.
 *
 * @param {string} name such as `RESULT`
 * @param {number} id of the invocation, or 0
 * @param {Array} values its fields, in order; a `bin` may be a string, which is written as UTF-8
 * @returns {Buffer} valid until the next call
 * @throws {PayloadTooLong} it would be longer than a frame may be
 */
function encode(name, id, values) {
  const { number, kinds } = BY_NAME.get(name);
  packer.start();
  packer.array(kinds.length + 2);
  packer.uint(number);
  packer.uint(id);
  for (let index = 0; index < kinds.length; index++) write(kinds[index], values[index]);
  const frame = packer.finish();
  const size = frame.length - HEADER_BYTES;
  if (size > MAX_FRAME_BYTES) throw new PayloadTooLong(size);
  frame.writeUInt32LE(size, 0);
  return frame;
}

/**
 * What stands before the bytes of a CHUNK, so that those need not be copied.
 *
 * @param {number} id of the invocation
 * @param {number} size how many bytes follow
 * @returns {Buffer} valid for ever
 */
function chunkHead(id, size) {
  packer.start();
  packer.array(3);
  packer.uint(BY_NAME.get('CHUNK').number);
  packer.uint(id);
  packer.binHead(size);
  const head = Buffer.from(packer.finish());
  head.writeUInt32LE(head.length - HEADER_BYTES + size, 0);
  return head;
}

function write(kind, value) {
  if (value === null) return packer.nil();
  switch (kind) {
    case 'uint':
      return packer.uint(value);
    case 'str':
      return packer.str(value);
    case 'bool':
      return packer.bool(value);
    case 'strings': {
      packer.array(value.length);
      for (let index = 0; index < value.length; index++) packer.str(value[index]);
      return undefined;
    }
    default:
      return packer.bin(value);
  }
}

/**
 * The meaning of a frame's payload; nothing in it is trusted.
 *
 * @param {Buffer} buffer
 * @param {number} start
 * @param {number} end
 * @returns {{type: string, id: number}} and its fields, `bin` ones as views of `buffer`
 * @throws {ProtocolViolation}
 */
function decode(buffer, start, end) {
  const values = array(buffer, start, end);
  const entry = BY_NUMBER.get(values[0]);
  if (entry === undefined)
    throw new ProtocolViolation(`unknown message type ${JSON.stringify(values[0])}`);
  const { name, names, kinds } = entry;
  if (values.length !== names.length + 2) {
    throw new ProtocolViolation(
      `${name} needs ${names.length} fields after its id, but ${values.length - 2} came`,
    );
  }
  if (!isKind('uint', values[1])) throw new ProtocolViolation(`${name} has a wrong id`);
  const message = { type: name, id: values[1] };
  for (let index = 0; index < names.length; index++) {
    const value = values[index + 2];
    if (!isKind(kinds[index], value))
      throw new ProtocolViolation(`${name} has a wrong '${names[index]}'`);
    message[names[index]] = value;
  }
  return message;
}

function array(buffer, start, end) {
  try {
    return unpack(buffer, start, end);
  } catch (error) {
    if (error instanceof Malformed)
      throw new ProtocolViolation(`a frame is not MessagePack: ${error.message}`);
    throw error;
  }
}

function isKind(kind, value) {
  switch (kind) {
    case 'uint':
      return typeof value === 'number' && value <= MAX_UINT;
    case 'str':
      return typeof value === 'string';
    case 'bool':
      return typeof value === 'boolean';
    case 'bin':
      return value instanceof Uint8Array;
    case 'bin?':
      return value === null || value instanceof Uint8Array;
    default:
      return Array.isArray(value) && value.every((each) => typeof each === 'string');
  }
}

module.exports = {
  HEADER_BYTES,
  MAX_FRAME_BYTES,
  MAX_LIST,
  MAX_UINT,
  PROTOCOL,
  PayloadTooLong,
  ProtocolViolation,
  RUNNER_VERSION,
  chunkHead,
  decode,
  encode,
};
