'use strict';

/**
 * Says which module or package is missing, who wants it, and how to get it.
 */

const fs = require('node:fs');
const path = require('node:path');
const { fileURLToPath } = require('node:url');

const INSTALLERS = [
  ['pnpm-lock.yaml', 'pnpm install', 'pnpm add'],
  ['yarn.lock', 'yarn install', 'yarn add'],
  ['bun.lock', 'bun install', 'bun add'],
  ['bun.lockb', 'bun install', 'bun add'],
  ['package.json', 'npm install', 'npm install'],
];
const PLUG_N_PLAY =
  "Yarn's Plug'n'Play keeps packages where only Yarn finds them, and is not supported: put " +
  '`nodeLinker: node-modules` into .yarnrc.yml and run `yarn install`';
const SECTIONS = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'];
const AWS_BRINGS = /^(?:aws-sdk$|@aws-sdk\/|@smithy\/)/;
const TYPESCRIPT = /\.[mc]?tsx?$/;

/**
 * @param {Error} error with the code MODULE_NOT_FOUND or ERR_MODULE_NOT_FOUND
 * @param {{main_file: string, source_file?: string, root: string}} spec of LOAD
 * @returns {string | null} `null`: the error itself says more
 */
function explainMissingModule(error, spec) {
  const name = /Cannot find (?:module|package) '([^']+)'/.exec(error.message)?.[1];
  if (name === undefined) return null;
  const importer = importerIn(error, spec);
  const who = importer === undefined ? '' : `, which ${shown(importer, spec)} imports`;
  const bare = packageName(name);
  if (bare !== null)
    return `Cannot find package '${name}'${who}: ${installation(bare, importer, spec)}`;
  const isModule = error.code === 'ERR_MODULE_NOT_FOUND';
  return `Cannot find module '${shown(name, spec)}'${who}: ${neighbour(name, importer, spec, isModule)}`;
}

/** The author's file: what was built from it is not what imports. */
function importerIn(error, spec) {
  const told = error.requireStack?.[0] ?? / imported from (.+)$/m.exec(error.message)?.[1];
  if (told === undefined) return undefined;
  const file = told.startsWith('file:') ? fileURLToPath(told) : told;
  return file === spec.main_file ? (spec.source_file ?? file) : file;
}

/** `@a/b` for `@a/b/c.js`, `null` for a path. */
function packageName(specifier) {
  if (/^[./#]|^file:|^[A-Za-z]:[\\/]/.test(specifier)) return null;
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

/** One that package.json names is installed with all the others. */
function installation(name, importer, spec) {
  const manifests = upward(path.dirname(importer ?? spec.main_file), 'package.json');
  const declaring = manifests.find((file) => isDeclared(name, file));
  const place = path.dirname(declaring ?? manifests[0] ?? path.join(spec.root, 'package.json'));
  if (upward(place, '.pnp.cjs').length > 0) return PLUG_N_PLAY;
  const [, all, one] =
    INSTALLERS.find(([lock]) => upward(place, lock).length > 0) ?? INSTALLERS.at(-1);
  if (declaring === undefined)
    return AWS_BRINGS.test(name)
      ? `AWS's own runtime brings it along; for this machine install it: ${one} -D ${name}`
      : `install it: ${one} ${name}`;
  const inside = shown(place, spec);
  const cd = place === spec.root || inside === place ? '' : `cd ${inside} && `;
  return `${shown(declaring, spec)} names it, but it is not installed: ${cd}${all}`;
}

function isDeclared(name, manifest) {
  try {
    const parsed = JSON.parse(fs.readFileSync(manifest, 'utf8'));
    return SECTIONS.some((section) => parsed[section]?.[name] !== undefined);
  } catch {
    return false;
  }
}

function upward(directory, name) {
  const found = [];
  for (let at = directory; ; at = path.dirname(at)) {
    const file = path.join(at, name);
    if (fs.existsSync(file)) found.push(file);
    if (at === path.dirname(at)) return found;
  }
}

/** A file that is there and was probably meant. */
function neighbour(name, importer, spec, isModule) {
  const file = name.startsWith('file:') ? fileURLToPath(name) : name;
  const target = path.resolve(path.dirname(importer ?? spec.main_file), file);
  const wanted = path.basename(target);
  const there = entries(path.dirname(target));
  const stem = (entry) => entry.slice(0, entry.length - path.extname(entry).length);
  const cased = there.find((entry) =>
    [entry, stem(entry)].some((each) => each.toLowerCase() === wanted.toLowerCase() && each !== wanted),
  );
  if (cased !== undefined) return `there is '${cased}': upper and lower case count`;
  const extended = there.find((entry) => stem(entry) === wanted);
  if (extended !== undefined && TYPESCRIPT.test(extended))
    return `there is '${extended}', but only a function that is TypeScript itself can import TypeScript`;
  if (extended !== undefined && isModule)
    return `there is '${extended}': an import in an ES module names the file with its extension`;
  return 'check the path';
}

function entries(directory) {
  try {
    return fs.readdirSync(directory);
  } catch {
    return [];
  }
}

/** A file relative to the project, when it is inside. */
function shown(file, { root }) {
  return file.startsWith(root + path.sep) ? path.relative(root, file) : file;
}

module.exports = { explainMissingModule, shown };
