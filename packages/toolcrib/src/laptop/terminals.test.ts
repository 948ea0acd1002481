import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { test } from 'node:test';
import { parse, stringify } from 'yaml';
import { turnOn } from './on.ts';
import { loadPerson } from './person-kubeconfig.ts';
import { forgetDeadTerminals, terminalIn, terminals } from './terminals.ts';
import { aPerson, config, kubectlPath } from './testing/terminals.ts';

test('each terminal has one file, complete, and its own current context and namespace', async (t) => {
  if (!kubectlPath()) return t.skip('the packed kubectl does not run on this machine');
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

test('a terminal is known by its file in KUBECONFIG, wherever it stands among others', async () => {
  const { on, at, paths } = aPerson({ a: config('a', 'prod') });
  const { kubeconfig } = await on('one', 'a');
  const found = (...files: string[]) => terminalIn(paths, { KUBECONFIG: files.join(delimiter) })?.kubeconfig;
  assert.equal(found(kubeconfig), kubeconfig);
  assert.equal(found(at('a'), kubeconfig), kubeconfig);
  assert.equal(found(at('a')), undefined);
  assert.equal(terminalIn(paths, {}), undefined);
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
  if (!kubectlPath()) return t.skip('the packed kubectl does not run on this machine');
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
  if (!kubectlPath()) return t.skip('the packed kubectl does not run on this machine');
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
  if (!kubectlPath()) return t.skip('the packed kubectl does not run on this machine');
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
  if (!kubectlPath()) return t.skip('the packed kubectl does not run on this machine');
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
