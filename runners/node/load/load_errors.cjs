'use strict';

/**
 * Names what went wrong while a module loaded, the way AWS names it, and says what to do.
 */

const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { RuntimeError, inWords } = require('../errors/errors.cjs');
const { adviceOnSyntax, adviceOnThrow } = require('./advice.cjs');
const { explainMissingModule, shown } = require('./missing_module.cjs');
const { isRefusedBy, syntaxErrorPlace } = require('./syntax_errors.cjs');

const MISSING = new Set(['MODULE_NOT_FOUND', 'ERR_MODULE_NOT_FOUND']);
const MODULE_SYNTAX = new RegExp(
  [
    'Cannot use import statement outside a module',
    "Unexpected token 'export'",
    "Cannot use 'import\\.meta' outside a module",
    'await is only valid in async functions and the top level bodies of modules',
  ].join('|'),
);
// Node's own advice has absolute paths, and ours stands in its place.
const NODES_ADVICE = /\n(?:This file is being treated as|Instead |Require stack:)[^]*$/;

/**
 * @param {unknown} error what loading threw
 * @param {{main_file: string, source_file?: string, root: string}} spec of LOAD
 * @returns {RuntimeError & {file?: string | null}} with the file that has the syntax error
 */
function explainLoadError(error, spec) {
  if (error instanceof RuntimeError) return error;
  const missing = MISSING.has(error?.code) ? explainMissingModule(error, spec) : null;
  if (missing !== null) return new RuntimeError('Runtime.ImportModuleError', missing);
  const place = syntaxErrorPlace(error, spec.main_file);
  if (place !== null) return syntaxError(error, place, spec);
  const file = shown(spec.source_file ?? spec.main_file, spec);
  const told = `${file} threw while it was loading: ${inWords(error).replace(NODES_ADVICE, '')}`;
  return new RuntimeError(
    'Runtime.ImportModuleError',
    joined(relative(told, spec), adviceOnThrow(error, spec)),
    error,
  );
}

/**
 * Whether a module could not be compiled as CommonJS because it is written as an ES module.
 *
 * @param {unknown} error
 * @param {string} file the module that was loaded; those that it loads are its own affair
 */
function isModuleSyntax(error, file) {
  return isRefusedBy(error, file) && MODULE_SYNTAX.test(error.message);
}

function syntaxError(error, place, spec) {
  const { file, line } = place;
  const where =
    file === null
      ? `${shown(spec.main_file, spec)}, or a module that it imports`
      : `${shown(file, spec)}:${line}`;
  const told = joined(`${where}: ${error.message}`, adviceOnSyntax(error, place));
  return Object.assign(new RuntimeError('Runtime.UserCodeSyntaxError', told, error), { file });
}

function joined(told, advice) {
  if (advice === '') return told;
  return `${told}${/[.!?]$/.test(told) ? '' : '.'} ${advice}`;
}

/** With the project's files as paths of the project. */
function relative(text, { root }) {
  return text
    .replaceAll(`${pathToFileURL(root).href}/`, '')
    .replaceAll(root + path.sep, '');
}

module.exports = { explainLoadError, isModuleSyntax };
