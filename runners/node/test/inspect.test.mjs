/** LOAD's `inspect`: a debugger attaches, and is waited for where that is wanted. */

import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { pathToFileURL } from 'node:url';
import { Runner, project, specOf } from './client.mjs';
import { Debugger } from './debugger.mjs';

const bounded = { timeout: 30_000 };
const ANSWER = '{ statusCode: 200, body: String(n) }';
const COMMONJS = `// says nothing\n'use strict';\nlet n = 41;\nexports.handler = async () => {\n  n += 1;\n  return ${ANSWER};\n};\n`;
const MODULE = `// says nothing\nlet n = 41;\nexport const handler = async () => {\n  n += 1;\n  return ${ANSWER};\n};\n`;

/** Begins to load a file that waits for a debugger. */
async function waiting(t, root, file, more = {}) {
  const runner = new Runner(t);
  await runner.next('HELLO');
  const spec = specOf(root, file, { inspect: 'wait', ...more });
  runner.send('LOAD', 0, [JSON.stringify(spec)]);
  const attached = await Debugger.attach(t, runner);
  return { runner, attached };
}

/** Where it stops, when it is let run. */
async function stopsAt(t, root, file, more) {
  const { runner, attached } = await waiting(t, root, file, more);
  assert.deepEqual(runner.messages, []); // it does not load before a debugger says so
  attached.send('Runtime.runIfWaitingForDebugger');
  const at = await attached.paused();
  await attached.send('Debugger.resume');
  await runner.next('READY');
  assert.equal((await runner.call()).body, '42');
  return at;
}

test('a debugger may attach, and its breakpoint is met', bounded, async (t) => {
  const root = project(t, { 'a.js': COMMONJS });
  const runner = await Runner.ready(t, root, 'a.js', { spec: { inspect: 'open' } });
  const attached = await Debugger.attach(t, runner);
  const url = pathToFileURL(path.join(root, 'a.js')).href;
  await attached.send('Debugger.setBreakpointByUrl', { url, lineNumber: 4 });
  const answer = runner.call();
  assert.deepEqual(await attached.paused(), { url, line: 5 });
  attached.send('Debugger.resume');
  assert.equal((await answer).body, '42');
});

for (const [what, name, text, line] of [
  ['a CommonJS module', 'a.js', COMMONJS, 3],
  ['an ES module', 'a.mjs', MODULE, 2],
  ['a plain .js with the syntax of an ES module', 'a.js', MODULE, 2],
  ['a name that needs escaping', 'é a.cjs', COMMONJS, 3],
]) {
  test(`a wait ends at the author's first line: ${what}`, bounded, async (t) => {
    const root = project(t, { [name]: text });
    const at = await stopsAt(t, root, name);
    assert.equal(at.url, pathToFileURL(path.join(root, name)).href);
    // Before Node 20 an ES module is stopped at its very beginning.
    const first = text === MODULE && process.versions.node.startsWith('18.') ? 1 : line;
    assert.equal(at.line, first);
  });
}

test("a wait ends at the author's first line: a symbolic link", bounded, async (t) => {
  const root = project(t, { 'lib/real.js': COMMONJS });
  symlinkSync(path.join(root, 'lib/real.js'), path.join(root, 'a.js'));
  const at = await stopsAt(t, root, 'a.js');
  assert.deepEqual(at, { url: pathToFileURL(path.join(root, 'lib/real.js')).href, line: 3 });
});

test("a wait ends at the author's first line: a bundle", bounded, async (t) => {
  // Its first two lines are the bundler's, the third is of lib.ts, the fourth of main.ts.
  const root = project(t, {
    'cache/main.cjs': `"use strict";\nvar own = 1;\nvar n = 41;\nn += own - 1;\nexports.handler = async () => (n++, ${ANSWER});\n//# sourceMappingURL=main.cjs.map\n`,
    'cache/main.cjs.map': JSON.stringify({
      version: 3,
      sources: ['../lib.ts', '../my%20main.ts'],
      names: [],
      mappings: ';;AAAA;ACAA;AACA',
    }),
  });
  const sourceFile = path.join(root, 'my main.ts');
  const more = { source_file: sourceFile, source_maps: true };
  const at = await stopsAt(t, root, 'cache/main.cjs', more);
  assert.equal(at.line, 4);
});

test('looking for loaded files does not disturb a debugger', bounded, async (t) => {
  const root = project(t, { 'a.mjs': `import './b.mjs';\n${MODULE}`, 'b.mjs': '' });
  const { runner, attached } = await waiting(t, root, 'a.mjs');
  const url = pathToFileURL(path.join(root, 'a.mjs')).href;
  await attached.send('Debugger.setBreakpointByUrl', { url, lineNumber: 4 });
  attached.send('Runtime.runIfWaitingForDebugger');
  await attached.paused();
  attached.send('Debugger.resume');
  await runner.next('READY');
  await runner.told(path.join(root, 'b.mjs')); // before 22.15 by a session of the runner's own
  const answer = runner.call();
  assert.deepEqual(await attached.paused(), { url, line: 5 });
  attached.send('Debugger.resume');
  assert.equal((await answer).body, '42');
});

test('a module that throws while it is debugged is told as ever', bounded, async (t) => {
  const root = project(t, { 'a.js': 'throw new TypeError("no");' });
  const { runner, attached } = await waiting(t, root, 'a.js');
  attached.send('Runtime.runIfWaitingForDebugger');
  assert.equal((await attached.paused()).line, 1);
  attached.send('Debugger.resume');
  const error = JSON.parse((await runner.next('ERROR')).error);
  assert.match(error.errorMessage, /TypeError: no$/);
  attached.socket.destroy(); // until then the process stays
  await runner.exit();
});
