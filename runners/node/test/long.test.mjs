/** Long texts: the quick ways for what is ASCII give the bytes that the others give. */

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import test from 'node:test';

const require = createRequire(import.meta.url);
const { assemble } = require('../call/event.cjs');
const { Packer, unpack } = require('../wire/msgpack.cjs');

const PLAIN = 'a "quoted" \\ text\n\0\x7f'.padEnd(32, '.');
const SIZES = [65_535, 65_536, 65_568, 1_100_000];
const texts = SIZES.flatMap((size) => {
  const plain = PLAIN.repeat(size / 32 + 1).slice(0, size);
  return [plain, `${plain.slice(1)}é`, `Grüße ${plain}`, `${plain}✓𝄞`, `𝄞${plain.slice(2)}`];
});

function packed(text) {
  const packer = new Packer(0, 1e8);
  packer.start();
  packer.array(2);
  packer.bin(text);
  packer.uint(7);
  return Buffer.from(packer.finish());
}

test('a long text in an answer is its UTF-8', () => {
  for (const text of [...texts, `${texts[0]}\ud800`, `\udc00${texts[1]}`]) {
    const expected = Buffer.from(text);
    const frame = packed(text);
    assert.ok(packed(expected).equals(frame));
    const [body, after] = unpack(frame, 0, frame.length);
    assert.ok(expected.equals(body));
    assert.equal(after, 7);
  }
});

test('a long text body is the text that came', () => {
  for (const text of texts) {
    const event = assemble({ event: Buffer.from('{"a":1}'), body_kind: 1, body: Buffer.from(text) });
    assert.ok(event.body === text);
    assert.equal(event.isBase64Encoded, false);
  }
});
