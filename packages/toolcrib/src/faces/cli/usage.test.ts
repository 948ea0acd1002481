import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { CLI, type Outcome } from '../../testing/programs.ts';
import { type GuardHome, guardHome } from '../../testing/running-guard.ts';

// The real command line, given what it can't take.

const CONFIG = JSON.stringify({
  'current-context': 'prod',
  clusters: [{ name: 'prod', cluster: { server: 'https://127.0.0.1:1' } }],
  users: [{ name: 'aiko', user: { token: 'secret' } }],
  contexts: [{ name: 'prod', context: { cluster: 'prod', user: 'aiko' } }],
});

let home: GuardHome;
before(() => {
  home = guardHome(CONFIG, 'apiVersion: toolcrib.dev/v1alpha1\nkind: GuardPolicy\nspec: {}\n');
});
after(async () => {
  await home.cli('guard', 'stop');
  home.remove();
});

function assertNoStack(said: Outcome): void {
  assert.doesNotMatch(said.stderr, /^\s+at |should not have happened/m);
}

const WRONG: [words: string, code: number, says: RegExp][] = [
  ['radius sts/kafka --scale abc', 2, /--scale.*'abc'.*whole number, 0 or more/],
  ['radius sts/kafka --scale 2x', 2, /'2x'/],
  ['radius sts/kafka --cascade sideways', 2, /background, foreground, orphan/],
  ['log -n abc', 2, /'abc'.*1 to 1000/],
  ['log -n 0', 2, /1 to 1000/],
  ['sandbox --port abc', 2, /0 to 65535/],
  ['sandbox --port 99999', 2, /0 to 65535/],
  ['sandbox --pod-start abc', 2, /whole number/],
  ['guard start --port -1', 2, /0 to 65535/],
  ['run --as agnet -- true', 125, /'agnet'.*agent/],
  ['run', 125, /missing required argument/],
  ['run --bogus true', 125, /unknown option '--bogus'/],
];
for (const [words, code, says] of WRONG) {
  test(`toolcrib ${words}: exit ${code}`, async () => {
    const said = await home.cli(...words.split(' '));
    assert.equal(said.code, code, said.stderr);
    assert.match(said.stderr, says);
    assertNoStack(said);
  });
}

test('run of what is there and no program: 126; of what is not there: 127', async () => {
  const folder = join(home.folder, 'a-folder');
  mkdirSync(folder);
  const file = join(home.folder, 'a-file');
  writeFileSync(file, '#!/bin/sh\n');
  for (const [named, code, says] of [
    [folder, 126, /is a folder/],
    [file, 126, /can't be executed/],
    [join(file, 'below'), 126, /can't be executed/],
    [join(folder, 'none'), 127, /was not found/],
    ['a-folder', 127, /was not found in PATH/],
  ] as const) {
    const said = await home.cli('run', '--', named);
    assert.equal(said.code, code, `${named}: ${said.stderr}`);
    assert.match(said.stderr, says);
  }
});

test('on, with a current context that no file has: it is named, with those that there are', async () => {
  writeFileSync(home.direct, CONFIG.replace('"current-context":"prod"', '"current-context":"prdo"'));
  const said = await home.cli('on');
  writeFileSync(home.direct, CONFIG);
  assert.equal(said.code, 0, said.stderr);
  assert.match(said.stderr, /current context of your kubeconfig is "prdo", which is in none of its files/);
  assert.match(said.stderr, /kubectl config use-context NAME, of prod\./);
  assertNoStack(said);
});

test('run --help is no failure', async () => {
  assert.equal((await home.cli('run', '--help')).code, 0);
});

test('a sandbox that can’t be: its file is there, its folder is not, its port is taken; none hangs', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as { port: number };
  const cases: [args: string[], code: number, says: RegExp][] = [
    [['--kubeconfig', home.direct], 2, /it is there already/],
    [['--kubeconfig', join(home.folder, 'no', 'folder')], 2, /there is no folder/],
    [['--port', String(port)], 3, new RegExp(`Port ${port} on 127.0.0.1 is taken`)],
  ];
  try {
    for (const [args, code, says] of cases) {
      const said = await home.cli('sandbox', ...args);
      assert.equal(said.code, code, said.stderr);
      assert.match(said.stderr, says);
      assert.match(said.stderr, /→ /);
      assertNoStack(said);
    }
  } finally {
    other.close();
  }
  assert.equal(readFileSync(home.direct, 'utf8'), CONFIG);
});

test('a sandbox takes its kubeconfig away again, and gives it as JSON too', async () => {
  const file = join(home.folder, 'sandbox.kc');
  const sandbox = home.launch(process.execPath, [
    '--conditions=toolcrib-source',
    '--no-warnings',
    CLI,
    ...['sandbox', '--kubeconfig', file, '-o', 'json'],
  ]);
  while (!existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 50));
  sandbox.signal('SIGTERM');
  const { stdout } = await sandbox.done;
  const { kubeconfig, context, url } = JSON.parse(stdout);
  assert.deepEqual([kubeconfig, context], [file, 'sandbox']);
  assert.match(url, /^https:\/\/127\.0\.0\.1:\d+$/);
  assert.ok(!existsSync(file));
});

test('a file where toolcrib’s folder should be', async () => {
  const file = join(home.folder, 'a-file');
  writeFileSync(file, '');
  const before = home.env.TOOLCRIB_HOME ?? '';
  for (const place of [file, join(file, 'below')]) {
    home.env.TOOLCRIB_HOME = place;
    for (const words of [['on'], ['guard', 'start']]) {
      const said = await home.cli(...words);
      assert.equal(said.code, 2, said.stderr);
      assert.match(said.stderr, /a file stands in its place.*\n.*→ .*TOOLCRIB_HOME/);
      assertNoStack(said);
    }
  }
  home.env.TOOLCRIB_HOME = before;
});

test('run starts the name that was found: one file may be many programs', async () => {
  // By itself, so that a busy machine may take its time.
  await home.start();
  const bin = join(home.folder, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'multi'), '#!/bin/sh\nbasename "$0"\n', { mode: 0o755 });
  symlinkSync('multi', join(bin, 'one-of-many'));
  const said = await home.cli('run', '--', join(bin, 'one-of-many'));
  assert.equal(said.code, 0, said.stderr);
  assert.equal(said.stdout, 'one-of-many\n');
});

test('on and off as JSON: the variables, for programs that have no shell', async () => {
  const on = JSON.parse((await home.cli('on', '-o', 'json')).stdout);
  assert.deepEqual(on.contexts, ['prod']);
  assert.ok(on.variables.KUBECONFIG.startsWith(`${home.paths.terminals}/`), on.variables.KUBECONFIG);
  assert.equal(on.variables.TOOLCRIB_KUBECONFIG_THEIRS, home.direct);
  assert.equal(on.place.context, 'prod');
  const off = JSON.parse((await home.cli('off', '-o', 'json')).stdout);
  assert.deepEqual(off.variables, {
    KUBECONFIG: home.direct,
    TOOLCRIB_KUBECONFIG: null,
    TOOLCRIB_KUBECONFIG_WAS: null,
    TOOLCRIB_KUBECONFIG_THEIRS: null,
  });
});

test('a guard that does not run says so to programs too; a context that nobody has is no empty log', async () => {
  const unknown = await home.cli('log', '--context', 'prd');
  assert.equal(unknown.code, 2, unknown.stdout);
  assert.match(unknown.stderr, /"prd".*\n.*prod/);
  const known = await home.cli('log', '--context', 'prod');
  assert.deepEqual([known.code, known.stdout], [0, 'No acts yet in that context.\n']);
  const stopped = await home.cli('guard', 'stop', '-o', 'json');
  assert.deepEqual(JSON.parse(stopped.stdout), { guard: 'stopped' });
  const status = await home.cli('guard', 'status', '-o', 'json');
  assert.equal(status.code, 1);
  assert.deepEqual(JSON.parse(status.stdout), { running: false });
  assert.match(status.stderr, /guard start/);
});

test('an output that nobody reads changes no exit code', async () => {
  const guard = ['--conditions=toolcrib-source', '--no-warnings', CLI, 'guard', 'status', '-o', 'json'];
  const unread = spawn(process.execPath, guard, { env: home.env, stdio: ['ignore', 'pipe', 'ignore'] });
  unread.stdout.destroy();
  const [code] = await once(unread, 'exit');
  assert.equal(code, 1);
});
