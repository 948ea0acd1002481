import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { loadKey, openJournal } from '@toolcrib/guard/journal';
import { anAct, aRequest, aSnapshot, aSoften } from '@toolcrib/guard/journal/testing/records.ts';
import { realClients } from '@toolcrib/sandbox';
import { parse, stringify } from 'yaml';
import { rememberRun } from '../cage/runs.ts';
import { becomeGuard } from '../laptop/daemon.ts';
import { offScript } from '../laptop/off.ts';
import { turnOn } from '../laptop/on.ts';
import { pathsOf } from '../laptop/paths.ts';
import { planUninstall, uninstall } from './uninstall.ts';

const root = mkdtempSync(join(tmpdir(), 'toolcrib-uninstall-'));
after(() => rmSync(root, { recursive: true }));
const clock = { now: () => Date.now(), after: () => () => undefined };
const yes = { agreed: async () => true };

const CONFIG = `apiVersion: v1
kind: Config
current-context: prod
clusters: [{name: prod, cluster: {server: "https://prod.example"}}]
users: [{name: aiko, user: {token: secret}}]
contexts: [{name: prod, context: {cluster: prod, user: aiko}}]
`;

/** A home with files of the person's own, some of them where toolcrib's stand too. */
function aHome() {
  const home = mkdtempSync(join(root, 'home-'));
  const own: Record<string, string> = {
    '.kube/config': CONFIG,
    '.kube/cache/discovery': 'cache',
    '.kube/project.yaml': CONFIG.replaceAll('prod', 'project'),
    '.config/toolcrib/guard.yaml': 'apiVersion: toolcrib.dev/v1alpha1\n',
    '.local/state/other/file': 'other',
    '.bashrc': 'eval "$(toolcrib on)"\n',
  };
  for (const [path, text] of Object.entries(own)) {
    mkdirSync(join(home, path, '..'), { recursive: true });
    writeFileSync(join(home, path), text);
  }
  return { home, paths: pathsOf({}, home), env: { HOME: home, PATH: process.env.PATH } };
}

/** Each file below a folder, with hash, mode and time of its last change. */
function fingerprints(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return Object.fromEntries(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const { mode, mtimeMs } = statSync(path);
      return [path, `${createHash('sha256').update(readFileSync(path)).digest('hex')} ${mode} ${mtimeMs}`];
    }),
  );
}

async function aJournal(paths: ReturnType<typeof pathsOf>) {
  return openJournal({ folder: paths.journal, key: loadKey({ folder: paths.journal, env: {} }), clock });
}

test('on, use, off, uninstall: every file of the person’s own has its old hash, and nothing of ours is left', async () => {
  const { home, paths, env } = aHome();
  const before = fingerprints(home);
  await turnOn(paths, env, 'bash', home);
  await turnOn(paths, { ...env, KUBECONFIG: join(home, '.kube', 'project.yaml') }, 'fish', home);
  const on = { ...env, ...(await turnOn(paths, env, 'bash', home)).variables };
  const kubectl = (await realClients().catch(() => undefined))?.kubectl;
  const use = (...args: string[]) => kubectl && execFileSync(kubectl, args, { env: on, stdio: 'pipe' });
  use('config', 'use-context', 'prod');
  use('config', 'set-context', '--current', '--namespace', 'x');
  use('config', 'delete-context', 'prod');
  await turnOn(paths, on, 'bash', home);
  becomeGuard(paths)();
  const journal = await aJournal(paths);
  await journal.saveAct(anAct());
  await journal.close();
  assert.match(offScript(paths, on, 'bash', home), /unset KUBECONFIG/);
  for (const [path, print] of Object.entries(before)) assert.equal(fingerprints(home)[path], print, path);

  const plan = await uninstall(paths, env, yes);
  assert.deepEqual(plan?.keeps, []);
  assert.deepEqual(
    plan?.stays.map((item) => item.path),
    [paths.policy],
  );
  assert.deepEqual(fingerprints(home), before);
  assert.equal(existsSync(paths.state), false);
});

test('nothing is done where the person says no', async () => {
  const { home, paths, env } = aHome();
  await turnOn(paths, env, 'bash', home);
  const before = fingerprints(home);
  let shown: string[] = [];
  const agreed = async (plan: { removes: string[] }) => {
    shown = plan.removes;
    return false;
  };
  assert.equal(await uninstall(paths, env, { agreed }), undefined);
  assert.ok(shown.includes(paths.kubeconfig) && shown.includes(paths.door));
  assert.deepEqual(fingerprints(home), before);
});

test('what is told as removed is what was shown, also what the guard takes away itself as it ends', async () => {
  const { home, paths, env } = aHome();
  await turnOn(paths, env, 'bash', home);
  for (const path of [paths.pid, paths.socket]) writeFileSync(path, '');
  let shown: string[] = [];
  const plan = await uninstall(paths, env, {
    agreed: async ({ removes }) => {
      shown = removes;
      return true;
    },
  });
  assert.ok(shown.includes(paths.pid) && shown.includes(paths.socket));
  assert.deepEqual(plan?.removes.toSorted(), shown.toSorted());
});

test('snapshots and unfinished acts are kept and named, until they are purged', async () => {
  const { home, paths, env } = aHome();
  await turnOn(paths, env, 'bash', home);
  const journal = await aJournal(paths);
  await journal.keep(aSnapshot(), aRequest());
  await journal.saveSoften(aSoften({ state: 'softened' }));
  await journal.close();
  const plan = await uninstall(paths, env, yes);
  assert.match(plan?.keeps.join('\n') ?? '', /1 softened act not finished.*\n1 snapshot of deleted objects/);
  assert.ok(plan?.stays.some((item) => item.path === paths.journal));
  assert.equal(existsSync(paths.kubeconfig), false);
  const again = await aJournal(paths);
  assert.deepEqual((await again.snapshotsOf('act-000001')).length, 1, 'its key went');
  await again.close();
  await uninstall(paths, env, { ...yes, purge: true });
  assert.equal(existsSync(paths.state), false);
});

test('a journal that can’t be read is kept: it may hold what is needed', async () => {
  const { paths, env } = aHome();
  await (await aJournal(paths)).close();
  for (const spoil of [
    () => writeFileSync(join(paths.journal, 'key'), `${Buffer.alloc(32).toString('base64')}\n`),
    () => writeFileSync(join(paths.journal, 'journal.db'), 'no database'.repeat(1000)),
  ]) {
    spoil();
    const plan = await planUninstall(paths, env, false);
    assert.match(plan.keeps.join(), /can't be read/);
    assert.deepEqual(
      plan.removes.filter((path) => path.startsWith(paths.journal)),
      [],
    );
  }
});

test('contexts that other programs added to our file are kept and named', async () => {
  const { home, paths, env } = aHome();
  await turnOn(paths, env, 'bash', home);
  writeFileSync(paths.added, CONFIG.replaceAll('prod', 'cloud'));
  const plan = await uninstall(paths, env, yes);
  assert.match(plan?.keeps.join() ?? '', /cloud/);
  assert.ok(existsSync(paths.added));
});

test('what other programs wrote into our files, with no guard there to move it, is named and kept', async () => {
  const foreign = (path: string, name: string) => {
    const file = parse(readFileSync(path, 'utf8'));
    file.clusters.push({ name, cluster: { server: `https://${name}.example` } });
    file.users.push({ name, user: { token: `secret of ${name}` } });
    writeFileSync(path, stringify(file));
  };
  const { home, paths, env } = aHome();
  const { kubeconfig } = await turnOn(paths, env, 'bash', home);
  const run = rememberRun(paths.runs, 'run-0123456789ab', join(paths.addedTo, '01234567'));
  writeFileSync(join(run, 'kubeconfig'), readFileSync(kubeconfig));
  foreign(kubeconfig, 'cloud');
  foreign(paths.kubeconfig, 'desktop');
  foreign(join(run, 'kubeconfig'), 'tool');
  writeFileSync(`${paths.kubeconfig}.broken`, '] secret of broken');
  writeFileSync(`${kubeconfig}.broken`, '] secret of other');
  const before = fingerprints(paths.state);
  const shown = await planUninstall(paths, env, false);
  assert.deepEqual(fingerprints(paths.state), before, 'it only looks');
  for (const name of ['cloud', 'desktop', 'tool', 'broken'])
    assert.match(shown.keeps.join(), new RegExp(name));
  assert.ok(shown.stays.some(({ path }) => path === paths.addedTo));
  const done = await uninstall(paths, env, yes, home);
  const left = Object.keys(fingerprints(paths.state))
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n');
  for (const name of ['cloud', 'desktop', 'tool', 'broken', 'other'])
    assert.match(left, new RegExp(`secret of ${name}`));
  for (const path of [paths.added, paths.addedTo])
    assert.ok(
      done?.stays.some((item) => item.path === path),
      path,
    );
  assert.equal(existsSync(paths.terminals), false);
  await uninstall(paths, env, { ...yes, purge: true }, home);
  assert.equal(existsSync(paths.state), false);
});
