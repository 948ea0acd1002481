import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { holesIn } from './holes-reporter.ts';
import { ended, makeAlone, makeQueue, notEnded, take } from './shared-queue.ts';

/** Elsewhere the umask can't be read without being set. */
const LINUX = process.platform === 'linux';
const HOLES = join(import.meta.dirname, 'holes-reporter.ts');
const root = mkdtempSync(join(tmpdir(), 'toolcrib-shared-'));
after(() => rmSync(root, { recursive: true }));

/** What `node --test` says (TAP) of these files, name → text, in one process that they share. */
function runOf(name: string, files: Record<string, string>, limit?: number) {
  const paths = Object.entries(files).map(([file, text]) => {
    const path = join(root, `${name}-${file}.test.mjs`);
    writeFileSync(path, `import { after, afterEach, beforeEach, suite, test } from 'node:test';\n${text}`);
    return path;
  });
  const queue = join(root, name);
  const { NODE_TEST_CONTEXT: _, TEST_COSTS: __, ...env } = process.env;
  const { status, stdout } = spawnSync(
    process.execPath,
    [
      '--test',
      '--test-reporter=tap',
      '--test-reporter-destination=stdout',
      `--test-reporter=${HOLES}`,
      `--test-reporter-destination=${queue}-holes`,
      ...makeQueue(queue, paths, 1, limit),
    ],
    { cwd: root, env, encoding: 'utf8' },
  );
  const { empty, skipped } = holesIn(readFileSync(`${queue}-holes`, 'utf8'));
  const [passed, failed] = ['ok', 'not ok'].map((word) =>
    [...stdout.matchAll(new RegExp(`^ *${word} \\d+ - (.*)$`, 'gm'))].map(([, title]) => title ?? ''),
  ) as [string[], string[]];
  return {
    status,
    passed,
    failed,
    stdout,
    empty,
    skipped,
    open: notEnded(queue).map((line) => line.slice(root.length + 1)),
  };
}

test('each file is a suite: its hooks are its own, its tests are counted, it is over before the next begins', () => {
  const each = (own: string) => `
    globalThis.__steps ??= [];
    await new Promise((resolve) => setTimeout(resolve, 5));
    let hooks = 0;
    globalThis.__steps.push('${own} begins');
    beforeEach(() => { hooks++; });
    after(() => { globalThis.__steps.push('${own} ends after ' + hooks); });
    test('${own} one', () => {});
    suite('${own} more', () => { test('${own} two', async () => { await new Promise(setImmediate); }); });`;
  const { status, passed, failed, open } = runOf('hooks', {
    a: each('a'),
    b: each('b'),
    c: `test(globalThis.__steps.join(', '), () => {});`,
  });
  assert.equal(status, 0);
  assert.deepEqual(failed, []);
  assert.deepEqual(passed, [
    ...['a one', 'a two', 'a more', 'hooks-a.test.mjs'],
    ...['b one', 'b two', 'b more', 'hooks-b.test.mjs'],
    ...['a begins, a ends after 2, b begins, b ends after 2', 'hooks-c.test.mjs'],
  ]);
  assert.deepEqual(open, []);
});

test('what only tests import is loaded anew for each file, with its hooks; the program once', () => {
  const at = (name: string, text: string) => {
    mkdirSync(join(root, 'testing'), { recursive: true });
    writeFileSync(join(root, name), text);
  };
  at(
    'testing/helper.ts',
    `import { after } from 'node:test';\nimport { loaded } from '../program.ts';\nloaded.helper++;
    export const state = { removed: false };\nafter(() => { state.removed = true; });`,
  );
  at('x.contract.ts', `export { state } from './testing/helper.ts';`);
  at('program.ts', `export const loaded = { program: 0, helper: 0 };\nloaded.program++;`);
  const file = `
    import { loaded } from './program.ts';
    import { state } from './x.contract.ts';
    const begins = state.removed;
    test(JSON.stringify([loaded, begins, state.removed]), () => {});`;
  const { passed } = runOf('helpers', { a: file, b: file });
  assert.deepEqual(
    passed.filter((title) => title.startsWith('[')),
    ['[{"program":1,"helper":1},false,false]', '[{"program":1,"helper":2},false,false]'],
  );
});

test('what a file does wrong is red in its name, and the next file still runs', () => {
  const { status, passed, failed, stdout, open } = runOf('faults', {
    fails: `test('fails', () => { throw new Error('no'); });`,
    breaks: `throw new Error('does not load');`,
    late: `test('too late', () => { setImmediate(() => { Promise.reject(new Error('afterwards')); }); });
           test('still here', async () => { await new Promise((resolve) => setTimeout(resolve, 20)); });`,
    variable: `test('sets', () => { process.env.LEFT_BEHIND = 'x'; });`,
    listens: `test('listens', () => { process.on('SIGTERM', () => {}); });`,
    clock: `test('stops', () => { Date.now = () => 0; });`,
    good: `test('good ' + process.env.LEFT_BEHIND + (Date.now() > 0), () => {});`,
  });
  assert.equal(status, 1);
  for (const title of ['too late', 'still here', 'sets', 'listens', 'stops', 'good undefinedtrue'])
    assert.ok(passed.includes(title), title);
  const changed = (file: string) => `faults-${file}.test.mjs leaves its process as it found it`;
  assert.deepEqual(
    failed.filter((title) => !title.endsWith('.mjs')),
    ['fails', changed('variable'), changed('listens'), changed('clock')],
  );
  assert.ok(failed.includes('faults-fails.test.mjs') && failed.includes('faults-breaks.test.mjs'));
  assert.match(stdout, /"too late" at faults-late\.test\.mjs:2:\d+ generated asynchronous activity/);
  assert.match(stdout, /the variable LEFT_BEHIND/);
  assert.match(stdout, /who listens for SIGTERM/);
  assert.deepEqual(open, []);
});

test('a file that leaves something running is red in its name, and what comes after it is told', () => {
  const { status, passed, failed, stdout, open } = runOf(
    'leaks',
    {
      interval: `test('begins', () => { setInterval(() => {}, 1_000); });`,
      server: `import { createServer } from 'node:net';
               test('listens', async () => { await new Promise((up) => createServer().listen(0, '127.0.0.1', up)); });`,
      good: `test('good', () => {});`,
    },
    100,
  );
  assert.equal(status, 1);
  assert.deepEqual(
    failed.filter((title) => !title.includes('shared-1.mjs')),
    ['interval', 'server'].map((file) => `leaks-${file}.test.mjs leaves its process as it found it`),
  );
  assert.match(stdout, /left open after its tests: Timeout/);
  assert.match(stdout, /left open after its tests: TCPServerWrap/);
  assert.ok(passed.includes('good') && passed.includes('begins'), passed.join());
  assert.deepEqual(open, []);
});

test('what a file puts in the place of what all have is red in its name, and put back', () => {
  const kinds: Record<string, [string, RegExp]> = {
    value: [`globalThis.ours2 = 1;`, /: globalThis\.ours2, which is new/],
    gone: [`delete globalThis.structuredClone;`, /: structuredClone/],
    fetch: [`globalThis.fetch = () => {};`, /: fetch/],
    mock: [`mock.method(fs, 'readFileSync', () => 'mine');`, /: a mock of readFileSync/],
    console: [`console.log = () => {};`, /: console\.log/],
    disk: [`fs.statSync = () => {};`, /: fs\.statSync/],
    thing: [`mock.getter(shared, 'name', () => 'mine');`, /: a mock of name/],
    ...(LINUX ? { umask: [`process.umask(0o077);`, /: the umask/] satisfies [string, RegExp] } : {}),
    swap: [
      `const [one] = process.listeners('warning'); process.off('warning', one); process.on('warning', () => {});`,
      /: who listens for warning/,
    ],
    twice: [
      `fs.statSync = () => {}; mock.method(fs, 'statSync', () => {});`,
      /: a mock of statSync, fs\.statSync/,
    ],
  };
  const state = `JSON.stringify([typeof ours2, structuredClone.name, fetch.name, fs.readFileSync.name, console.log.name, fs.statSync.name, shared.name,
    ${LINUX ? `/Umask:\\s*(\\d+)/.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1],` : ''} process.listenerCount('warning')])`;
  const with_ = (text: string) =>
    `import fs from 'node:fs';\nimport { mock } from 'node:test';\nconst shared = globalThis.__shared ??= { get name() { return 'ours'; } };\n${text}`;
  const { failed, passed, stdout } = runOf('replaces', {
    before: with_(`test('state ' + ${state}, () => {});`),
    ...Object.fromEntries(
      Object.entries(kinds).map(([name, [text]]) => [name, with_(`test('${name}', () => { ${text} });`)]),
    ),
    restores: with_(`test('fine', (t) => {
      t.mock.method(fs, 'statSync', () => {});
      const one = mock.method(fs, 'lstatSync', () => {});
      one.mock.restore();
    });`),
    after: with_(`test('state ' + ${state}, () => {});`),
  });
  assert.deepEqual(
    failed.filter((title) => !title.endsWith('.mjs')),
    Object.keys(kinds).map((name) => `replaces-${name}.test.mjs leaves its process as it found it`),
  );
  for (const [name, [, message]] of Object.entries(kinds)) assert.match(stdout, message, name);
  const [one, other] = passed.filter((title) => title.startsWith('state '));
  assert.ok(one?.includes('readFileSync'), one);
  assert.equal(one, other, 'the next file finds all of it as it was');
});

test('a file without a test is named, one whose tests were all skipped is not; what is skipped or to be done is named', () => {
  const { empty, skipped } = runOf('empties', {
    none: `export const nothing = 1;`,
    hollow: `suite('nothing in it', () => {});`,
    never: `if (process.env.NEVER_SO) test('never', () => {});`,
    skips: `test('skipped', { skip: 'not here' }, () => {});`,
    later: `test('later', { todo: 'when there is time' }, () => { throw new Error('no'); });`,
    good: `suite('deep', () => { test('good', () => {}); });`,
    last: ``,
  });
  assert.deepEqual(
    empty,
    ['none', 'hollow', 'never', 'last'].map((name) => `empties-${name}.test.mjs`),
  );
  assert.deepEqual(skipped, ['skip skipped: not here', 'todo later: when there is time']);
});

// Node itself says 0 of a test that ends its process with 0: only the queue knows.
test('a file that ends the process is named, and what was not run', () => {
  const { open } = runOf('ends', {
    good: `test('good', () => {});`,
    ends: `test('ends', () => process.exit(0));`,
    next: `test('next', () => {});`,
  });
  assert.deepEqual(open, [
    'ends-ends.test.mjs: its process ended, or had to be ended, in this file',
    'ends-next.test.mjs: not run',
  ]);
});

test('a file with a process of its own that ends it is named, too', () => {
  for (const [name, text, left] of [
    ['alone-ends', `test('ends', () => process.exit(0)); test('never', () => { throw new Error('x'); });`, 1],
    ['alone-good', `test('good', () => {});`, 0],
    ['alone-empty', `export const nothing = 1;`, 0],
  ] as const) {
    const file = join(root, `${name}.test.mjs`);
    writeFileSync(file, `import { test } from 'node:test';\n${text}\n`);
    const queue = join(root, name);
    const env = { ...process.env };
    delete env.NODE_TEST_CONTEXT;
    const reporter = `--test-reporter=${HOLES}`;
    const run = spawnSync(process.execPath, ['--test', reporter, makeAlone(queue, file)], {
      env,
      encoding: 'utf8',
    });
    assert.deepEqual([run.status, notEnded(queue).length], [0, left], name);
    assert.equal(run.stdout !== '', name === 'alone-empty', run.stdout);
  }
});

test('of several that would take a file one has it; what nobody took or ended is told', () => {
  const queue = join(root, 'queue');
  assert.equal(makeQueue(queue, ['a.ts', 'b.ts', 'c.ts'], 2).length, 2);
  assert.deepEqual([take(queue, 0), take(queue, 0), take(queue, 1)], [true, false, true]);
  ended(queue, 0);
  assert.deepEqual(
    notEnded(queue).map((line) => line.slice(process.cwd().length + 1)),
    ['b.ts: its process ended, or had to be ended, in this file', 'c.ts: not run'],
  );
});
