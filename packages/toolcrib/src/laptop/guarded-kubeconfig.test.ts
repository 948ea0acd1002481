import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { contextPrefix } from '@toolcrib/guard/door/context-path';
import { realClients } from '@toolcrib/sandbox';
import { syncGuardedKubeconfig } from './guarded-kubeconfig.ts';
import { turnOn } from './on.ts';
import { type Paths, pathsOf } from './paths.ts';
import { loadPerson } from './person-kubeconfig.ts';
import { stampsOf, watchFiles } from './watch.ts';

const root = mkdtempSync(join(tmpdir(), 'toolcrib-guarded-'));
after(() => rmSync(root, { recursive: true }));

const EKS = 'arn:aws:eks:eu-west-1:123456789012:cluster/prod';
const THEIRS = `apiVersion: v1
kind: Config
current-context: prod
clusters:
- {name: prod, cluster: {server: "https://prod.example"}}
- {name: test, cluster: {server: "https://test.example"}}
users:
- {name: aiko, user: {token: her-own-secret}}
contexts:
- {name: prod, context: {cluster: prod, user: aiko, namespace: shop}}
- {name: test, context: {cluster: test, user: aiko}}
- {name: "${EKS}", context: {cluster: prod, user: aiko}}
`;

/** A person with a kubeconfig of their own, and a real kubectl that sees ours first. */
async function person(text = THEIRS) {
  const home = mkdtempSync(join(root, 'home-'));
  mkdirSync(join(home, '.kube'));
  const config = join(home, '.kube', 'config');
  writeFileSync(config, text);
  const paths = pathsOf({ TOOLCRIB_HOME: join(home, 'state') });
  const hash = () => createHash('sha256').update(readFileSync(config)).digest('hex');
  const KUBECONFIG = `${paths.kubeconfig}:${config}`;
  return {
    home,
    config,
    paths,
    hash,
    env: { HOME: home, KUBECONFIG, PATH: process.env.PATH },
    begin: hash(),
  };
}
type Person = Awaited<ReturnType<typeof person>>;

let kubectlPath: string | undefined;
before(async () => {
  kubectlPath = (await realClients().catch(() => undefined))?.kubectl;
});
const kubectl = (who: Person, ...args: string[]) =>
  execFileSync(kubectlPath ?? '', args, { env: who.env, encoding: 'utf8', stdio: 'pipe' }).trim();
const view = (who: Person, ...args: string[]) =>
  JSON.parse(kubectl(who, 'config', 'view', '--raw', '-o', 'json', ...args));

test('each of the person’s contexts leads to the door under its own name, with its own token', async () => {
  const who = await person();
  const { identity, changed } = await turnOn(who.paths, { HOME: who.home }, 'bash', who.home);
  assert.ok(changed);
  assert.equal(statSync(who.paths.kubeconfig).mode & 0o777, 0o600);
  assert.doesNotMatch(readFileSync(who.paths.kubeconfig, 'utf8'), /her-own-secret|^current-context/m);
  assert.equal(who.hash(), who.begin);
  if (!kubectlPath) return;
  for (const [name, namespace] of [
    ['prod', 'shop'],
    ['test', undefined],
    [EKS, undefined],
  ] as const) {
    const seen = view(who, '--minify', '--context', name);
    assert.equal(seen.clusters[0].name, `toolcrib:${name}`);
    assert.equal(seen.clusters[0].cluster.server, `https://127.0.0.1:${identity.port}${contextPrefix(name)}`);
    const ca = Buffer.from(seen.clusters[0].cluster['certificate-authority-data'], 'base64').toString();
    assert.equal(ca, identity.ca);
    assert.equal(seen.users[0].user.token, identity.tokens[name]);
    assert.equal(seen.contexts[0].context.namespace, namespace);
  }
  assert.equal(kubectl(who, 'config', 'current-context'), 'prod');
  // The guard itself still sees the person's own.
  const own = loadPerson(who.paths, who.env, who.home);
  assert.equal(own.context('prod').cluster.server, 'https://prod.example');
});

test('writing it again changes nothing; contexts that come and go are followed', async () => {
  const who = await person();
  const sync = () => syncGuardedKubeconfig(who.paths, who.env, who.home);
  const first = await sync();
  const text = readFileSync(who.paths.kubeconfig, 'utf8');
  assert.equal((await sync()).changed, false);
  writeFileSync(
    who.config,
    THEIRS.replace(/- \{name: test, context.*\n/, '').replace(
      'cluster: prod, user: aiko}}\n',
      'cluster: prod, user: aiko}}\n- {name: new, context: {cluster: test, user: aiko}}\n',
    ),
  );
  const second = await sync();
  assert.equal(second.changed, true);
  const names = loadOurs(who.paths);
  assert.deepEqual(names.sort(), [EKS, 'new', 'prod'].sort());
  assert.equal(second.identity.tokens.prod, first.identity.tokens.prod);
  writeFileSync(who.config, THEIRS);
  await sync();
  assert.equal(readFileSync(who.paths.kubeconfig, 'utf8'), text);
});

function loadOurs(paths: Paths): string[] {
  return [...readFileSync(paths.kubeconfig, 'utf8').matchAll(/^ {2}- name: (\S+)\n {4}context:/gm)].map(
    (m) => m[1] ?? '',
  );
}

test('kubectl config, with ours first: what it writes works on, survives, and never reaches the person’s file', async (t) => {
  if (!kubectlPath) return t.skip('the packed kubectl does not run on this machine');
  const who = await person();
  const sync = () => syncGuardedKubeconfig(who.paths, who.env, who.home);
  await sync();
  kubectl(who, 'config', 'use-context', 'test');
  kubectl(who, 'config', 'set-context', '--current', '--namespace', 'chosen');
  kubectl(who, 'config', 'set-context', 'prod', '--namespace', 'other');
  await sync();
  assert.equal(kubectl(who, 'config', 'current-context'), 'test');
  assert.equal(view(who, '--minify').contexts[0].context.namespace, 'chosen');
  assert.equal(view(who, '--minify', '--context', 'prod').contexts[0].context.namespace, 'other');
  assert.equal((await sync()).changed, false);
  // A later change of the person's own wins again.
  writeFileSync(who.config, THEIRS.replace('namespace: shop', 'namespace: moved'));
  await sync();
  assert.equal(view(who, '--minify', '--context', 'prod').contexts[0].context.namespace, 'moved');
  assert.equal(view(who, '--minify', '--context', 'test').contexts[0].context.namespace, 'chosen');
  writeFileSync(who.config, THEIRS);

  // Removed from ours, it would show through from the person's file, unguarded: it comes back.
  kubectl(who, 'config', 'delete-context', 'prod');
  await sync();
  assert.equal(view(who, '--minify', '--context', 'prod').clusters[0].name, 'toolcrib:prod');
  // An alias of a guarded context stays guarded.
  kubectl(who, 'config', 'rename-context', 'test', 'nickname');
  await sync();
  assert.equal(view(who, '--minify', '--context', 'nickname').clusters[0].name, 'toolcrib:test');
  assert.equal(kubectl(who, 'config', 'current-context'), 'nickname');
  assert.equal(who.hash(), who.begin);
});

test('what a cloud command line adds is guarded from then on, and kept', async (t) => {
  if (!kubectlPath) return t.skip('the packed kubectl does not run on this machine');
  const who = await person();
  const sync = () => syncGuardedKubeconfig(who.paths, who.env, who.home);
  await sync();
  // The same calls that cloud command lines make; with ours first, they land in ours.
  kubectl(who, 'config', 'set-cluster', 'cloud', '--server', 'https://cloud.example');
  kubectl(who, 'config', 'set-credentials', 'cloud', '--token', 'cloud-secret');
  kubectl(who, 'config', 'set-context', 'cloud', '--cluster', 'cloud', '--user', 'cloud');
  kubectl(who, 'config', 'use-context', 'cloud');
  const { adopted, person: now } = await sync();
  assert.deepEqual(adopted, ['cloud']);
  assert.equal(now.context('cloud').cluster.server, 'https://cloud.example');
  assert.equal(view(who, '--minify').clusters[0].name, 'toolcrib:cloud');
  assert.doesNotMatch(readFileSync(who.paths.kubeconfig, 'utf8'), /cloud-secret|cloud\.example/);
  assert.equal(statSync(who.paths.added).mode & 0o777, 0o600);
  // A second one, and the first renewed.
  kubectl(who, 'config', 'set-cluster', 'second', '--server', 'https://second.example');
  kubectl(who, 'config', 'set-context', 'second', '--cluster', 'second');
  kubectl(who, 'config', 'set-credentials', 'cloud', '--token', 'renewed');
  const again = await sync();
  assert.equal(again.person.context('cloud').user.token, 'renewed');
  assert.ok(again.person.contextNames.includes('second'));
  assert.equal(who.hash(), who.begin);
});

test('a broken file of ours is put aside and written anew', async () => {
  const who = await person();
  await syncGuardedKubeconfig(who.paths, who.env, who.home);
  const text = readFileSync(who.paths.kubeconfig, 'utf8');
  appendFileSync(who.paths.kubeconfig, '\n]broken');
  // Another program may be in the middle of writing it.
  assert.equal((await syncGuardedKubeconfig(who.paths, who.env, who.home)).busy, true);
  assert.match(readFileSync(who.paths.kubeconfig, 'utf8'), /\]broken/);
  utimesSync(who.paths.kubeconfig, 0, Date.now() / 1000 - 60);
  await syncGuardedKubeconfig(who.paths, who.env, who.home);
  assert.equal(readFileSync(who.paths.kubeconfig, 'utf8'), text);
  assert.match(readFileSync(`${who.paths.kubeconfig}.broken`, 'utf8'), /\]broken/);
});

test('a change of the person’s file is noticed', async () => {
  const who = await person();
  let stop = () => {};
  const seen = new Promise<void>((resolve) => {
    stop = watchFiles([who.config, join(who.home, 'absent')], resolve, 20);
  });
  let touched = false;
  const touch = setTimeout(() => {
    touched = true;
    appendFileSync(who.config, '\n');
  }, 60);
  const alive = setTimeout(() => undefined, 5_000);
  await seen;
  clearTimeout(alive);
  clearTimeout(touch);
  stop();
  assert.ok(touched, 'it called before anything had changed');
});

test('what changes between a reading and the watch that follows is told apart', () => {
  const file = join(mkdtempSync(join(root, 'stamps-')), 'file');
  const files = [file, join(root, 'absent')];
  const seen = new Set([stampsOf(files)]);
  for (const [at, change] of [
    () => writeFileSync(file, 'one'),
    () => writeFileSync(file, 'one more'),
    () => rmSync(file),
  ].entries()) {
    change();
    assert.equal(stampsOf(files), stampsOf(files));
    seen.add(stampsOf(files));
    assert.equal(seen.size, Math.min(at + 2, 3));
  }
});
