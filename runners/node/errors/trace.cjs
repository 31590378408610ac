'use strict';

/**
 * The stack of an error as its author should read it: without Node's frames and the runner's, with
 * paths of the project, followed by those of its causes and of the errors that it gathers.
 */

const fs = require('node:fs');
const path = require('node:path');
const { fileURLToPath } = require('node:url');

const RUNNER = path.dirname(__dirname) + path.sep;
const MAX_DEPTH = 5;
const MAX_LINES = 200;
const FRAME = /^\s+at /;
const NODES_OWN = /\((?:node:|internal\/)|at (?:async )?node:|\(<anonymous>\)$/;
const PLACE = /^(\s+at (?:.*\()?)((?:file:\/\/)?\/.*?)(:\d+(?::\d+)?\)?)$/;
const SYNTAX_PLACE = /^((?:file:\/\/)?\/.*)(:\d+)$/;

/**
 * @param {unknown} error
 * @param {{root?: string, main_file?: string, source_file?: string}} spec of LOAD
 * @param {(value: unknown) => string} inWords says what was thrown
 * @returns {string[]} empty for what has no stack
 */
function traceOf(error, spec, inWords) {
  const trace = [];
  collect(trace, error, '', 0, new Shown(spec), inWords);
  return trace.slice(0, MAX_LINES);
}

function collect(trace, error, lead, depth, shown, inWords) {
  const lines = typeof error?.stack === 'string' ? shown.lines(error) : [];
  if (lead !== '') lines[0] = lead + (lines[0] ?? inWords(error));
  trace.push(...lines);
  if (lines.length === 0 || depth === MAX_DEPTH || trace.length > MAX_LINES) return;
  const gathered = Array.isArray(error.errors) ? error.errors : [];
  gathered.forEach((each, index) => {
    const what = `Error ${index + 1} of ${gathered.length}: `;
    if (trace.length <= MAX_LINES) collect(trace, each, what, depth + 1, shown, inWords);
  });
  if (error.cause !== undefined && error.cause !== null)
    collect(trace, error.cause, 'Caused by: ', depth + 1, shown, inWords);
}

/** How lines of stacks are shown for one function. */
class Shown {
  constructor({ root, main_file: mainFile, source_file: sourceFile }) {
    this.roots = root === undefined ? [] : [...new Set([root, realPath(root)])];
    // What a bundler adds stands in the bundle and in no source of the author's.
    this.bundle = sourceFile !== undefined && sourceFile !== mainFile ? mainFile : null;
  }

  lines(error) {
    return withoutSource(error)
      .split('\n')
      .filter((line) => line !== '' && !this.#isForeign(line))
      .map((line) => this.#relative(line));
  }

  #isForeign(line) {
    if (!FRAME.test(line)) return false;
    if (NODES_OWN.test(line)) return true;
    const file = toPath(PLACE.exec(line)?.[2]);
    return file !== null && (file === this.bundle || file.startsWith(RUNNER));
  }

  #relative(line) {
    const place = PLACE.exec(line);
    if (place !== null) return place[1] + this.file(toPath(place[2])) + place[3];
    const head = SYNTAX_PLACE.exec(line);
    return head === null ? line : this.file(toPath(head[1])) + head[2];
  }

  /** A file relative to the project, when it is inside. */
  file(name) {
    const root = this.roots.find((each) => name.startsWith(each + path.sep));
    return root === undefined ? name : name.slice(root.length + 1);
  }
}

/**
 * With source maps Node 18 puts the line of source before the stack's head, which the trace does
 * not need: it names the file and the line anyway. A syntax error's source is kept: its stack tells
 * nothing else of the place.
 */
function withoutSource(error) {
  const { stack } = error;
  if (error instanceof SyntaxError) return stack;
  const head = stack.indexOf(String(error.name));
  return head > 0 && /^\S+:\d+\n/.test(stack) ? stack.slice(head) : stack;
}

function toPath(place) {
  if (place === undefined) return null;
  try {
    return place.startsWith('file:') ? fileURLToPath(place) : place;
  } catch {
    return place;
  }
}

function realPath(directory) {
  try {
    return fs.realpathSync(directory);
  } catch {
    return directory;
  }
}

module.exports = { traceOf };
