'use strict';

/**
 * Lines of stacks as their author should read them: Node's frames and the runner's are left out, the
 * others have paths of the project and, where the file was built from another, that one's place.
 */

const fs = require('node:fs');
const path = require('node:path');
const { fileURLToPath } = require('node:url');

const RUNNER = path.dirname(__dirname) + path.sep;
const FRAME = /^\s+at /;
const OF_STACK = /^\s+(?:at|\.\.\.) /;
const NODES_OWN = /\((?:node:|internal\/)|at (?:async )?node:|\(<anonymous>\)$|\[worker eval\]-wrapper/;
// In place of these lines, which the cause's stack below has as well, `util.inspect` counts them.
const LEFT_OUT = /^\s+\.\.\. \d+ lines matching cause stack trace \.\.\.$/;
const PLACE = /^(\s+at (?:async )?(?:.*\()?)((?:file:\/\/)?\/.*?)((?::\d+){1,2})(\)?)$/;
const EVAL_PLACE = /^(\s+at .*\(eval at .*?\()((?:file:\/\/)?\/.*?)((?::\d+){1,2})(\), .*)$/;
const SOURCE_PLACE = /^()((?:file:\/\/)?\/.*?)(:\d+)()$/;
// What `util.inspect` puts behind the last line of a stack, when properties follow or a list ends.
const BEHIND = /(?:,| [\]}]| \{)+$/;
// eslint-disable-next-line no-control-regex
const COLOUR = /\u001b\[\d+m/g;

/** How lines of stacks are shown for one function. */
class Frames {
  /** @param {{root?: string, main_file?: string, source_file?: string, source_maps?: boolean}} spec of LOAD */
  constructor(spec = {}) {
    const { root, main_file: mainFile, source_file: sourceFile } = spec;
    this.readsMaps = spec.source_maps === true;
    this.roots = root === undefined ? [] : [...new Set([root, realPath(root)])];
    // What a bundler adds stands in the bundle and in no source of the author's.
    this.bundle = sourceFile !== undefined && sourceFile !== mainFile ? mainFile : null;
    this.maps = null;
  }

  /**
   * The lines of a stack that are the author's.
   *
   * @param {string} stack
   */
  ofStack(stack) {
    const lines = stack.split('\n').map((line) => this.#shown(line));
    return lines.filter((line) => line !== null && line !== '');
  }

  /**
   * A text that is printed, in which there may be stacks.
   *
   * @param {string} text any; one without a stack comes back as it is
   */
  inText(text) {
    if (!text.includes('    at ')) return text;
    const kept = [];
    for (const line of text.split('\n')) this.#keep(kept, line);
    return kept.join('\n');
  }

  #keep(kept, line) {
    const plain = line.includes('\u001b') ? line.replace(COLOUR, '') : line;
    const behind = OF_STACK.test(plain) ? (BEHIND.exec(plain)?.[0] ?? '') : '';
    const shown = this.#shown(plain.slice(0, plain.length - behind.length));
    if (shown !== null) kept.push(shown + behind === plain ? line : shown + behind);
    else if (kept.length > 0) kept.push(kept.pop() + behind);
  }

  /** A line of a stack; `null` when it is not the author's. */
  #shown(line) {
    const isFrame = FRAME.test(line);
    if (isFrame ? NODES_OWN.test(line) : LEFT_OUT.test(line)) return null;
    const place = isFrame ? (EVAL_PLACE.exec(line) ?? PLACE.exec(line)) : SOURCE_PLACE.exec(line);
    if (place === null) return line;
    const [, before, name, position, after] = place;
    const file = toPath(name);
    if (isFrame && (file === this.bundle || file.startsWith(RUNNER))) return null;
    return before + (this.#original(file, position) ?? this.file(file) + position) + after;
  }

  /** Where a file's own source map, if it has one, says that a place comes from. */
  #original(file, position) {
    const [, line, column] = position.split(':').map(Number);
    if (!this.readsMaps || column === undefined) return null;
    this.maps ??= new (require('./source_maps.cjs').SourceMaps)();
    const place = this.maps.original(file, line, column);
    return place && `${this.file(place.file)}:${place.line}:${place.column}`;
  }

  /** A file relative to the project, when it is inside. */
  file(name) {
    const root = this.roots.find((each) => name.startsWith(each + path.sep));
    return root === undefined ? name : name.slice(root.length + 1);
  }
}

/**
 * Has Node map the stacks of what was bundled, so that the author's own code sees them mapped; not
 * those of packages, where it can be told (22.14): their maps take longer to read than their code.
 */
function mapStacks() {
  const { setSourceMapsSupport } = require('node:module');
  if (setSourceMapsSupport === undefined) process.setSourceMapsEnabled(true);
  else setSourceMapsSupport(true, { nodeModules: false });
}

function toPath(place) {
  try {
    return place.startsWith('file:') ? fileURLToPath(place) : place;
  } catch {
    return place;
  }
}

function realPath(directory) {
  try {
    return fs.realpathSync(directory);
  } catch {
    return directory;
  }
}

module.exports = { Frames, mapStacks };
