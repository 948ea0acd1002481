import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { until } from '@toolcrib/guard/testing/target.ts';
import { type RunningSandbox, startSandbox } from '@toolcrib/sandbox';
import { endOf, longRun } from '../testing/long-run.ts';
import { type GuardHome, guardHome, type RunningGuard } from '../testing/running-guard.ts';
import { type Arrival, keptClient, kubeconfigOver } from '../testing/several-clusters.ts';

// Two terminals whose `prod` is the same cluster, and a run in the second. Then the first one's file is changed, and its
// `prod` is another cluster: the run means what it meant, or nothing.

let clusters: RunningSandbox[];
/** Of each, once: it has new credentials each time. */
let kubeconfigs: string[];
let home: GuardHome;
let guard: RunningGuard;
let second: string;

/** `prod` as asked for, and `calm`, which stays. */
const file = (prod: number) => kubeconfigOver(kubeconfigs, { prod, calm: 0 });

before(async () => {
  clusters = await Promise.all(
    ['a', 'b'].map((name) => startSandbox({ name, controllers: false, podStartMs: 20 })),
  );
  kubeconfigs = clusters.map((one) => one.kubeconfig());
});
after(async () => {
  for (const cluster of clusters ?? []) await cluster.close();
});

/** Which cluster a token leads to by now, by a connection of its own. */
async function leadsTo(token: string): Promise<Arrival> {
  const client = keptClient(guard, token);
  return client.ask().finally(client.close);
}

for (const meanwhile of [false, true]) {
  test(`a run's token never comes to lead to another cluster, ${meanwhile ? 'also over a restart of the guard' : 'while the guard runs'}`, async (t) => {
    home = guardHome(file(0));
    t.after(() => home.remove());
    second = join(home.folder, 'second.kc');
    writeFileSync(second, file(0), { mode: 0o600 });
    guard = await home.start();
    t.after(() => guard.stop());
    // Both terminals' files are known, and mean the same.
    const first = await longRun(home, `first-${meanwhile}`);
    await endOf(first);
    const run = await longRun(home, `run-${meanwhile}`, { KUBECONFIG: second });
    t.after(() => endOf(run));
    const [prod, calm] = [run.tokenOf('prod'), run.tokenOf('calm')];
    assert.ok(prod && calm);
    const at = await leadsTo(prod);
    assert.equal(at.status, 200);
    assert.equal((await leadsTo(calm)).uid, at.uid);
    const seen: (string | undefined)[] = [];
    if (meanwhile) await guard.kill();
    writeFileSync(home.direct, file(1));
    if (meanwhile) {
      guard = await home.start();
      await until('the run is known again', async () => (await leadsTo(calm)).status === 200);
    }
    await until('its token is worth nothing', async () => {
      const now = await leadsTo(prod);
      seen.push(now.uid);
      return now.status === 401;
    });
    assert.deepEqual(
      seen.filter((uid) => uid !== undefined && uid !== at.uid),
      [],
      'it led to the other cluster',
    );
    assert.equal((await leadsTo(calm)).uid, at.uid, 'its other context goes on');
  });
}
