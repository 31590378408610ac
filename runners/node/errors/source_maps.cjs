'use strict';

/**
 * The source maps of JavaScript that its author has built: they are read when a trace names it.
 *
 * Node could read them while it loads modules (`--enable-source-maps`), but then it reads those of
 * all packages: typeorm takes 200 ms to load, and 280 with its maps. TypeScript's, which polyfn
 * bundles, are Node's affair: there the author's own code sees `error.stack` mapped, too.
 */

const fs = require('node:fs');
const path = require('node:path');
const { fileURLToPath, pathToFileURL } = require('node:url');

const COMMENT = /^\/\/[#@] sourceMappingURL=(\S+)\s*$/gm;
const INLINE = /^data:application\/json[^,]*?(;base64)?,/;
const PACKAGES = `${path.sep}node_modules${path.sep}`;
const MAX_BYTES = 64 * 1024 * 1024;

class SourceMaps {
  constructor() {
    this.read = new Map(); // file → its map, or null
  }

  /**
   * Where a place comes from.
   *
   * @param {string} file an absolute path
   * @param {number} line from 1 on
   * @param {number} column from 1 on
   * @returns {{file: string, line: number, column: number} | null} `null`: from nowhere else
   */
  original(file, line, column) {
    if (file.includes(PACKAGES)) return null;
    if (!this.read.has(file)) this.read.set(file, mapOf(file));
    const entry = this.read.get(file)?.findEntry(line - 1, column - 1);
    if (entry?.originalSource === undefined) return null;
    return {
      file: pathOf(entry.originalSource),
      line: entry.originalLine + 1,
      column: entry.originalColumn + 1,
    };
  }
}

/** @returns {import('node:module').SourceMap | null} its sources are URLs */
function mapOf(file) {
  try {
    if (fs.statSync(file).size > MAX_BYTES) return null;
    const url = [...fs.readFileSync(file, 'utf8').matchAll(COMMENT)].at(-1)?.[1];
    if (url === undefined) return null;
    const { SourceMap } = require('node:module');
    return new SourceMap(located(...content(url, pathToFileURL(file))));
  } catch {
    return null; // it is gone, or is no map
  }
}

/** A map's JSON, and the URL that its sources are relative to. */
function content(url, base) {
  const inline = INLINE.exec(url);
  if (inline === null) {
    const place = new URL(url, base);
    return [JSON.parse(fs.readFileSync(place, 'utf8')), place];
  }
  const data = url.slice(inline[0].length);
  const text = inline[1] ? Buffer.from(data, 'base64').toString() : decodeURIComponent(data);
  return [JSON.parse(text), base];
}

function located(map, base) {
  const root = map.sourceRoot ? `${map.sourceRoot.replace(/\/$/, '')}/` : '';
  const sources = map.sources.map((source) => new URL(encodeURI(root + source), base).href);
  return { ...map, sourceRoot: undefined, sources };
}

function pathOf(url) {
  return url.startsWith('file:') ? fileURLToPath(url) : decodeURI(url);
}

module.exports = { SourceMaps };
