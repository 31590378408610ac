'use strict';

/**
 * Knows the files that the author's code was loaded from, for LOADED.
 *
 * `require.cache` has the CommonJS modules, except those that threw, but no ES module. All are seen by a
 * hook on resolution where Node has `module.registerHooks` (22.15): 1 ms, and 5 µs at each `require`
 * of a module of Node's. An older Node is asked for the scripts that it holds (`scripts.cjs`), and only
 * once it has ES modules, or something has failed, for that takes 15 to 35 ms the first time.
 */

const module_ = require('node:module');
const path = require('node:path');
const { realpathSync } = require('node:fs');
const { setTimeout } = require('node:timers'); // the author may put another in its place
const { fileURLToPath } = require('node:url');

const PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;
const OWN = path.dirname(__dirname) + path.sep;
const HAS_HOOKS = module_.registerHooks !== undefined;
// It is loaded with the first ES module.
const ES_MODULES = 'NativeModule internal/modules/esm/get_format';

class LoadedFiles {
  #seen = new Set();
  #resolved = [];
  #timer = null;
  #lookedAt = 0;
  #readScripts = null;
  #scriptsPause = PAUSE_MS;
  #scriptsAt = -Infinity;
  #real = keepsLinks() ? realPath : (file) => file;

  /** @param {(files: string[]) => void} tell gets real paths that it did not get before */
  constructor(tell) {
    this.tell = tell;
  }

  /** Does what takes long while there is time: nothing is to be loaded yet. */
  prepare() {
    if (!HAS_HOOKS) this.#scripts();
  }

  /**
   * Watches what is loaded from now on.
   *
   * @param {string} mainFile counts even when it cannot be loaded
   */
  watch(mainFile) {
    for (const own of Object.keys(require.cache)) this.#seen.add(own);
    this.#resolved.push(realPath(mainFile));
    this.tellLater();
    if (!HAS_HOOKS) return;
    module_.registerHooks({
      resolve: (specifier, context, next) => {
        const found = next(specifier, context);
        if (found.url.startsWith('file:')) this.#resolved.push(found.url);
        return found;
      },
    });
  }

  /** Tells what was loaded; what takes long to find out follows. */
  tellReady() {
    this.#look(false);
    this.tellLater();
  }

  /**
   * Tells what was loaded, whatever it takes: the process is about to end.
   *
   * @param {string} [culprit] a file that could not be loaded
   */
  tellAll(culprit) {
    if (culprit) this.#resolved.push(culprit);
    this.#look(true);
  }

  /** Looks in a while: something may have been loaded. */
  tellLater() {
    if (this.#timer !== null) return;
    const due = Math.max(0, this.#lookedAt + PAUSE_MS - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#look(hasESModules() && performance.now() >= this.#scriptsAt + this.#scriptsPause);
    }, due).unref();
  }

  #look(alsoScripts) {
    const fresh = this.#fresh([...this.#resolved.splice(0), ...Object.keys(require.cache)]);
    if (alsoScripts && !HAS_HOOKS) fresh.push(...this.#freshScripts());
    this.#lookedAt = performance.now();
    if (fresh.length > 0) this.tell(fresh);
  }

  /** What few look-ups find nothing is looked for less and less often. */
  #freshScripts() {
    const fresh = this.#fresh(this.#scripts());
    this.#scriptsPause =
      fresh.length > 0 ? PAUSE_MS : Math.min(2 * this.#scriptsPause, LONGEST_PAUSE_MS);
    this.#scriptsAt = performance.now();
    return fresh;
  }

  #scripts() {
    this.#readScripts ??= require('./scripts.cjs').readScripts;
    return this.#readScripts();
  }

  /** Those paths and file URLs, as paths, that are new and not the runner's. */
  #fresh(candidates) {
    const fresh = [];
    for (const candidate of candidates) {
      if (this.#seen.has(candidate)) continue;
      this.#seen.add(candidate);
      const found = pathOf(candidate);
      const file = found && this.#real(found);
      if (file === null || (file !== candidate && this.#seen.has(file))) continue;
      this.#seen.add(file);
      if (!file.startsWith(OWN)) fresh.push(file);
    }
    return fresh;
  }
}

function hasESModules() {
  return process.moduleLoadList.includes(ES_MODULES);
}

/** `null` for what is no file, and for a name that is not UTF-8. */
function pathOf(candidate) {
  try {
    const file = candidate.startsWith('file:') ? fileURLToPath(candidate) : candidate;
    return path.isAbsolute(file) && !file.includes('\uFFFD') ? file : null;
  } catch {
    return null;
  }
}

/** Whether Node was told to take a link's own path for a module's, where else it takes the real one. */
function keepsLinks() {
  const options = [...process.execArgv, process.env.NODE_OPTIONS ?? ''];
  return options.some((option) => option.includes('--preserve-symlinks'));
}

function realPath(file) {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}

module.exports = { LoadedFiles };
