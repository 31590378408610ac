/** LOADED: every file that an edit of would change the function, and no other. */

import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { Runner, project, specOf } from './client.mjs';

const HANDLER = 'async () => ({ statusCode: 200 })';

/** What a function says it was loaded from, relative to its project, once it has said `last`. */
async function loaded(t, files, main, { last = main, options } = {}) {
  const root = project(t, files);
  const runner = await Runner.ready(t, root, main, options);
  await runner.told(path.join(root, last));
  return { root, runner, files: relative(root, runner.loaded) };
}

const relative = (root, files) => files.map((file) => path.relative(root, file)).sort();

test('CommonJS: modules, JSON and packages, each once', async (t) => {
  const { files } = await loaded(t, {
    'fn/a.js': `require('../lib/b'); require('../lib/b'); require('node:fs'); require('pad'); exports.handler = ${HANDLER}`,
    'lib/b.js': `require('./data.json'); require('./c.cjs')`,
    'lib/c.cjs': '',
    'lib/data.json': '{}',
    'lib/unused.js': '',
    'node_modules/pad/package.json': '{"main": "lib/main.js"}',
    'node_modules/pad/lib/main.js': '',
  }, 'fn/a.js');
  assert.deepEqual(files, ['fn/a.js', 'lib/b.js', 'lib/c.cjs', 'lib/data.json', 'node_modules/pad/lib/main.js']);
});

test('CommonJS is told before READY', async (t) => {
  const root = project(t, { 'a.js': `require('./b.js'); exports.handler = ${HANDLER}`, 'b.js': '' });
  const runner = await Runner.ready(t, root, 'a.js');
  assert.deepEqual(relative(root, runner.loaded), ['a.js', 'b.js']);
});

test('ES modules: imports of every kind', async (t) => {
  const { files } = await loaded(t, {
    'fn/a.mjs': `import '../lib/b.mjs?v=1#x'; import './é c.mjs'; await import('../lib/d.cjs'); import 'node:path'; import 'pad'; export const handler = ${HANDLER}`,
    'fn/é c.mjs': '',
    'lib/b.mjs': `import { createRequire } from 'node:module'; createRequire(import.meta.url)('./data.json')`,
    'lib/d.cjs': `require('./e.js')`,
    'lib/e.js': '',
    'lib/data.json': '{}',
    'node_modules/pad/package.json': '{"exports": "./main.js", "type": "module"}',
    'node_modules/pad/main.js': '',
  }, 'fn/a.mjs', { last: 'lib/b.mjs' });
  assert.deepEqual(files, ['fn/a.mjs', 'fn/é c.mjs', 'lib/b.mjs', 'lib/d.cjs', 'lib/data.json', 'lib/e.js', 'node_modules/pad/main.js']);
});

test('a plain .js that is written as an ES module', async (t) => {
  const { files } = await loaded(t, {
    'a.js': `import './b.js'; export const handler = ${HANDLER}`,
    'b.js': 'export const b = 1',
  }, 'a.js', { last: 'b.js' });
  assert.deepEqual(files, ['a.js', 'b.js']);
});

test('a linked package is named by its real path', async (t) => {
  for (const NODE_OPTIONS of ['', '--preserve-symlinks']) {
    const root = project(t, {
      'site/a.js': `require('linked'); exports.handler = ${HANDLER}`,
      'packages/linked/index.js': '',
    });
    mkdirSync(path.join(root, 'site/node_modules'));
    symlinkSync('../../packages/linked', path.join(root, 'site/node_modules/linked'));
    symlinkSync('site', path.join(root, 'link'));
    const runner = await Runner.ready(t, root, 'link/a.js', { env: { NODE_OPTIONS } });
    assert.deepEqual(relative(root, runner.loaded), ['packages/linked/index.js', 'site/a.js'], NODE_OPTIONS);
  }
});

for (const [name, source, module] of [
  ['a require', `require('./late.js')`, 'late.js'],
  ['an import', `await import('./late.mjs')`, 'late.mjs'],
]) {
  test(`${name} inside a call is told after the answer, without another call`, async (t) => {
    const root = project(t, {
      'a.js': `exports.handler = async () => { ${source}; return { statusCode: 200 } }`,
      [module]: '',
    });
    const runner = await Runner.ready(t, root, 'a.js');
    assert.deepEqual(relative(root, runner.loaded), ['a.js']);
    await runner.call();
    await runner.told(path.join(root, module));
    assert.deepEqual(relative(root, runner.loaded), ['a.js', module].sort());
  });
}

const broken = {
  'a module that throws, behind another': {
    'a.js': `require('./fine.js'); require('./b.js')`, 'fine.js': '', 'b.js': `require('./c.js')`, 'c.js': 'null.x',
  },
  'a syntax error behind another module': { 'a.js': `require('./b.js')`, 'b.js': 'const = 1' },
  'an ES module that throws, behind another': { 'a.mjs': `import './b.mjs'`, 'b.mjs': `import './c.mjs'; null.x`, 'c.mjs': '' },
  'an ES module that cannot be linked': { 'a.mjs': `import { no } from './b.mjs'`, 'b.mjs': 'export const yes = 1' },
  'no handler': { 'a.js': '' },
  'a module that ends the process': { 'a.js': `require('./b.js')`, 'b.js': 'process.exit(3)' },
};

for (const [name, files] of Object.entries(broken)) {
  test(`before the error of a load, it is told what was loaded: ${name}`, async (t) => {
    const root = project(t, files);
    const runner = new Runner(t);
    await runner.next('HELLO');
    runner.send('LOAD', 0, [JSON.stringify(specOf(root, Object.keys(files)[0]))]);
    let toldBefore;
    if (!name.includes('ends the process')) {
      await runner.next('ERROR');
      toldBefore = [...runner.loaded];
    }
    await runner.exit();
    assert.deepEqual(relative(root, runner.loaded), Object.keys(files).sort());
    assert.deepEqual(toldBefore ?? runner.loaded, runner.loaded);
  });
}

test('a syntax error in an ES module behind another is told', async (t) => {
  const root = project(t, { 'a.mjs': `import './b.mjs'`, 'b.mjs': 'const = 1' });
  const { runner } = await Runner.refused(t, root, 'a.mjs');
  assert.deepEqual(relative(root, runner.loaded), ['a.mjs', 'b.mjs']);
});

test('a load that hangs is told, too', async (t) => {
  const root = project(t, { 'a.mjs': `import './b.mjs'; await new Promise((r) => setTimeout(r, 60_000))`, 'b.mjs': '' });
  const runner = new Runner(t);
  await runner.next('HELLO');
  runner.send('LOAD', 0, [JSON.stringify(specOf(root, 'a.mjs'))]);
  await runner.told(path.join(root, 'b.mjs'));
});

test('more files than a list holds come in several messages', async (t) => {
  const files = { 'a.js': `for (let n = 0; n < 5000; n++) require('./many/' + n + '.json'); exports.handler = ${HANDLER}` };
  const root = project(t, files);
  mkdirSync(path.join(root, 'many'));
  for (let number = 0; number < 5000; number++) writeFileSync(path.join(root, 'many', `${number}.json`), '1');
  const runner = await Runner.ready(t, root, 'a.js');
  assert.equal(new Set(runner.loaded).size, 5001);
  assert.equal(runner.loaded.length, 5001);
});

test('a module that is put into the cache under a name that is no path is not told', async (t) => {
  const { files } = await loaded(t, {
    'a.js': `require.cache['virtual'] = require.cache[__filename]; require.cache['data:,x'] = null; exports.handler = ${HANDLER}`,
  }, 'a.js');
  assert.deepEqual(files, ['a.js']);
});
