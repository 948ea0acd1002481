import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { parse, stringify } from 'yaml';
import { rememberRun } from '../cage/runs.ts';
import { turnOn } from '../laptop/on.ts';
import { addedReasons, foreignReasons, rescueAll } from './foreign.ts';
import { planUninstall } from './plan.ts';
import { aHome, CONFIG, fingerprints, holdingsOf } from './testing/home.ts';
import { uninstall } from './uninstall.ts';

test('contexts that other programs added to our file are kept and named', async () => {
  const { home, paths, env, here } = aHome();
  await turnOn(paths, env, 'bash', home);
  writeFileSync(paths.added, CONFIG.replaceAll('prod', 'cloud'));
  const plan = await uninstall(here, holdingsOf(paths), false);
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
  const { home, paths, env, here } = aHome();
  const { kubeconfig } = await turnOn(paths, env, 'bash', home);
  const run = rememberRun(paths.runs, 'run-0123456789ab', join(paths.addedTo, '01234567'));
  writeFileSync(join(run, 'kubeconfig'), readFileSync(kubeconfig));
  foreign(kubeconfig, 'cloud');
  foreign(paths.kubeconfig, 'desktop');
  foreign(join(run, 'kubeconfig'), 'tool');
  writeFileSync(`${paths.kubeconfig}.broken`, '] secret of broken');
  writeFileSync(`${kubeconfig}.broken`, '] secret of other');
  const before = fingerprints(paths.state);
  const shown = await planUninstall(paths, holdingsOf(paths), false);
  assert.deepEqual(fingerprints(paths.state), before, 'it only looks');
  for (const name of ['cloud', 'desktop', 'tool', 'broken'])
    assert.match(shown.keeps.join(), new RegExp(name));
  assert.ok(shown.stays.some(({ path }) => path === paths.addedTo));
  const done = await uninstall(here, holdingsOf(paths), false);
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
  await uninstall(here, holdingsOf(paths), true);
  assert.equal(existsSync(paths.state), false);
});

test('a file without anything of others’ is no reason; one of clusters and users alone names those', async () => {
  const { paths } = aHome();
  mkdirSync(paths.state, { recursive: true });
  assert.deepEqual(addedReasons(paths, []), []);
  writeFileSync(paths.added, 'apiVersion: v1\nkind: Config\ncontexts: []\n');
  assert.deepEqual(addedReasons(paths, []), []);
  writeFileSync(
    paths.added,
    JSON.stringify({
      clusters: [{ name: 'c', cluster: {} }],
      users: [
        { name: 'u', user: {} },
        { name: 'c', user: {} },
      ],
    }),
  );
  assert.match(addedReasons(paths, []).join(), /: c, u \(/);
  writeFileSync(paths.added, '] no file');
  assert.deepEqual(addedReasons(paths, ['/put/aside']), [
    `${paths.added} can't be read`,
    // It is not there, so nobody can lose it.
  ]);
  assert.deepEqual(foreignReasons(paths), []);
});

test('each file that can’t be read is a reason, named by its path; of contexts only they are named', () => {
  const { paths } = aHome();
  mkdirSync(paths.addedTo, { recursive: true });
  writeFileSync(paths.kubeconfig, '] no file');
  writeFileSync(`${paths.kubeconfig}.broken`, '] no file');
  assert.deepEqual(foreignReasons(paths), [
    `${paths.kubeconfig}.broken can't be read`,
    `${paths.kubeconfig} can't be read`,
  ]);
  const other = join(paths.addedTo, '01234567');
  const one = { contexts: [{ name: 'cloud', context: {} }], clusters: [{ name: 'its', cluster: {} }] };
  writeFileSync(other, JSON.stringify(one));
  assert.deepEqual(addedReasons(paths, []), [
    `contexts that other programs added while toolcrib was on: cloud (${other})`,
  ]);
});

test('what was written into a file of which nobody knows any more whose it was is kept with all else', () => {
  const { paths, home } = aHome();
  for (const folder of [join(paths.terminals, '01234567'), join(paths.runs, 'run-0123456789ab')]) {
    mkdirSync(folder, { recursive: true });
    const name = basename(folder);
    const file = {
      clusters: [{ name, cluster: { server: `https://${name}.example` } }],
      users: [{ name, user: { token: `secret of ${name}` } }],
      contexts: [{ name, context: { cluster: name, user: name } }],
    };
    writeFileSync(join(folder, 'kubeconfig'), JSON.stringify(file));
  }
  rescueAll(paths, home);
  const kept = readFileSync(paths.added, 'utf8');
  for (const name of ['01234567', 'run-0123456789ab']) assert.match(kept, new RegExp(`secret of ${name}`));
});
