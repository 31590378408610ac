/** The golden frames of PROTOCOL.md §5, both ways. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import test from 'node:test';

const require = createRequire(import.meta.url);
const { ProtocolViolation, decode, encode } = require('../wire/protocol.cjs');
const { FrameReader } = require('../wire/frames.cjs');

const read = (name) => JSON.parse(readFileSync(new URL(`../../vectors/${name}.json`, import.meta.url), 'utf8'));

/** A golden message's field as our code writes it, and as it reads it. */
const written = (value) => (value?.hex === undefined ? value : Buffer.from(value.hex, 'hex'));
const shown = (value) => (value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value);

for (const { name, message, frame } of read('messages')) {
  const { type, id, ...fields } = message;

  test(`writes "${name}" to the byte`, () => {
    assert.equal(Buffer.from(encode(type, id, Object.values(fields).map(written))).toString('hex'), frame);
  });

  test(`reads "${name}"`, () => {
    const bytes = Buffer.from(frame, 'hex');
    const got = decode(bytes, 4, bytes.length);
    assert.equal(bytes.readUInt32LE(0), bytes.length - 4);
    assert.equal(got.type, type);
    assert.equal(got.id, id);
    for (const [key, value] of Object.entries(fields)) {
      const expected = typeof value === 'string' && got[key] instanceof Uint8Array ? Buffer.from(value) : written(value);
      assert.deepEqual(shown(got[key]), shown(expected), key);
    }
  });
}

for (const { name, payload } of read('invalid')) {
  test(`refuses ${name}`, () => {
    const bytes = Buffer.from(payload, 'hex');
    assert.throws(() => decode(bytes, 0, bytes.length), ProtocolViolation);
  });
}

test('cuts frames out of a stream that comes in pieces of any size', () => {
  const frames = read('messages').map(({ frame }) => Buffer.from(frame, 'hex'));
  const stream = Buffer.concat(frames);
  for (const size of [1, 2, 3, 5, 7, 64, 1000, 65_536, stream.length]) {
    const got = [];
    const reader = new FrameReader((buffer, start, end) => got.push(buffer.toString('hex', start, end)));
    for (let at = 0; at < stream.length; at += size) {
      const chunk = stream.subarray(at, at + size);
      reader.push(chunk, chunk.length);
    }
    assert.deepEqual(got, frames.map((frame) => frame.toString('hex', 4)), `pieces of ${size}`);
  }
});

test('takes integers in any encoding, and refuses those over 32 bits', () => {
  const cancel = (id) => decode(Buffer.from(`9203${id}`, 'hex'), 0, 2 + id.length / 2);
  for (const seven of ['07', 'cc07', 'cd0007', 'ce00000007', 'cf0000000000000007']) assert.equal(cancel(seven).id, 7);
  assert.throws(() => cancel('cf0000000100000000'), ProtocolViolation);
});

test('takes strings, bins and arrays with longer heads than they need', () => {
  const invoke = 'dd00000009' + '02' + '01' + 'db0000000172' + '01' + '01' + 'c600000002' + '7b7d' + '00' + 'c0' + 'c0';
  const message = decode(Buffer.from(invoke, 'hex'), 0, invoke.length / 2);
  assert.equal(message.request_id, 'r');
  assert.equal(message.event.toString(), '{}');
});

test('refuses a length of nothing, and one over the limit, before it allocates', () => {
  for (const length of [0, 64 * 1024 * 1024 + 1, 0xffffffff]) {
    const header = Buffer.alloc(4);
    header.writeUInt32LE(length);
    for (const size of [4, 1]) {
      const reader = new FrameReader(() => assert.fail('no payload'));
      assert.throws(() => { for (let at = 0; at < 4; at += size) reader.push(header.subarray(at, at + size), size); }, ProtocolViolation);
    }
  }
});

test('refuses to write a frame that is too long', () => {
  assert.throws(() => encode('VALUE', 1, ['x'.repeat(64 * 1024 * 1024)]), /too long/);
  assert.equal(encode('VALUE', 1, ['1']).length, 4 + 6);
});
