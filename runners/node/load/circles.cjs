'use strict';

/**
 * Finds files that import each other in a circle: when one of them runs, another may not have
 * exported anything yet.
 *
 * Node keeps no trace of the modules of a load that failed, so the files are read. It happens only
 * after such a failure.
 */

const fs = require('node:fs');
const path = require('node:path');

const IMPORT = /(?:\brequire\(\s*|\bfrom\s*|\bimport\s*\(?\s*)['"](\.{1,2}\/[^'"]+)['"]/g;
const EXTENSIONS = ['', '.js', '.ts', '.mjs', '.cjs', '.tsx', '.mts', '.cts', '.jsx'];
const MAX_FILES = 300;

/**
 * The shortest circle through a file.
 *
 * @param {string} start an absolute path
 * @returns {string[] | null} the files in the order in which they import each other
 */
function circleThrough(start) {
  const ways = new Map([[start, [start]]]);
  for (const [file, way] of ways) {
    for (const imported of importsOf(file)) {
      if (imported === start) return way;
      if (!ways.has(imported) && ways.size < MAX_FILES) ways.set(imported, [...way, imported]);
    }
  }
  return null;
}

function importsOf(file) {
  const source = readIfThere(file);
  return Array.from(source.matchAll(IMPORT), ([, name]) => resolved(path.dirname(file), name)).filter(
    (each) => each !== null,
  );
}

/** As Node and bundlers look for it; `./a.js` may stand for `a.ts`. */
function resolved(directory, name) {
  const target = path.join(directory, name);
  const bases = [target, target.replace(/\.([mc]?)js$/, '.$1ts'), path.join(target, 'index')];
  for (const base of bases)
    for (const extension of EXTENSIONS) if (isFile(base + extension)) return base + extension;
  return null;
}

function isFile(file) {
  return fs.statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}

function readIfThere(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

module.exports = { circleThrough };
