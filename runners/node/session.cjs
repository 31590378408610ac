'use strict';

/**
 * The runner's side of the conversation (PROTOCOL.md §4): what each message does, and when it is
 * legal.
 *
 *     booted ──LOAD──▶ loading ──▶ ready ⟲ invocations ──DRAIN──▶ exit
 *
 * While something loads or runs, waiting for frames does not keep the event loop alive: Node's
 * `beforeExit` then says that nothing is left that could happen.
 */

const path = require('node:path');
const { AsyncLocalStorage } = require('node:async_hooks');
const { MAX_LIST, PROTOCOL, ProtocolViolation, decode, encode } = require('./wire/protocol.cjs');
const { FrameInput } = require('./wire/pipes.cjs');
const { RuntimeError, describe, inWords } = require('./errors/errors.cjs');
const { Frames, mapStacks } = require('./errors/frames.cjs');
const { jsonObject, specOf } = require('./load/spec.cjs');
const { Invocation } = require('./call/invocation.cjs');
const { assemble } = require('./call/event.cjs');
const { installAwsLambda, isStreaming } = require('./call/awslambda.cjs');
const { createContext } = require('./call/context.cjs');
const { changeDirectory, replaceEnvironment, setTraceId } = require('./load/environment.cjs');
const { captureLogs } = require('./logs/logs.cjs');
const { LoadedFiles } = require('./load/loaded.cjs');
const { loadHandler } = require('./load/loader.cjs');

const SPARE_AFTER_MS = 50;
const EXIT_FAILED = 1;
const EXIT_VIOLATION = 70;
const NO_EXTRAS = Object.freeze({});
const ENDINGS = new Set(['RESULT', 'VALUE', 'END', 'ERROR']);

/** How functions with (event, context) are called; `modern/` has the same for Request → Response. */
const CLASSIC = { Invocation, run: runHandler };

class Session {
  /**
   * @param {number} readFd
   * @param {import('./wire/pipes.cjs').FrameOutput} output
   */
  constructor(readFd, output) {
    this.output = output;
    this.phase = 'booted';
    this.draining = false;
    this.open = new Map();
    this.store = new AsyncLocalStorage();
    this.style = CLASSIC;
    this.loaded = new LoadedFiles((files) => this.#sendLoaded(files));
    this.input = new FrameInput(
      readFd,
      (buffer, start, end) => this.#receive(decode(buffer, start, end)),
      () => process.exit(0),
      (error) => violated(error),
    );
    this.send = (invocation, name, values) => this.#send(invocation, name, values);
    this.describe = (error) => JSON.stringify(describe(error, this.frames));
  }

  /** Takes frames from now on. */
  start() {
    this.input.start();
    setTimeout(() => this.#useTheTime(), SPARE_AFTER_MS).unref();
    process.on('uncaughtException', (error) => this.#fatal(error));
    process.on('unhandledRejection', (reason) => this.#fatal(unhandled(reason)));
    process.on('beforeExit', () => this.#loopEmptied());
  }

  /** LOAD has not come at once: this process is a spare, and can do beforehand what takes long. */
  #useTheTime() {
    if (this.phase !== 'booted') return;
    this.loaded.prepare();
    import('./warm.mjs').catch(() => {});
    require('./load/rehearsal.cjs').rehearse(CLASSIC);
    if (process.env.POLYFN_WARM !== 'modern') return;
    require('./modern/index.cjs').prepare();
  }

  #receive(message) {
    switch (message.type) {
      case 'LOAD':
        return this.#load(message);
      case 'INVOKE':
        return this.#invoke(message);
      case 'CANCEL':
        return this.open.get(message.id)?.cancel(); // one that has ended is none of ours
      case 'DRAIN':
        return this.#drain();
      default:
        throw new ProtocolViolation(`the supervisor may not send ${message.type}`);
    }
  }

  #load(message) {
    this.#expect('booted', 'LOAD');
    this.phase = 'loading';
    this.spec = specOf(message.spec);
    this.frames = new Frames(this.spec);
    if (this.spec.protocol !== PROTOCOL) this.#fatal(mismatch(this.spec.protocol));
    else this.#becomeReady(performance.now());
  }

  async #becomeReady(beganAt) {
    const { spec } = this;
    this.logs = captureLogs(this.output, () => this.#currentId(), this.frames);
    process.on('exit', () => this.#exits());
    try {
      replaceEnvironment(spec.env);
      if (spec.api === 'modern') this.style = require('./modern/index.cjs').style(this.store);
      changeDirectory(spec.cwd);
      if (spec.source_maps && this.frames.bundle !== null) mapStacks();
      this.#waitForFrames(false);
      installAwsLambda();
      this.loaded.watch(spec.main_file);
      const inspection = spec.inspect && require('./load/inspect.cjs').openInspector(spec);
      this.handler = await loadHandler(spec);
      inspection?.();
    } catch (error) {
      return this.#fatal(error);
    }
    this.#waitForFrames(true);
    this.logs.flush();
    this.loaded.tellReady();
    this.phase = 'ready';
    const info = { init_ms: Math.round(performance.now() - beganAt) };
    return this.output.write(encode('READY', 0, [JSON.stringify(info)]));
  }

  #invoke(message) {
    this.#expect('ready', 'INVOKE');
    if (message.id === 0 || this.open.has(message.id) || this.draining) {
      throw new ProtocolViolation(`INVOKE came with id ${message.id}, which is not free now`);
    }
    const { style } = this;
    const invocation = new style.Invocation(message, this.send, this.describe, this.output);
    const extras = this.#extras(message.extras);
    this.open.set(message.id, invocation);
    this.store.run(invocation, style.run, invocation, this.handler, message, extras, this.spec);
    if (this.open.has(message.id)) this.#waitForFrames(false);
  }

  #extras(bytes) {
    const extras = bytes === null ? NO_EXTRAS : jsonObject(bytes, 'INVOKE');
    if (extras.trace_id !== this.traceId) {
      this.traceId = extras.trace_id;
      setTraceId(this.traceId);
    }
    return extras;
  }

  #drain() {
    this.draining = true;
    if (this.open.size === 0) process.exit(0);
  }

  #send(invocation, name, values) {
    if (invocation.ended && name !== 'RELEASE') return;
    this.logs.flush();
    const frame = encode(name, invocation.id, values);
    if (ENDINGS.has(name)) invocation.ended = true;
    if (invocation.ended && !invocation.held) this.#close(invocation);
    this.output.write(frame);
    if (this.draining && this.open.size === 0) process.exit(0);
  }

  #close(invocation) {
    this.open.delete(invocation.id);
    if (this.open.size === 0) this.#waitForFrames(true);
    this.loaded.tellLater();
  }

  #sendLoaded(files) {
    for (let at = 0; at < files.length; at += MAX_LIST)
      this.output.write(encode('LOADED', 0, [files.slice(at, at + MAX_LIST)]));
  }

  /** The author's code may end the process, also while it is loaded. */
  #exits() {
    this.logs.flush();
    if (this.phase === 'loading') this.loaded.tellAll();
    this.output.flush();
  }

  #waitForFrames(alive) {
    if (alive) this.input.ref();
    else this.input.unref();
  }

  #loopEmptied() {
    for (const invocation of this.open.values()) invocation.loopEmptied();
    if (this.phase === 'loading') this.#fatal(neverLoaded(this.spec));
  }

  /** The process cannot go on: whoever waits is told why. */
  #fatal(error) {
    if (this.phase === 'booted') violated(error);
    if (this.phase === 'failed') return;
    const wasLoading = this.phase === 'loading';
    this.phase = 'failed';
    this.logs?.flush();
    if (wasLoading) this.loaded.tellAll(error?.file); // no LOADED may follow this ERROR
    const running = [...this.open.values()].filter((each) => !each.ended);
    for (const invocation of running) invocation.abort(error);
    if (running.length === 0)
      this.output.write(encode('ERROR', 0, [this.describe(error), true]));
    if (!wasLoading) this.loaded.tellAll();
    process.exit(EXIT_FAILED);
  }

  /** Which invocation the running code belongs to, though it may have ended; 0: to none. */
  #currentId() {
    const invocation = this.store.getStore();
    if (invocation !== undefined) return invocation.id;
    return this.open.size === 1 ? this.open.keys().next().value : 0;
  }

  #expect(phase, name) {
    if (this.phase !== phase)
      throw new ProtocolViolation(`${name} came while the runner was ${this.phase}`);
  }
}

function runHandler(invocation, handler, message, extras, spec) {
  const context = createContext(spec, invocation, extras);
  let event;
  try {
    event = assemble(message);
  } catch (error) {
    if (error instanceof ProtocolViolation) throw error;
    return invocation.failed(error);
  }
  if (!isStreaming(handler)) return invocation.run(handler, event, context);
  const { runStreaming } = require('./call/lambda_stream.cjs');
  return runStreaming(invocation, handler, event, context);
}

function mismatch(theirs) {
  return new RuntimeError(
    'Runner.ProtocolMismatch',
    `polyfn speaks protocol ${JSON.stringify(theirs)}, this runner ${PROTOCOL}: ` +
      'install both from the same release',
  );
}

function unhandled(reason) {
  return new RuntimeError('Runtime.UnhandledPromiseRejection', inWords(reason), reason);
}

function neverLoaded(spec) {
  return new RuntimeError(
    'Runtime.ImportModuleError',
    `${path.relative(spec.root, spec.source_file ?? spec.main_file)} can never finish loading: ` +
      'a top-level await waits for something that cannot happen',
  );
}

/** Ends the process after a frame that should not have come (or after a fault of our own). */
function violated(error) {
  const reason = error instanceof ProtocolViolation ? error.message : error.stack;
  require('node:fs').writeSync(2, `polyfn's Node runner stops: ${reason}\n`);
  process.exit(EXIT_VIOLATION);
}

module.exports = { Session };
