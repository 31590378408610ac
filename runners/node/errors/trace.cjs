'use strict';

/**
 * The trace of an error: its stack as its author should read it, followed by those of its causes and
 * of the errors that it gathers.
 */

const MAX_DEPTH = 5;
const MAX_LINES = 200;

/**
 * @param {unknown} error
 * @param {import('./frames.cjs').Frames} frames
 * @param {(value: unknown) => string} inWords says what was thrown
 * @returns {string[]} empty for what has no stack
 */
function traceOf(error, frames, inWords) {
  const trace = [];
  collect(trace, error, '', 0, frames, inWords);
  return trace.slice(0, MAX_LINES);
}

function collect(trace, error, lead, depth, frames, inWords) {
  const lines = stackLines(error, frames, inWords);
  if (lead !== '') lines[0] = lead + (lines[0] ?? inWords(error));
  trace.push(...lines);
  if (lines.length === 0 || depth === MAX_DEPTH || trace.length > MAX_LINES) return;
  const gathered = Array.isArray(error.errors) ? error.errors : [];
  gathered.forEach((each, index) => {
    const what = `Error ${index + 1} of ${gathered.length}: `;
    if (trace.length <= MAX_LINES) collect(trace, each, what, depth + 1, frames, inWords);
  });
  if (error.cause !== undefined && error.cause !== null)
    collect(trace, error.cause, 'Caused by: ', depth + 1, frames, inWords);
}

/** The author may have replaced `Error.prepareStackTrace`: a stack can be anything, or throw. */
function stackLines(error, frames, inWords) {
  let stack;
  try {
    stack = error?.stack;
    if (Array.isArray(stack)) stack = [inWords(error), ...stack.map((site) => `    at ${site}`)].join('\n');
  } catch {
    return [];
  }
  return typeof stack === 'string' ? frames.ofStack(withoutSource(error, stack)) : [];
}

/**
 * With source maps Node 18 puts the line of source before the stack's head, which the trace does
 * not need: it names the file and the line anyway. A syntax error's source is kept: its stack tells
 * nothing else of the place.
 */
function withoutSource(error, stack) {
  if (error instanceof SyntaxError) return stack;
  const head = stack.indexOf(String(error.name));
  return head > 0 && /^\S+:\d+\n/.test(stack) ? stack.slice(head) : stack;
}

module.exports = { traceOf };
