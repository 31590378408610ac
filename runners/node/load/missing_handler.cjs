'use strict';

/**
 * Says why a module that has loaded has no handler to call, and what to write.
 */

const path = require('node:path');

/**
 * @param {object} layers what the module exports: itself, its default export, that one's
 * @param {string} name the handler's, such as `handler`
 * @param {{main_file: string, source_file?: string, root: string}} spec of LOAD
 * @returns {string}
 */
function explainMissing(layers, name, spec) {
  const file = path.relative(spec.root, spec.source_file ?? spec.main_file);
  const owner = layers.find((layer) => Object(layer) === layer && name in layer);
  if (owner !== undefined) return `"${name}" in ${file} ${whatItIs(owner[name])}`;
  if (layers.slice(1).some((layer) => typeof layer === 'function') && isModule(layers[0]))
    return (
      `${file} exports no function "${name}", but a default function: write "export default" into ` +
      'that file itself, where it is seen without running the code'
    );
  if (typeof layers[0] === 'function')
    return (
      `${file} exports one function, by module.exports, and no "${name}": write ` +
      `exports.${name} = async (event) => …`
    );
  const exported = new Set(
    layers.flatMap((layer) => (Object(layer) === layer ? Object.keys(layer) : [])),
  );
  const what = exported.size > 0 ? `it exports: ${[...exported].join(', ')}` : 'it exports nothing';
  const write = isModule(layers[0])
    ? `export default async (request) => …, or export const ${name} = async (event) => …`
    : `exports.${name} = async (event) => …`;
  return `${file} exports no function "${name}"; ${what}. Write ${write}`;
}

function whatItIs(value) {
  if (value === undefined)
    return 'is undefined: was it exported before it got its value, or is a name misspelt?';
  if (typeof value?.then === 'function')
    return 'is no function, but a promise: export the function, without calling it';
  return `is no function, but ${value === null ? 'null' : `of type ${typeof value}`}`;
}

function isModule(module) {
  return require('node:util').types.isModuleNamespaceObject(module);
}

module.exports = { explainMissing };
