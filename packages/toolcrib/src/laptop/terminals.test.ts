import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { realClients } from '@toolcrib/sandbox';
import { parse, stringify } from 'yaml';
import { replaceOwnFile } from './files.ts';
import { syncGuardedKubeconfig } from './guarded-kubeconfig.ts';
import { turnOn } from './on.ts';
import { pathsOf } from './paths.ts';
import { loadPerson } from './person-kubeconfig.ts';
import { startOf } from './process-id.ts';
import type { Session } from './session.ts';
import { forgetDeadTerminals, terminals } from './terminals.ts';

// Several terminals, each with a file of its own. A real kubectl reads and writes them.

const root = mkdtempSync(join(tmpdir(), 'toolcrib-terminals-'));
after(() => rmSync(root, { recursive: true }));
let kubectlPath: string | undefined;
before(async () => {
  kubectlPath = (await realClients().catch(() => undefined))?.kubectl;
});

function config(server: string, ...contexts: string[]): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': contexts[0],
    clusters: [{ name: 'c', cluster: { server: `https://${server}.example` } }],
    users: [{ name: 'u', user: { token: `secret-of-${server}` } }],
    contexts: contexts.map((name) => ({ name, context: { cluster: 'c', user: 'u', namespace: server } })),
  });
}

/** A person with files by name; `on` turns it on in a terminal that has those in its KUBECONFIG. */
function aPerson(files: Record<string, string>) {
  const home = mkdtempSync(join(root, 'home-'));
  mkdirSync(join(home, '.kube'));
  const at = (name: string) => join(home, name);
  for (const [name, text] of Object.entries(files)) writeFileSync(at(name), text);
  const paths = pathsOf({ TOOLCRIB_HOME: join(home, 'state') });
  const session = (key: string): Session => ({
    key,
    above: [{ pid: process.pid, start: startOf(process.pid) ?? '' }],
  });
  return {
    home,
    at,
    paths,
    session,
    on: (key: string, ...names: string[]) =>
      turnOn(
        paths,
        names.length === 0 ? {} : { KUBECONFIG: names.map(at).join(':') },
        'bash',
        home,
        session(key),
      ),
    sync: () => syncGuardedKubeconfig(paths, {}, home),
    kubectl: (KUBECONFIG: string, ...args: string[]) =>
      execFileSync(kubectlPath ?? '', args, {
        env: { HOME: home, PATH: process.env.PATH, KUBECONFIG },
        encoding: 'utf8',
        stdio: 'pipe',
      }).trim(),
  };
}

test('each terminal has one file, complete, and its own current context and namespace', async (t) => {
  if (!kubectlPath) return t.skip('the packed kubectl does not run on this machine');
  const { on, kubectl, sync } = aPerson({ '.kube/config': config('home', 'prod', 'test') });
  const [one, two] = [await on('one'), await on('two')];
  assert.notEqual(one.kubeconfig, two.kubeconfig);
  assert.equal(one.variables.KUBECONFIG, one.kubeconfig);
  assert.deepEqual(one.place, {
    context: 'prod',
    label: 'prod',
    server: 'https://home.example',
    namespace: 'home',
  });
  kubectl(one.kubeconfig, 'config', 'use-context', 'test');
  kubectl(one.kubeconfig, 'config', 'set-context', '--current', '--namespace', 'chosen');
  await sync();
  assert.equal(kubectl(one.kubeconfig, 'config', 'current-context'), 'test');
  assert.equal(kubectl(two.kubeconfig, 'config', 'current-context'), 'prod');
  assert.match(kubectl(one.kubeconfig, 'config', 'view', '--minify'), /namespace: chosen/);
  assert.doesNotMatch(readFileSync(two.kubeconfig, 'utf8'), /chosen/);
  // Turned on again in the same terminal, by its environment or by its session: nothing is forgotten.
  const again = await on('one');
  assert.equal(again.kubeconfig, one.kubeconfig);
  assert.equal(again.place.context, 'test');
  for (const { kubeconfig } of [one, two])
    assert.doesNotMatch(readFileSync(kubeconfig, 'utf8'), /secret-of|https:\/\/home\.example/);
});

test('two terminals with different files and the same context names: each its own cluster and token', async () => {
  const { on, at } = aPerson({ a: config('a', 'prod', 'only-a'), b: config('b', 'prod') });
  const [a, b] = [await on('one', 'a'), await on('two', 'b')];
  assert.deepEqual(a.contexts, ['prod', 'only-a']);
  assert.deepEqual(b.contexts, ['prod']);
  assert.equal(a.place.server, 'https://a.example');
  assert.equal(b.place.server, 'https://b.example');
  assert.notEqual(a.place.label, b.place.label);
  assert.equal(b.identity.tokens.prod === b.identity.tokens[b.place.label ?? ''], false);
  assert.ok(readFileSync(b.kubeconfig, 'utf8').includes(b.identity.tokens[b.place.label ?? ''] ?? '-'));
  assert.ok(!readFileSync(b.kubeconfig, 'utf8').includes(b.identity.tokens.prod ?? '-'));
  assert.match(b.person.context(b.place.label ?? '').file, new RegExp(`${at('b')}$`));
});

test('a current context that vanished is back once the file is right and the terminal is turned on again', async () => {
  const { on, at, sync } = aPerson({ a: config('a', 'prod', 'test') });
  await on('one', 'a');
  writeFileSync(at('a'), config('a', 'other'));
  await sync();
  writeFileSync(at('a'), config('a', 'prod', 'test'));
  const { kubeconfig } = await on('one', 'a');
  assert.equal(parse(readFileSync(kubeconfig, 'utf8'))['current-context'], 'prod');
  // Unset on purpose, it stays so as long as nobody turns it on again.
  const text = readFileSync(kubeconfig, 'utf8').replace(/^current-context: prod\n/m, '');
  writeFileSync(kubeconfig, text);
  await sync();
  assert.equal(parse(readFileSync(kubeconfig, 'utf8'))['current-context'], undefined);
});

test('another folder’s file (direnv) is another terminal file; back again, the first is as it was', async (t) => {
  if (!kubectlPath) return t.skip('the packed kubectl does not run on this machine');
  const { on, kubectl, paths, home, at, session } = aPerson({
    '.kube/config': config('home', 'prod', 'test'),
    project: config('project', 'dev'),
  });
  const outside = await on('one');
  kubectl(outside.kubeconfig, 'config', 'use-context', 'test');
  // As direnv leaves it: what `on` exported stands, and KUBECONFIG is the project's.
  const env = { ...outside.variables, KUBECONFIG: at('project') };
  const inside = await turnOn(paths, env, 'bash', home, session('one'));
  assert.deepEqual(inside.contexts, ['dev']);
  assert.notEqual(inside.kubeconfig, outside.kubeconfig);
  const back = await turnOn(paths, outside.variables, 'bash', home, session('one'));
  assert.equal(back.kubeconfig, outside.kubeconfig);
  assert.equal(back.place.context, 'test');
});

test('what another program adds in one terminal belongs to that terminal’s files, and is guarded', async (t) => {
  if (!kubectlPath) return t.skip('the packed kubectl does not run on this machine');
  const { on, kubectl, sync, paths } = aPerson({ a: config('a', 'prod'), b: config('b', 'cloud') });
  const [one, same, other] = [await on('one', 'a'), await on('two', 'a'), await on('three', 'b')];
  const add = (server: string) => {
    kubectl(one.kubeconfig, 'config', 'set-cluster', 'cloud', '--server', `https://${server}.example`);
    kubectl(one.kubeconfig, 'config', 'set-credentials', 'cloud', '--token', `secret-of-${server}`);
    kubectl(one.kubeconfig, 'config', 'set-context', 'cloud', '--cluster', 'cloud', '--user', 'cloud');
  };
  add('cloud');
  assert.deepEqual((await sync()).adopted, ['cloud']);
  const server = (kubeconfig: string) =>
    kubectl(
      kubeconfig,
      'config',
      'view',
      '--minify',
      '--context',
      'cloud',
      '-o',
      'jsonpath={.clusters[0].cluster.server}',
    );
  for (const { kubeconfig } of [one, same, other]) {
    assert.match(server(kubeconfig), /^https:\/\/127\.0\.0\.1:/);
    assert.doesNotMatch(readFileSync(kubeconfig, 'utf8'), /secret-of/);
  }
  assert.equal(server(one.kubeconfig), server(same.kubeconfig));
  assert.notEqual(
    server(one.kubeconfig),
    server(other.kubeconfig),
    'the same name in other files is another cluster',
  );
  const { person } = await sync();
  const meant = person.contextNames
    .filter((label) => person.nameOf(label) === 'cloud')
    .map((label) => person.context(label).cluster.server);
  assert.deepEqual(meant.sort(), ['https://b.example', 'https://cloud.example']);
  assert.equal(existsSync(paths.added), false);
});

test('a context that was renewed in the terminal is the newer one, until the person’s own file has changed', async (t) => {
  if (!kubectlPath) return t.skip('the packed kubectl does not run on this machine');
  const { on, kubectl, sync, at } = aPerson({ a: config('a', 'prod', 'else') });
  const { kubeconfig } = await on('one', 'a');
  // The cluster was made again under its name: `aws eks update-kubeconfig` overwrites the entries.
  kubectl(kubeconfig, 'config', 'set-cluster', 'new', '--server', 'https://new.example');
  kubectl(kubeconfig, 'config', 'set-context', 'prod', '--cluster', 'new', '--user', 'toolcrib:prod');
  kubectl(kubeconfig, 'config', 'set-credentials', 'new', '--token', 'renewed');
  kubectl(kubeconfig, 'config', 'set-context', 'prod', '--user', 'new');
  const renewed = (await sync()).person;
  assert.equal(renewed.context('prod').cluster.server, 'https://new.example');
  assert.equal(renewed.context('else').cluster.server, 'https://a.example');
  writeFileSync(at('a'), config('newest', 'prod', 'else'));
  assert.equal((await sync()).person.context('prod').cluster.server, 'https://newest.example');
});

test('a program that writes at this moment is left to finish', async () => {
  const { on, sync } = aPerson({ a: config('a', 'prod') });
  const { kubeconfig } = await on('one', 'a');
  writeFileSync(`${kubeconfig}.lock`, '');
  writeFileSync(kubeconfig, 'apiVersion: v1\nclusters:\n');
  assert.equal((await sync()).busy, true);
  assert.equal(readFileSync(kubeconfig, 'utf8'), 'apiVersion: v1\nclusters:\n');
  rmSync(`${kubeconfig}.lock`);
  assert.equal((await sync()).busy, false);
  assert.match(readFileSync(kubeconfig, 'utf8'), /toolcrib:prod/);
});

test('a deleted context is never seen unguarded', async (t) => {
  if (!kubectlPath) return t.skip('the packed kubectl does not run on this machine');
  const { on, kubectl, sync } = aPerson({ '.kube/config': config('home', 'prod', 'test') });
  const { kubeconfig } = await on('one');
  kubectl(kubeconfig, 'config', 'delete-context', 'prod');
  // Before anybody has written it again.
  assert.doesNotMatch(kubectl(kubeconfig, 'config', 'view', '--raw'), /home\.example/);
  assert.throws(() => kubectl(kubeconfig, 'config', 'view', '--minify', '--context', 'prod'));
  await sync();
  assert.match(kubectl(kubeconfig, 'config', 'view', '--minify', '--context', 'prod'), /127\.0\.0\.1/);
});

test('a terminal that is gone is forgotten; one that a program may still use is not', async () => {
  const { on, paths } = aPerson({ '.kube/config': config('home', 'prod') });
  const gone = { pid: process.pid, start: 'another boot' };
  const kept = [await on('living'), await on('young'), await on('used')];
  const dead = await on('dead');
  const old = Date.now() / 1000 - 3600;
  for (const { kubeconfig } of [...kept.filter((_, at) => at !== 1), dead]) utimesSync(kubeconfig, old, old);
  for (const [at, { kubeconfig }] of [...kept, dead].entries()) {
    const file = join(dirname(kubeconfig), 'terminal.json');
    const record = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify({ ...record, at: 0, ...(at === 0 ? {} : { shells: [gone] }) }));
  }
  const child = execFileSync(
    process.execPath,
    [
      '--conditions=toolcrib-source',
      '--no-warnings',
      '-e',
      `import('${new URL('./terminals.ts', import.meta.url)}').then((m) => m.forgetDeadTerminals(JSON.parse(process.argv[1]), () => undefined))`,
      JSON.stringify(paths),
    ],
    // Its own environment does not count: the parent's does, a shell between them.
    { env: { PATH: process.env.PATH }, encoding: 'utf8' },
  );
  assert.equal(child, '');
  const left = () => readdirSync(paths.terminals).length;
  if (process.platform === 'linux') assert.equal(left(), 2, 'living and young');
  forgetDeadTerminals(paths, () => undefined, Date.now() + 40 * 24 * 3_600_000);
  assert.ok(terminals(paths).some(({ kubeconfig }) => kubeconfig === kept[0]?.kubeconfig));
});

// A mount that is away, `mv`, a cloud command line that replaces the file: what a terminal holds must not open another cluster.
for (const [what, away, back] of [
  [
    'its file is away',
    (path: string) => renameSync(path, `${path}.away`),
    (path: string) => renameSync(`${path}.away`, path),
  ],
  [
    'its file is half written',
    (path: string) => writeFileSync(path, '{ half'),
    (path: string) => writeFileSync(path, config('a', 'prod')),
  ],
  ['the list of files was removed', (_: string, list: string) => rmSync(list), () => undefined],
] as const) {
  test(`a terminal’s context never opens another cluster while ${what}, nor afterwards`, async () => {
    const { on, sync, at, paths, home } = aPerson({
      a: config('a', 'prod'),
      b: config('b', 'prod'),
      c: config('c', 'else'),
    });
    const [a, c] = [await on('one', 'a'), await on('three', 'c')];
    /** Where a token that stands in a terminal's file would be led; undefined where nobody lets it in. */
    const opens = (kubeconfig: string, context = 'prod'): string | undefined => {
      const file = parse(readFileSync(kubeconfig, 'utf8'));
      const user = file.contexts.find(({ name }: { name: string }) => name === context)?.context.user;
      const token = file.users.find(({ name }: { name: string }) => name === user)?.user.token;
      const { tokens } = JSON.parse(readFileSync(paths.door, 'utf8'));
      const [label] = Object.entries(tokens).find(([, one]) => one === token) ?? [];
      try {
        return label && loadPerson(paths, {}, home).context(label).cluster.server;
      } catch {
        return undefined;
      }
    };
    assert.equal(opens(a.kubeconfig), 'https://a.example');
    const before = readFileSync(a.kubeconfig, 'utf8');
    away(at('a'), paths.sources);
    const b = await on('two', 'b');
    assert.equal(opens(b.kubeconfig), 'https://b.example');
    assert.notEqual(opens(a.kubeconfig), 'https://b.example', 'meanwhile');
    // Its file comes to mean a third cluster, where it had that name already.
    writeFileSync(at('c'), config('c', 'prod'));
    assert.notEqual(opens(a.kubeconfig), 'https://c.example', 'before anybody has looked');
    await sync();
    assert.equal(opens(c.kubeconfig), 'https://c.example');
    for (const [kubeconfig, server] of [
      [a.kubeconfig, 'a'],
      [b.kubeconfig, 'b'],
    ] as const)
      assert.ok([undefined, `https://${server}.example`].includes(opens(kubeconfig)), 'after the next look');
    if (!what.startsWith('the list')) assert.equal(readFileSync(a.kubeconfig, 'utf8'), before);
    back(at('a'));
    await sync();
    for (const [kubeconfig, server] of [
      [a.kubeconfig, 'a'],
      [b.kubeconfig, 'b'],
      [c.kubeconfig, 'c'],
    ] as const)
      assert.equal(opens(kubeconfig), `https://${server}.example`);
  });
}

test('the same cluster in two lists stays one label while one of them is away', async () => {
  const { on, sync, at } = aPerson({ a: config('a', 'prod'), b: config('a', 'prod') });
  const [a, b] = [await on('one', 'a'), await on('two', 'b')];
  renameSync(at('a'), at('away'));
  const there = await sync();
  assert.deepEqual(there.identity.tokens, b.identity.tokens);
  assert.equal(there.identity.tokens.prod, a.identity.tokens.prod);
  renameSync(at('away'), at('a'));
  assert.deepEqual((await sync()).identity.tokens, b.identity.tokens);
});

test('files that are away for a moment cost a terminal neither its current context nor its aliases', async (t) => {
  if (!kubectlPath) return t.skip('the packed kubectl does not run on this machine');
  const { on, kubectl, sync, at } = aPerson({ a: config('a', 'prod', 'test') });
  const { kubeconfig } = await on('one', 'a');
  kubectl(kubeconfig, 'config', 'rename-context', 'test', 'nickname');
  kubectl(kubeconfig, 'config', 'use-context', 'nickname');
  renameSync(at('a'), at('away'));
  await sync();
  renameSync(at('away'), at('a'));
  await sync();
  assert.equal(kubectl(kubeconfig, 'config', 'current-context'), 'nickname');
  assert.match(kubectl(kubeconfig, 'config', 'view', '--minify'), /toolcrib:test/);
});

test('what kubectl writes while the guard reads and writes is never lost', async (t) => {
  if (!kubectlPath) return t.skip('the packed kubectl does not run on this machine');
  const { on, sync, home, paths } = aPerson({ a: config('a', 'prod') });
  const { kubeconfig } = await on('one', 'a');
  const env = { HOME: home, PATH: process.env.PATH, KUBECONFIG: kubeconfig };
  let ended = false;
  const writing = (async () => {
    const run = promisify(execFile);
    for (let at = 0; at < 12; at++) {
      for (const args of [
        ['set-cluster', `k${at}`, '--server', `https://k${at}.example`],
        ['set-credentials', `k${at}`, '--token', `secret-${at}`],
        ['set-context', `k${at}`, '--cluster', `k${at}`, '--user', `k${at}`],
        ['use-context', `k${at}`],
      ]) {
        // kubectl does not wait for its own lock, and says so.
        for (;;) {
          const failed = await run(kubectlPath ?? '', ['config', ...args], { env }).then(
            () => undefined,
            (error: Error) => error.message,
          );
          if (failed === undefined) break;
          assert.match(failed, /\.lock|no context exists|could not find/, failed);
        }
      }
    }
    ended = true;
  })();
  while (!ended) {
    await sync();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await writing;
  for (let tries = 0; (await sync()).busy; tries++) {
    assert.ok(tries < 100);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const person = loadPerson(paths, {}, home);
  for (let at = 0; at < 12; at++) {
    const { cluster, user } = person.context(`k${at}`);
    assert.deepEqual([cluster.server, user.token], [`https://k${at}.example`, `secret-${at}`]);
  }
});

test('our write gives way to what another program wrote after we had read, and to its lock', () => {
  const path = join(mkdtempSync(join(root, 'write-')), 'file');
  assert.equal(replaceOwnFile(path, undefined, 'one'), true);
  assert.equal(replaceOwnFile(path, undefined, 'two'), false);
  assert.equal(replaceOwnFile(path, 'zero', 'two'), false);
  writeFileSync(`${path}.lock`, '');
  assert.equal(replaceOwnFile(path, 'one', 'two'), false);
  assert.equal(readFileSync(path, 'utf8'), 'one');
  utimesSync(`${path}.lock`, 0, Date.now() / 1000 - 60);
  assert.equal(replaceOwnFile(path, 'one', 'two'), true);
  assert.deepEqual(readdirSync(dirname(path)), ['file']);
});

test('what another program wrote into a terminal that is gone is kept, also in a file that is broken', async () => {
  for (const spoil of [false, true]) {
    const { on, paths, sync, home } = aPerson({ a: config('a', 'prod'), b: config('b', 'else') });
    const { kubeconfig } = await on('one', 'a');
    // No guard runs, and nobody looks before the terminal ends.
    const file = parse(readFileSync(kubeconfig, 'utf8'));
    file.clusters.push({ name: 'cloud', cluster: { server: 'https://cloud.example' } });
    file.users.push({ name: 'cloud', user: { token: 'the only one' } });
    file.contexts.push({ name: 'cloud', context: { cluster: 'cloud', user: 'cloud' } });
    writeFileSync(kubeconfig, `${stringify(file)}${spoil ? '\n]' : ''}`);
    const old = Date.now() / 1000 - 3600;
    utimesSync(kubeconfig, old, old);
    const record = join(dirname(kubeconfig), 'terminal.json');
    writeFileSync(record, JSON.stringify({ ...JSON.parse(readFileSync(record, 'utf8')), at: 0, shells: [] }));
    await on('two', 'b');
    assert.equal(existsSync(kubeconfig), false);
    const texts = readdirSync(paths.addedTo).map((name) => readFileSync(join(paths.addedTo, name), 'utf8'));
    assert.match(texts.join('\n'), /the only one/);
    if (spoil) continue;
    await on('one', 'a');
    await sync();
    assert.equal(loadPerson(paths, {}, home).context('cloud').user.token, 'the only one');
  }
});
