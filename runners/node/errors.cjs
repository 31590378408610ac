'use strict';

/**
 * What the supervisor is told of an error: `errorType`, `errorMessage`, and the author's own trace.
 *
 * The names are AWS's (aws-lambda-nodejs-runtime-interface-client, src/Errors.js).
 */

const path = require('node:path');
const { types } = require('node:util');

const MAX_CAUSES = 5;
const MAX_MESSAGE_CHARS = 64 * 1024;
const MAX_TRACE_LINES = 200;
const OWN_FRAMES = new RegExp(`(?:\\(|at |file://)${escaped(__dirname + path.sep)}`);
const NODE_FRAMES = /\((?:node:|internal\/)|at (?:async )?node:|\(<anonymous>\)$/;
const FRAME = /^\s+at /;

/** An error that polyfn has a name for. */
class RuntimeError extends Error {
  /**
   * @param {string} type such as `Runtime.HandlerNotFound`
   * @param {string} message what happened, and what to do
   * @param {unknown} [origin] whose trace is shown in place of this error's own
   */
  constructor(type, message, origin) {
    super(message);
    this.name = type;
    this.origin = origin;
  }
}

/**
 * Anything that was thrown, in the form of an ERROR message.
 *
 * @param {unknown} error
 * @returns {{errorType: string, errorMessage: string, trace: string[]}}
 */
function describe(error) {
  try {
    const [errorType, errorMessage, trace] = parts(error);
    return {
      errorType,
      errorMessage: cut(errorMessage),
      trace: trace.slice(0, MAX_TRACE_LINES).map(cut),
    };
  } catch {
    return {
      errorType: 'Error',
      errorMessage: 'an error was thrown whose name, message or stack cannot be read',
      trace: [],
    };
  }
}

function parts(error) {
  if (error instanceof RuntimeError) return [error.name, error.message, traceOf(error.origin)];
  if (isError(error)) return [nameOf(error), String(error.message), traceOf(error)];
  return [error === null ? 'null' : typeof error, textOf(error), []];
}

function cut(text) {
  return text.length > MAX_MESSAGE_CHARS ? `${text.slice(0, MAX_MESSAGE_CHARS)}…` : text;
}

/** Something with a stack: an error, also of another realm or library. */
function isError(value) {
  return (
    types.isNativeError(value) ||
    (typeof value === 'object' && value !== null && typeof value.stack === 'string')
  );
}

/** A thrown value in words: `Error: message`, or the value itself. */
function inWords(error) {
  if (!isError(error)) return textOf(error);
  const message = String(error.message);
  return message === '' ? nameOf(error) : `${nameOf(error)}: ${message}`;
}

function nameOf(error) {
  if (typeof error.name === 'string' && error.name !== '') return error.name;
  return error.constructor?.name || 'Error';
}

function textOf(value) {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return String(value);
  if (typeof value.message === 'string') return value.message;
  return require('node:util').inspect(value, { breakLength: Infinity });
}

/** The stack's lines without Node's frames and ours, followed by those of its causes. */
function traceOf(error, depth = 0) {
  if (!isError(error) || typeof error.stack !== 'string') return [];
  const lines = withoutSource(error).split('\n').filter(isAuthors);
  if (depth === MAX_CAUSES || !isError(error.cause)) return lines;
  const [first, ...rest] = traceOf(error.cause, depth + 1);
  return first === undefined ? lines : [...lines, `Caused by: ${first}`, ...rest];
}

/**
 * With source maps Node 18 puts the line of source before the stack's head, which the trace does
 * not need: it names the file and the line anyway. A syntax error's source is kept: its stack tells
 * nothing else of the place.
 */
function withoutSource(error) {
  const { stack } = error;
  if (error instanceof SyntaxError) return stack;
  const head = stack.indexOf(nameOf(error));
  return head > 0 && /^\S+:\d+\n/.test(stack) ? stack.slice(head) : stack;
}

function isAuthors(line) {
  return line !== '' && !(FRAME.test(line) && (NODE_FRAMES.test(line) || OWN_FRAMES.test(line)));
}

function escaped(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

module.exports = { RuntimeError, describe, inWords, isError };
