/**
 * A module hook that tells the format of a plain `.js` file by its syntax, the way newer Nodes do:
 * what compiles as CommonJS is CommonJS.
 */

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { compileFunction } from 'node:vm';

const CJS_PARAMETERS = ['exports', 'require', 'module', '__filename', '__dirname'];

export async function load(url, context, nextLoad) {
  if (context.format !== 'commonjs' || !url.startsWith('file:') || !url.endsWith('.js'))
    return nextLoad(url, context);
  const source = await readFile(fileURLToPath(url), 'utf8');
  if (isCommonJs(source)) return nextLoad(url, context);
  return { format: 'module', source, shortCircuit: true };
}

function isCommonJs(source) {
  try {
    compileFunction(source, CJS_PARAMETERS);
    return true;
  } catch {
    return false;
  }
}
