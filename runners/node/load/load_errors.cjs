'use strict';

/**
 * Names what went wrong while a module loaded, the way AWS names it, and says what to do.
 */

const path = require('node:path');
const { fileURLToPath } = require('node:url');
const { RuntimeError, inWords } = require('../errors/errors.cjs');
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

/**
 * @param {unknown} error what loading threw
 * @param {{main_file: string, source_file?: string, root: string}} spec of LOAD
 * @returns {RuntimeError & {file?: string | null}} with the file that has the syntax error
 */
function explainLoadError(error, spec) {
  if (error instanceof RuntimeError) return error;
  if (MISSING.has(error?.code)) return missingModule(error, spec);
  const place = syntaxErrorPlace(error, spec.main_file);
  if (place !== null) return syntaxError(error, place, spec);
  const file = shown(spec.source_file ?? spec.main_file, spec);
  return new RuntimeError(
    'Runtime.ImportModuleError',
    `${file} threw while it was loading: ${inWords(error)}`,
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

function syntaxError(error, { file, line }, spec) {
  const where =
    file === null
      ? `${shown(spec.main_file, spec)}, or a module that it imports`
      : `${shown(file, spec)}:${line}`;
  const told = `${where}: ${error.message}`;
  return Object.assign(new RuntimeError('Runtime.UserCodeSyntaxError', told, error), { file });
}

function missingModule(error, spec) {
  const name = /Cannot find (?:module|package) '([^']+)'/.exec(error.message)?.[1];
  const importer = error.requireStack?.[0] ?? / imported from (.+)$/m.exec(error.message)?.[1];
  if (name === undefined)
    return new RuntimeError('Runtime.ImportModuleError', error.message, error);
  const file = importerIn(importer, spec);
  const where = file === undefined ? '' : `, which ${shown(file, spec)} imports`;
  const bare = packageName(name);
  const advice = bare === null ? 'check the path' : `install it: npm install ${bare}`;
  const kind = bare === null ? 'module' : 'package';
  return new RuntimeError(
    'Runtime.ImportModuleError',
    `Cannot find ${kind} '${shown(name, spec)}'${where}: ${advice}`,
  );
}

/** The author's file: what was built from it is not what imports. */
function importerIn(importer, spec) {
  if (importer === undefined) return undefined;
  const file = importer.startsWith('file:') ? fileURLToPath(importer) : importer;
  return file === spec.main_file ? (spec.source_file ?? file) : file;
}

/** `@a/b` for `@a/b/c.js`, `null` for a path. */
function packageName(specifier) {
  if (/^[./#]|^file:|^[A-Za-z]:[\\/]/.test(specifier)) return null;
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

/** A file relative to the project, when it is inside. */
function shown(file, { root }) {
  return file.startsWith(root + path.sep) ? path.relative(root, file) : file;
}

module.exports = { explainLoadError, isModuleSyntax };
