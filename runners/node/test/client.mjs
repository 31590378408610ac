/**
 * A small supervisor for tests: starts the runner as a real child with its frames at 3 and 4.
 */

import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const { decode, encode } = require('../wire/protocol.cjs');
const { FrameReader } = require('../wire/frames.cjs');

export const RUNNER = fileURLToPath(new URL('../runner.cjs', import.meta.url));
const WAIT_MS = 20_000;

/** A directory of files that goes with the test. */
export function project(t, files) {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'polyfn-node-')));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), text);
  }
  return root;
}

/** A LOAD's spec for a file of a project. */
export function specOf(root, file, more = {}) {
  return {
    protocol: 1,
    function: 'hello',
    main_file: path.join(root, file),
    handler: 'handler',
    root,
    cwd: root,
    env: { PATH: process.env.PATH },
    memory_mb: 256,
    version: '$LATEST',
    arn: 'arn:aws:lambda:x',
    log_group: '/group',
    log_stream: 'stream',
    source_maps: false,
    ...more,
  };
}

/** One child; every wait is bounded, and the test ends it. */
export class Runner {
  /**
   * @param {object} [options]
   * @param {[number, number]} [options.at] the fds that the child reads and writes frames on
   * @param {Array} [options.pipes] what to connect there: an fd of ours in place of a pipe
   * @param {import('node:stream').Readable} [options.output] where what it writes then comes out
   */
  constructor(t, { at = [3, 4], pipes = ['pipe', 'pipe'], output = null, env = {} } = {}) {
    const stdio = ['ignore', 'pipe', 'pipe'];
    at.forEach((fd, index) => {
      stdio[fd] = pipes[index];
    });
    const options = {
      env: { PATH: process.env.PATH, POLYFN_FRAME_FDS: at.join(','), ...env },
      stdio,
    };
    this.child = spawn(process.execPath, [RUNNER], options);
    t.after(() => this.child.kill('SIGKILL'));
    this.text = '';
    this.logs = [];
    this.loaded = [];
    this.messages = [];
    this.waiting = null;
    this.lastId = 0;
    [this.input, this.output] = at.map((fd) => this.child.stdio[fd]);
    for (const stream of [this.child.stdout, this.child.stderr]) {
      if (stream !== this.output)
        stream.setEncoding('utf8').on('data', (text) => {
          this.text += text;
        });
    }
    this.closed = new Promise((resolve) =>
      this.child.on('close', (code, signal) => resolve({ code, signal })),
    );
    this.closed.then(() => this.#wake());
    this.input?.on('error', () => {}); // a runner that has exited
    this.output ??= output;
    if (this.output) this.listen(this.output);
  }

  /** Takes frames from a stream. */
  listen(stream) {
    const reader = new FrameReader((buffer, start, end) =>
      this.#take(decode(Buffer.from(buffer.subarray(start, end)), 0, end - start)),
    );
    stream.on('data', (chunk) => reader.push(chunk, chunk.length));
  }

  /** Starts it, and loads a file of a project. */
  static async ready(t, root, file, { spec = {}, ...options } = {}) {
    const runner = new Runner(t, options);
    await runner.next('HELLO');
    runner.send('LOAD', 0, [JSON.stringify(specOf(root, file, spec))]);
    await runner.next('READY');
    return runner;
  }

  /** The error with which a file does not load. */
  static async refused(t, root, file, { spec = {}, ...options } = {}) {
    const runner = new Runner(t, options);
    await runner.next('HELLO');
    runner.send('LOAD', 0, [JSON.stringify(specOf(root, file, spec))]);
    const message = await runner.next('ERROR');
    const exit = await runner.exit();
    return { ...JSON.parse(message.error), fatal: message.fatal, id: message.id, exit, runner };
  }

  send(name, id, values = []) {
    this.write(Buffer.from(encode(name, id, values)));
  }

  write(bytes) {
    this.input.write(bytes);
  }

  /** Sends an event; resolves to its number. */
  begin(event, { body = null, kind = 0, want = 1, ms = 30_000, extras = null, requestId } = {}) {
    const id = ++this.lastId;
    const values = [
      requestId ?? `request-${id}`,
      ms,
      want,
      JSON.stringify(event),
      kind,
      body,
      extras && JSON.stringify(extras),
    ];
    this.send('INVOKE', id, values);
    return id;
  }

  /** Sends an event and waits for its ending, in a form to compare. */
  async call(event = {}, options = {}) {
    const id = this.begin(event, options);
    const message = await this.next();
    if (message.id !== id) throw new Error(`an ending came for ${message.id}, not for ${id}`);
    return readable(message);
  }

  /** The next message that is neither LOG nor LOADED. */
  async next(type) {
    const message = await this.#bounded(
      () => this.messages.shift(),
      `a message${type ? ` ${type}` : ''}`,
    );
    if (type !== undefined && message.type !== type) {
      throw new Error(
        `${message.type} came in place of ${type}: ${JSON.stringify(readable(message))}; ${this.text}`,
      );
    }
    return message;
  }

  /** Waits until a LOG or the log pipe has brought some text. */
  async logged(pattern) {
    return this.#bounded(
      () =>
        pattern.test(this.text + this.logs.map((log) => log.text).join('\n')) ? true : undefined,
      `the log ${pattern}`,
    );
  }

  /** Waits until a file was said to be loaded. */
  async told(file) {
    return this.#bounded(() => this.loaded.includes(file) || undefined, `LOADED of ${file}`);
  }

  /** How it ended. */
  async exit() {
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error('the runner did not exit')), WAIT_MS);
    });
    return Promise.race([this.closed, late]).finally(() => clearTimeout(timer));
  }

  async #bounded(poll, what) {
    const deadline = Date.now() + WAIT_MS;
    for (;;) {
      const value = poll();
      if (value !== undefined) return value;
      if (this.child.exitCode !== null || this.child.signalCode !== null) await this.closed;
      const late = poll();
      if (late !== undefined) return late;
      const ended = this.child.exitCode ?? this.child.signalCode;
      if (ended !== null || Date.now() > deadline)
        throw new Error(`${what} did not come (exit: ${ended}): ${this.text}`);
      await new Promise((resolve) => {
        this.waiting = resolve;
        setTimeout(resolve, 200);
      });
    }
  }

  #take(message) {
    if (message.type === 'LOG')
      this.logs.push({
        id: message.id,
        stream: message.stream,
        level: message.level,
        text: message.text,
      });
    else if (message.type === 'LOADED') this.loaded.push(...message.files);
    else this.messages.push(message);
    this.#wake();
  }

  #wake() {
    this.waiting?.();
  }
}

/** A message with its bytes as text and its JSON parsed. */
export function readable(message) {
  switch (message.type) {
    case 'RESULT':
      return { ...message, body: message.body?.toString() ?? null };
    case 'VALUE':
      return { ...message, value: JSON.parse(message.value) };
    case 'ERROR':
      return { ...message, error: JSON.parse(message.error) };
    default:
      return message;
  }
}
