/**
 * A small debugger for tests: the Chrome DevTools Protocol over a WebSocket of our own, as Node has
 * one from 22 on.
 */

import { once } from 'node:events';
import net from 'node:net';

const LISTENING = /Debugger listening on (ws:\/\/\S+)/;

export class Debugger {
  /** Attaches to a runner, once it says where. */
  static async attach(t, runner) {
    await runner.logged(LISTENING);
    const { hostname, port, pathname } = new URL(LISTENING.exec(runner.text)[1]);
    const socket = net.connect(Number(port), hostname);
    t.after(() => socket.destroy());
    await once(socket, 'connect');
    const self = new Debugger(socket);
    socket.write(
      `GET ${pathname} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nUpgrade: websocket\r\n` +
        'Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n',
    );
    while (self.data === null) await once(socket, 'data');
    await self.send('Runtime.enable');
    await self.send('Debugger.enable');
    return self;
  }

  constructor(socket) {
    this.socket = socket;
    this.data = null; // until the handshake is through
    this.head = '';
    this.answers = new Map();
    this.events = [];
    this.waiting = [];
    this.lastId = 0;
    socket.on('data', (chunk) => this.#take(chunk));
    socket.on('error', () => {}); // the process has ended
  }

  /** Sends a command; its result. */
  send(method, params = {}) {
    const id = ++this.lastId;
    this.#write(JSON.stringify({ id, method, params }));
    return new Promise((resolve) => this.answers.set(id, resolve));
  }

  /** The next event of that name. */
  async event(method) {
    for (;;) {
      const at = this.events.findIndex((event) => event.method === method);
      if (at !== -1) return this.events.splice(at, 1)[0].params;
      await new Promise((resolve) => this.waiting.push(resolve));
    }
  }

  /** Where it is paused: the script's URL, and the line from 1 on. */
  async paused() {
    const { location } = (await this.event('Debugger.paused')).callFrames[0];
    const { params } = this.events.find(
      (event) =>
        event.method === 'Debugger.scriptParsed' && event.params.scriptId === location.scriptId,
    );
    return { url: params.url, line: location.lineNumber + 1 };
  }

  #take(chunk) {
    if (this.data === null) {
      this.head += chunk.toString('latin1');
      const end = this.head.indexOf('\r\n\r\n');
      if (end === -1) return;
      chunk = Buffer.from(this.head.slice(end + 4), 'latin1');
      this.data = Buffer.alloc(0);
    }
    this.data = Buffer.concat([this.data, chunk]);
    for (let frame; (frame = this.#frame()) !== null; ) this.#heed(JSON.parse(frame));
  }

  /** The next whole frame's payload; the inspector neither masks nor splits. */
  #frame() {
    const { data } = this;
    if (data.length < 2) return null;
    let [size, start] = [data[1], 2];
    if (size === 126) [size, start] = [data.length < 4 ? Infinity : data.readUInt16BE(2), 4];
    else if (size === 127)
      [size, start] = [data.length < 10 ? Infinity : Number(data.readBigUInt64BE(2)), 10];
    if (data.length < start + size) return null;
    this.data = data.subarray(start + size);
    return data.toString('utf8', start, start + size);
  }

  #heed(message) {
    if (message.id === undefined) this.events.push(message);
    else this.answers.get(message.id)?.(message.result ?? message.error);
    for (const resolve of this.waiting.splice(0)) resolve();
  }

  #write(text) {
    const data = Buffer.from(text);
    const head = Buffer.from([0x81, 0x80 | 126, data.length >> 8, data.length & 255, 0, 0, 0, 0]);
    this.socket.write(Buffer.concat([head, data]));
  }
}
