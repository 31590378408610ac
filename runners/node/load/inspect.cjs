'use strict';

/**
 * Lets debuggers attach, and stops at the author's first line where one is waited for.
 *
 * Node prints the inspector's address itself, on fd 2: polyfn reads it there. The stop is a breakpoint
 * of a session within this process: `debugger;` would stop in the runner, and `--inspect-brk` in it,
 * too. A debugger that is attached is told of the pause like of any other.
 */

const fs = require('node:fs');
const inspector = require('node:inspector');
const { SourceMap } = require('node:module');
const path = require('node:path');
const { pathToFileURL } = require('node:url');

const HOST = '127.0.0.1';
const LAST_COLUMN = 2 ** 31 - 1;

/**
 * Opens the inspector; with `"wait"` returns when a debugger has come and let the process run.
 *
 * @param {{inspect: "open" | "wait", main_file: string, source_file?: string}} spec of LOAD
 * @returns {() => void} to be called when the author's module has been loaded
 * @throws {Error} this Node has no inspector
 */
function openInspector(spec) {
  // NODE_OPTIONS of the author's may have opened it already.
  if (inspector.url() === undefined) inspector.open(0, HOST);
  if (spec.inspect !== 'wait') return () => {};
  inspector.waitForDebugger();
  return stopAtFirstLine(spec);
}

function stopAtFirstLine(spec) {
  const file = realPath(spec.main_file);
  const session = new inspector.Session();
  session.connect();
  session.post('Debugger.enable');
  session.post('Debugger.setBreakpointByUrl', {
    url: pathToFileURL(file).href,
    lineNumber: firstLine(file, spec.source_file),
    columnNumber: 0,
  });
  return () => session.disconnect();
}

/** The first line that came from the author's main file; of what was not built, the first. */
function firstLine(file, sourceFile) {
  const map = sourceMapOf(file);
  if (sourceFile === undefined || map === null) return 0;
  const lines = map.payload.mappings.split(';').length;
  for (let line = 0; line < lines; line++) {
    const entry = map.findEntry(line, LAST_COLUMN);
    if (entry.generatedLine === line && isFrom(entry.originalSource, file, sourceFile)) return line;
  }
  return 0;
}

function sourceMapOf(file) {
  try {
    return new SourceMap(JSON.parse(fs.readFileSync(`${file}.map`, 'utf8')));
  } catch {
    return null;
  }
}

function isFrom(source, file, sourceFile) {
  if (source === undefined) return false;
  const found = [source, decoded(source)].map((each) => path.resolve(path.dirname(file), each));
  return found.includes(sourceFile);
}

/** A map's sources are URLs, but not every tool writes them so. */
function decoded(source) {
  try {
    return decodeURIComponent(source);
  } catch {
    return source;
  }
}

function realPath(file) {
  try {
    return fs.realpathSync(file);
  } catch {
    return file; // loading it says what is wrong
  }
}

module.exports = { openInspector };
