'use strict';

/**
 * Finds where a module could not be compiled.
 *
 * For CommonJS the place stands at the head of the error's stack. For ES modules Node keeps it to
 * itself, but tells it when it is asked to check the file: so the files that were to be loaded are
 * checked, one after the other. It is slow (40 ms a file) and happens only after a failure.
 */

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { fileURLToPath } = require('node:url');

const MAX_FILES = 20;
const CHECK_TIMEOUT_MS = 5000;
const PLACE = /^(\S.*):(\d+)\n/;
const FAILED_COMPILING = /^(?:(?!\s+at ).*\n)+\s+at [^\n]*node:internal\/modules\//;
const STATIC_IMPORT = /^\s*(?:import|export)\b[^'"]*['"](\.{1,2}\/[^'"]+)['"]/gm;

/**
 * @param {unknown} error what loading threw
 * @param {string} mainFile
 * @returns {{file: string | null, line: number | null} | null} `null`: it is no error of compiling,
 *   but one of `JSON.parse`, say
 */
function syntaxErrorPlace(error, mainFile) {
  if (!(error instanceof SyntaxError) || typeof error.stack !== 'string') return null;
  const match = PLACE.exec(error.stack);
  if (match !== null) return { file: toPath(match[1]), line: Number(match[2]) };
  return FAILED_COMPILING.test(error.stack) ? searched(mainFile, error.message) : null;
}

/** Whether a stack says that a file could not be compiled as CommonJS. */
function isRefusedBy(error, file) {
  const match = error instanceof SyntaxError ? PLACE.exec(String(error.stack)) : null;
  return match !== null && toPath(match[1]) === file;
}

/** Checks the main file and what it imports, the nearest first. */
function searched(mainFile, message) {
  const files = [mainFile];
  for (let index = 0; index < Math.min(files.length, MAX_FILES); index++) {
    const source = readIfThere(files[index]);
    const line = source === null ? null : faultyLine(source, message);
    if (line !== null) return { file: files[index], line };
    for (const file of importsOf(files[index], source ?? ''))
      if (!files.includes(file)) files.push(file);
  }
  return { file: null, line: null };
}

function faultyLine(source, message) {
  const argv = ['--check', '--input-type=module', '-'];
  const { stderr } = spawnSync(process.execPath, argv, {
    input: source,
    encoding: 'utf8',
    env: {},
    timeout: CHECK_TIMEOUT_MS,
  });
  const match = PLACE.exec(stderr ?? '');
  return match !== null && stderr.includes(`SyntaxError: ${message}\n`) ? Number(match[2]) : null;
}

function importsOf(file, source) {
  return Array.from(source.matchAll(STATIC_IMPORT), ([, name]) =>
    path.resolve(path.dirname(file), name),
  );
}

function readIfThere(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

function toPath(place) {
  return place.startsWith('file:') ? fileURLToPath(place) : place;
}

module.exports = { isRefusedBy, syntaxErrorPlace };
