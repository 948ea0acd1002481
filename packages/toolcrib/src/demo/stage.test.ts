import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { readKubeconfig } from '@toolcrib/guard/cluster';
import { setStage } from './stage.ts';

// The guard's part, and what an interruption leaves of it, stand in demo.test.ts.

/** Whether a process is there. */
function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('a stage is one folder with a policy that lets nothing pass unasked, and nothing else of the person’s', async () => {
  const stage = setStage(10);
  assert.equal(dirname(stage.folder), tmpdir());
  const { TOOLCRIB_HOME: home = '', KUBECONFIG } = stage.env;
  for (const path of [home, stage.direct, stage.guarded, stage.examples])
    assert.equal(dirname(path), stage.folder);
  assert.equal(KUBECONFIG, stage.direct);
  assert.equal(statSync(home).mode & 0o777, 0o700);
  assert.match(readFileSync(join(home, 'guard.yaml'), 'utf8'), /\{context: prod, mode: enforce\}/);
  assert.deepEqual(readdirSync(stage.folder), ['home'], 'nothing runs yet');
  await stage.strike();
  assert.equal(existsSync(stage.folder), false);
  await assert.rejects(stage.startCluster(), /the demo was stopped/);
  assert.equal(existsSync(stage.folder), false);
});

test('the cluster comes up with a kubeconfig of its own; how to end it is said, and struck it is gone', async () => {
  const stage = setStage(10);
  let end = '';
  try {
    await stage.startCluster();
    for (const name of ['kafka.yaml', 'shop.yaml'])
      assert.equal(
        readFileSync(join(stage.examples, name), 'utf8'),
        readFileSync(join(import.meta.dirname, '../../../../examples', name), 'utf8'),
      );
    assert.equal(readKubeconfig(stage.direct)?.currentContext, 'prod');
    end = stage.leave();
    const [, pid] = /^kill (\d+); sleep 2; rm -r (?:.+)$/.exec(end) ?? [];
    assert.ok(end.endsWith(`rm -r ${stage.folder}`), end);
    assert.equal(readFileSync(join(stage.folder, 'cluster.pid'), 'utf8'), `${pid}\n`);
    assert.equal(lives(Number(pid)), true);
  } finally {
    await stage.strike();
  }
  assert.equal(lives(Number(/\d+/.exec(end)?.[0])), false);
  assert.equal(existsSync(stage.folder), false);
});

test('a cluster that does not come up is told with its own last words', async () => {
  const stage = setStage(Number.NaN);
  try {
    await assert.rejects(stage.startCluster(), {
      code: 'missing-part',
      message: /could not be started: .*pod-start/,
    });
  } finally {
    await stage.strike();
  }
});
