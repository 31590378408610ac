'use strict';

/**
 * Loads the author's module, whatever its format, and finds the handler in it.
 */

const fs = require('node:fs');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { RuntimeError } = require('../errors/errors.cjs');
const { keepMarks } = require('../call/awslambda.cjs');

const V8S_LIMIT = 10;
const FRAMES_OF_A_LOAD = 40;

/**
 * @param {{main_file: string, source_file?: string, handler: string, root: string}} spec of LOAD
 * @returns {Promise<Function>} the handler, its `this` being the object that holds it
 * @throws {RuntimeError} with the name that PROTOCOL.md gives it
 */
async function loadHandler(spec) {
  const file = spec.main_file;
  const limit = seeFurther();
  let module;
  try {
    module = isModuleFile(file) ? await importFile(file) : await requireFile(file);
  } catch (error) {
    throw require('./load_errors.cjs').explainLoadError(error, spec); // needs child_process: 2 ms
  } finally {
    if (Error.stackTraceLimit === FRAMES_OF_A_LOAD) Error.stackTraceLimit = limit;
  }
  if (spec.api === 'modern')
    return require('../modern/handler.cjs').findRequestHandler(module, spec);
  return findHandler(module, spec);
}

/** Node's loader of itself fills the ten frames of a stack in Node 24: the author's would be cut off. */
function seeFurther() {
  const limit = Error.stackTraceLimit;
  if (limit === V8S_LIMIT) Error.stackTraceLimit = FRAMES_OF_A_LOAD;
  return limit;
}

/** CommonJS, unless its syntax says otherwise. */
async function requireFile(file) {
  try {
    return require(file);
  } catch (error) {
    if (error?.code === 'ERR_REQUIRE_ASYNC_MODULE' || error?.code === 'ERR_REQUIRE_ESM')
      return importFile(file);
    if (!require('./load_errors.cjs').isModuleSyntax(error, file)) throw error;
    require('./module_syntax.cjs').acceptModuleSyntax();
    return importFile(file);
  }
}

function importFile(file) {
  return import(pathToFileURL(file).href);
}

/** Whether Node takes the file for an ES module by its name or its package.json. */
function isModuleFile(file) {
  const extension = path.extname(file);
  if (extension !== '.js') return extension === '.mjs';
  return nearestPackage(path.dirname(file)).type === 'module';
}

/** As Node looks it up: the nearest package.json counts, and none beyond a `node_modules`. */
function nearestPackage(directory) {
  for (let at = directory; path.basename(at) !== 'node_modules'; at = path.dirname(at)) {
    const text = readIfThere(path.join(at, 'package.json'));
    if (text !== null) return parsed(text);
    if (at === path.dirname(at)) break;
  }
  return {};
}

function readIfThere(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

function parsed(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {}; // Node itself says what is wrong with it, when the module is loaded
  }
}

/**
 * Looks through a module the ways in which its exports may be wrapped: as they are, an ES module's or
 * a transpiled module's `default`, a transpiled module's inside an ES module's.
 */
function findHandler(module, spec) {
  const names = (spec.handler || 'handler').split('.');
  if (names.includes('')) {
    throw new RuntimeError(
      'Runtime.MalformedHandlerName',
      `"${spec.handler}" is not the name of a handler`,
    );
  }
  const layers = [module, module?.default, module?.default?.default];
  for (const layer of layers) {
    const owner = names.slice(0, -1).reduce((object, name) => object?.[name], layer);
    const handler = owner?.[names.at(-1)];
    if (typeof handler === 'function') return keepMarks(handler, handler.bind(owner));
  }
  const { explainMissing } = require('./missing_handler.cjs');
  throw new RuntimeError('Runtime.HandlerNotFound', explainMissing(layers, names.join('.'), spec));
}

module.exports = { loadHandler };
