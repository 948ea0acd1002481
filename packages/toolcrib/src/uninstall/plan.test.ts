import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { turnOn } from '../laptop/on.ts';
import { planUninstall } from './plan.ts';
import { aHome, aJournal, holdingsOf } from './testing/home.ts';

test('a journal that can’t be read is kept: it may hold what is needed', async () => {
  const { paths } = aHome();
  await (await aJournal(paths)).close();
  for (const spoil of [
    () => writeFileSync(join(paths.journal, 'key'), `${Buffer.alloc(32).toString('base64')}\n`),
    () => writeFileSync(join(paths.journal, 'journal.db'), 'no database'.repeat(1000)),
  ]) {
    spoil();
    const plan = await planUninstall(paths, holdingsOf(paths), false);
    assert.match(plan.keeps.join(), /can't be read/);
    assert.deepEqual(
      plan.removes.filter((path) => path.startsWith(paths.journal)),
      [],
    );
  }
});

const lost = async () => ({ snapshots: 2, unfinished: 1 });
const none = async () => ({ snapshots: 0, unfinished: 0 });

/** A journal file is there; what is in it is said by whom it is opened. */
function aState() {
  const { paths } = aHome();
  mkdirSync(paths.journal, { recursive: true });
  writeFileSync(join(paths.journal, 'journal.db'), '');
  return paths;
}

test('what would be lost is named and stays, with its file; a purge takes it all the same', async () => {
  const paths = aState();
  const plan = await planUninstall(paths, lost, false);
  const why = '1 softened act not finished: see toolcrib log; 2 snapshots of deleted objects, for undo';
  assert.equal(plan.keeps.join('; '), why);
  assert.deepEqual(plan.stays, [
    { path: paths.journal, why },
    { path: paths.policy, why: 'you have written it' },
  ]);
  assert.ok(!plan.removes.includes(paths.journal));
  const purged = await planUninstall(paths, lost, true);
  assert.ok(purged.removes.includes(paths.journal));
  assert.deepEqual(
    purged.stays.map(({ path }) => path),
    [paths.policy],
  );
});

test('a journal of which nothing is needed goes; where there is none nobody is asked', async () => {
  const paths = aState();
  const plan = await planUninstall(paths, none, false);
  assert.deepEqual([plan.keeps, plan.removes.includes(paths.journal)], [[], true]);
  const { paths: empty } = aHome();
  const nothing = await planUninstall(empty, () => assert.fail('there is no journal'), false);
  assert.deepEqual([nothing.keeps, nothing.removes], [[], []]);
});

test('it lists what is there, and changes nothing', async () => {
  const { home, paths, env } = aHome();
  await turnOn(paths, env, 'bash', home);
  const { removes } = await planUninstall(paths, none, false);
  assert.ok(removes.includes(paths.kubeconfig) && removes.includes(paths.door));
  for (const path of removes) assert.ok(existsSync(path), path);
  assert.ok(!removes.includes(paths.pid), 'no guard ran');
});

test('one thing that would be lost is enough to keep all, and is told as one', async () => {
  const paths = aState();
  for (const [held, why] of [
    [{ snapshots: 1, unfinished: 0 }, '1 snapshot of deleted objects, for undo'],
    [{ snapshots: 0, unfinished: 1 }, '1 softened act not finished: see toolcrib log'],
  ] as const) {
    const { keeps, stays } = await planUninstall(paths, async () => held, false);
    assert.deepEqual([keeps, stays[0]], [[why], { path: paths.journal, why }]);
  }
});

test('where others’ contexts are moved to stays, once, also before it is there; not where all is purged', async () => {
  const { paths } = aHome();
  mkdirSync(paths.state, { recursive: true });
  writeFileSync(paths.kubeconfig, JSON.stringify({ contexts: [{ name: 'cloud', context: {} }] }));
  const kept = async (purge: boolean) =>
    (await planUninstall(paths, none, purge)).stays
      .map(({ path }) => path)
      .filter((path) => path === paths.addedTo);
  assert.deepEqual([await kept(false), await kept(true)], [[paths.addedTo], []]);
  mkdirSync(paths.addedTo);
  assert.deepEqual([await kept(false), await kept(true)], [[paths.addedTo], []]);
});
