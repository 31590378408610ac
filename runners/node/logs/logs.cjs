'use strict';

/**
 * Makes LOG messages of what the author's code prints: each with its level, and with the invocation
 * that the printing code belongs to.
 */

const { encode } = require('../wire/protocol.cjs');
const { captureOutput } = require('./output.cjs');
const { watchConsole } = require('./console.cjs');

const MAX_TEXT_BYTES = 262_144;
const LINE_FEED = 0x0a;

/**
 * Captures the process's output from now on.
 *
 * @param {{write: (frame: Buffer) => void}} output
 * @param {() => number} currentId of the invocation, or 0
 * @param {import('../errors/frames.cjs').Frames} frames how those of printed stacks are shown
 * @returns {{flush: () => void}} hands on lines that are not finished
 */
function captureLogs(output, currentId, frames) {
  const printing = watchConsole();
  const send = (stream, text) =>
    output.write(encode('LOG', currentId(), [stream, printing.level, text]));
  const capture = captureOutput((stream, printed) => {
    const text = frames.inText(printed);
    if (text.length * 3 <= MAX_TEXT_BYTES) send(stream, text);
    else for (const piece of pieces(text)) send(stream, piece);
  });
  return capture;
}

/** Cuts a long text, at a line feed where there is one, else between two characters. */
function* pieces(text) {
  const bytes = Buffer.from(text);
  let start = 0;
  while (bytes.length - start > MAX_TEXT_BYTES) {
    const end = cutBefore(bytes, start, start + MAX_TEXT_BYTES);
    yield bytes.toString('utf8', start, end);
    start = bytes[end] === LINE_FEED ? end + 1 : end;
  }
  yield bytes.toString('utf8', start);
}

function cutBefore(bytes, start, limit) {
  const line = bytes.lastIndexOf(LINE_FEED, limit);
  if (line > start) return line;
  let end = limit;
  while ((bytes[end] & 0xc0) === 0x80) end--;
  return end;
}

module.exports = { captureLogs };
