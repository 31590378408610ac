'use strict';

/**
 * Tells the level of what `console` prints.
 *
 * Node's own methods go on formatting (groups, tables, counters and an attached inspector work as
 * ever); around each call stands the level of what it will write.
 */

const util = require('node:util');

const LEVELS = {
  debug: 'debug',
  info: 'info',
  log: 'info',
  dir: 'info',
  warn: 'warn',
  error: 'error',
  trace: 'trace',
};

/**
 * Wraps the methods of the global console.
 *
 * @returns {{level: string}} the level of what is being printed, empty between calls
 */
function watchConsole() {
  const current = { level: '' };
  console.trace = traceTo(console.error);
  for (const [name, level] of Object.entries(LEVELS))
    console[name] = withLevel(console[name], level, current);
  return current;
}

/** The outermost call says the level: `console.trace` prints through `console.error`. */
function withLevel(method, level, current) {
  const wrapper = function (...values) {
    if (current.level !== '') return method.apply(this, values);
    current.level = level;
    try {
      return method.apply(this, values);
    } finally {
      current.level = '';
    }
  };
  Object.defineProperty(wrapper, 'name', { value: method.name });
  return wrapper;
}

/** Like Node's own, but the stack begins at the author's call rather than at our wrapper. */
function traceTo(print) {
  return function trace(...values) {
    const holder = { name: 'Trace', message: util.format(...values) };
    Error.captureStackTrace(holder, console.trace);
    print.call(console, holder.stack);
  };
}

module.exports = { watchConsole };
