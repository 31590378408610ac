'use strict';

/**
 * What the author can do about an error with which a module did not load.
 */

const fs = require('node:fs');
const path = require('node:path');
const { Frames } = require('../errors/frames.cjs');
const { circleThrough } = require('./circles.cjs');

const JSON_IMPORT = "import data from './data.json' with { type: 'json' }";

// What Node says → what to do. The first that fits is given.
const KNOWN = [
  [
    /^(?:exports|module) is not defined in ES module scope/,
    'A file that uses `import` or `export`, or is below a package.json with "type": "module", is an ' +
      'ES module: write `export const handler = …`, or name a CommonJS file .cjs.',
  ],
  [
    /^require is not defined in ES module scope/,
    'A file that uses `import` or `export`, or is below a package.json with "type": "module", is an ' +
      "ES module: write `import x from 'x'` in place of `require`, or name a CommonJS file .cjs.",
  ],
  [
    /^Cannot use import statement outside a module|^Unexpected token 'export'/,
    'The file is CommonJS by its name: use `require` and `exports.handler`, or name it .mjs.',
  ],
  [
    /^require\(\) of ES Module/,
    `This package can only be imported: write \`await import('…')\`, make the function an ES module ` +
      '(.mjs), or use Node.js 20.19 or newer.',
  ],
  [
    /^No "exports" main defined in/,
    'This package can only be imported: make the function an ES module (.mjs), or write ' +
      "`await import('…')`.",
  ],
  [
    /is not defined by "exports" in/,
    "Import what the package's package.json lists under `exports`.",
  ],
  [/needs an import (?:attribute|assertion) of/, `Write ${JSON_IMPORT}.`],
  [/^Unexpected identifier 'assert'/, `This Node.js wants \`with\`: ${JSON_IMPORT}.`],
  [/^Directory import /, 'An ES module names the file itself, such as `./lib/index.js`.'],
  [/^await is only valid in async functions/, 'Write `async` before the function around it.'],
  [
    /NODE_MODULE_VERSION|\.node: /,
    'A package with native code was installed for another system or Node.js than this one, ' +
      `${process.versions.node}: run npm rebuild, or install it again.`,
  ],
];
const MAYBE_CIRCLE = /before initialization|is not a (?:function|constructor)|undefined|Class extends/;
const FRAME = /^\s+at (?:async )?(?:.*\()?(.+?):(\d+):\d+\)?$/;
const VARIABLE = /process\.env(?:\.(\w+)|\[['"](\w+)['"]\])/g;
const TYPESCRIPT_ONLY =
  /^\s*(?:export\s+)?(?:interface|type|enum|declare|abstract|namespace)\s+\w|^\s*import type\b|\w\??\s*:\s*[A-Za-z_$][\w$<>[\]., |]*\s*[=,);{]|\bas\s+\w+/;
const USING = /\busing\s+[\w$]+\s*=/;

/**
 * @param {unknown} error what was thrown at a module's top level
 * @param {object} spec of LOAD
 * @returns {string} one or two sentences; empty when there is nothing to say
 */
function adviceOnThrow(error, spec) {
  const message = String(error?.message);
  const known = ofKnown(message);
  if (known !== '' || typeof error?.stack !== 'string') return known;
  const places = ownPlaces(error.stack, spec);
  if (places.length === 0) return '';
  return onVariables(places[0]) || (MAYBE_CIRCLE.test(message) ? onCircle(places, spec) : '');
}

/**
 * @param {SyntaxError} error
 * @param {{file: string | null, line: number | null}} place
 * @returns {string} as above
 */
function adviceOnSyntax(error, { file, line }) {
  const known = ofKnown(String(error.message));
  if (known !== '' || file === null || line === null) return known;
  const source = lineOf(file, line);
  if (USING.test(source))
    return `If the syntax is newer than this Node.js, ${process.versions.node}: use a newer one, or TypeScript.`;
  if (/\.[mc]?js$/.test(file) && TYPESCRIPT_ONLY.test(source))
    return `It looks like TypeScript: name the file ${path.basename(file).replace(/js$/, 'ts')}.`;
  return '';
}

function ofKnown(message) {
  return KNOWN.find(([pattern]) => pattern.test(message))?.[1] ?? '';
}

/** The author's own frames, the nearest first. */
function ownPlaces(stack, spec) {
  return new Frames(spec)
    .ofStack(stack)
    .map((line) => FRAME.exec(line))
    .filter((match) => match !== null && !match[1].includes('node_modules'))
    .map((match) => ({ file: path.resolve(spec.root, match[1]), line: Number(match[2]) }));
}

/** Variables that the failing line reads, and that nobody has set. */
function onVariables({ file, line }) {
  const names = Array.from(lineOf(file, line).matchAll(VARIABLE), (match) => match[1] ?? match[2]);
  const missing = [...new Set(names)].filter((name) => process.env[name] === undefined);
  if (missing.length === 0) return '';
  return (
    `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not set: put it into .env; ` +
    '`polyfn env` shows what functions see.'
  );
}

function onCircle(places, spec) {
  for (const file of new Set(places.map((place) => place.file))) {
    const circle = circleThrough(file);
    if (circle === null) continue;
    const names = circle.map((each) => path.relative(spec.root, each));
    return (
      `${[...names, names[0]].join(' imports ')}: in a circle, one of them runs before another has ` +
      'exported anything. Move what both need into a file of its own.'
    );
  }
  return '';
}

function lineOf(file, line) {
  try {
    return fs.readFileSync(file, 'utf8').split('\n')[line - 1] ?? '';
  } catch {
    return '';
  }
}

module.exports = { adviceOnSyntax, adviceOnThrow };
