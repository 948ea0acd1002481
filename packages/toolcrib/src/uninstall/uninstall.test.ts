import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { anAct, aRequest, aSnapshot, aSoften } from '@toolcrib/guard/journal/testing/records.ts';
import { realClients } from '@toolcrib/sandbox';
import { becomeGuard } from '../laptop/daemon.ts';
import { offScript } from '../laptop/off.ts';
import { turnOn } from '../laptop/on.ts';
import { planUninstall } from './plan.ts';
import { aHome, aJournal, fingerprints, holdingsOf } from './testing/home.ts';
import { uninstall } from './uninstall.ts';

test('on, use, off, uninstall: every file of the person’s own has its old hash, and nothing of ours is left', async () => {
  const { home, paths, env, here } = aHome();
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

  const plan = await uninstall(here, holdingsOf(paths), false);
  assert.deepEqual(plan?.keeps, []);
  assert.deepEqual(
    plan?.stays.map((item) => item.path),
    [paths.policy],
  );
  assert.deepEqual(fingerprints(home), before);
  assert.equal(existsSync(paths.state), false);
});

test('what is told as removed is what was shown, also what the guard takes away itself as it ends', async () => {
  const { home, paths, env, here } = aHome();
  await turnOn(paths, env, 'bash', home);
  for (const path of [paths.pid, paths.socket]) writeFileSync(path, '');
  const { removes: shown } = await planUninstall(paths, holdingsOf(paths), false);
  const plan = await uninstall(here, holdingsOf(paths), false);
  assert.ok(shown.includes(paths.pid) && shown.includes(paths.socket));
  assert.deepEqual(plan?.removes.toSorted(), shown.toSorted());
});

test('snapshots and unfinished acts are kept and named, until they are purged', async () => {
  const { home, paths, env, here } = aHome();
  await turnOn(paths, env, 'bash', home);
  const journal = await aJournal(paths);
  await journal.keep(aSnapshot(), aRequest());
  await journal.saveSoften(aSoften({ state: 'softened' }));
  await journal.close();
  const plan = await uninstall(here, holdingsOf(paths), false);
  assert.match(plan?.keeps.join('\n') ?? '', /1 softened act not finished.*\n1 snapshot of deleted objects/);
  assert.ok(plan?.stays.some((item) => item.path === paths.journal));
  assert.equal(existsSync(paths.kubeconfig), false);
  const again = await aJournal(paths);
  assert.deepEqual((await again.snapshotsOf('act-000001')).length, 1, 'its key went');
  await again.close();
  await uninstall(here, holdingsOf(paths), true);
  assert.equal(existsSync(paths.state), false);
});
