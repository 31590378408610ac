'use strict';

/**
 * What the supervisor is told of an error: `errorType`, `errorMessage`, and the author's own trace.
 *
 * The names are AWS's (aws-lambda-nodejs-runtime-interface-client, src/Errors.js).
 */

const { types } = require('node:util');
const { Frames } = require('./frames.cjs');
const { traceOf } = require('./trace.cjs');

const MAX_MESSAGE_CHARS = 64 * 1024;

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
 * @param {Frames} [frames] how those of its stack are shown
 * @returns {{errorType: string, errorMessage: string, trace: string[]}}
 */
function describe(error, frames = new Frames()) {
  try {
    const [errorType, errorMessage, trace] = parts(error, frames);
    return { errorType, errorMessage: cut(errorMessage), trace: trace.map(cut) };
  } catch {
    return {
      errorType: 'Error',
      errorMessage: 'an error was thrown whose name, message or stack cannot be read',
      trace: [],
    };
  }
}

function parts(error, frames) {
  if (error instanceof RuntimeError)
    return [error.name, error.message, traceOf(error.origin, frames, inWords)];
  if (isError(error))
    return [nameOf(error), String(error.message), traceOf(error, frames, inWords)];
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

module.exports = { RuntimeError, describe, inWords, isError };
