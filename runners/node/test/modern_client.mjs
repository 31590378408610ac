/** Starts the runner with a modern function, and calls it. */

import { Runner, project } from './client.mjs';

const HEADERS = { host: 'site.test', 'x-nf-request-id': '01ABC', 'x-nf-account-id': 'acc', 'x-nf-client-connection-ip': '10.0.0.1' };

/** The event that the gateway sends for a request. */
export function event({ method = 'GET', url = 'http://site.test/fn?x=1', headers = {}, ...more } = {}) {
  return { httpMethod: method, rawUrl: url, headers: { ...HEADERS, ...headers }, route: null, params: {}, ...more };
}

/** @returns {Promise<Runner>} of a function that is written in one file */
export async function serve(t, source, { file = 'fn/hello.mjs', spec = {}, files = {}, ...options } = {}) {
  const root = project(t, { [file]: source, ...files });
  const runner = await Runner.ready(t, root, file, { spec: { api: 'modern', ...spec }, ...options });
  return Object.assign(runner, { root });
}

/** Calls it; the ending, in a form to compare. */
export function call(runner, request = {}, options = {}) {
  const { body = null } = request;
  const kind = body === null ? 0 : typeof body === 'string' ? 1 : 2;
  return runner.call(event(request), { body: body === null ? null : Buffer.from(body), kind, ...options });
}

/** Calls a function that answers JSON; what it has answered. */
export async function ask(runner, request, options) {
  const answer = await call(runner, request, options);
  if (answer.type !== 'RESULT') throw new Error(`no RESULT but ${JSON.stringify(answer)}`);
  return JSON.parse(answer.body);
}
