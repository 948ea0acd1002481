import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { until } from '@toolcrib/guard/testing/target.ts';
import { type RunningSandbox, startSandbox } from '@toolcrib/sandbox';
import { parse, stringify } from 'yaml';
import { longRun } from '../testing/long-run.ts';
import { type GuardHome, guardHome, type RunningGuard } from '../testing/running-guard.ts';

// Two terminals whose `prod` is the same cluster, and a run in the second. Then the first one's file is changed, and its
// `prod` is another cluster: the run means what it meant, or nothing.

let clusters: RunningSandbox[];
/** Of each, once: it has new credentials each time. */
let kubeconfigs: string[];
let home: GuardHome;
let guard: RunningGuard;
let second: string;

/** `prod` as asked for, and `calm`, which stays. */
function file(prod: number): string {
  const [a, b] = kubeconfigs.map((text) => parse(text));
  const own = prod === 0 ? a : b;
  const named = (name: string, { clusters: [cluster], users: [user] }: typeof a) => ({
    clusters: [{ name, cluster: cluster.cluster }],
    users: [{ name, user: user.user }],
    contexts: [{ name, context: { cluster: name, user: name } }],
  });
  const [one, two] = [named('prod', own), named('calm', a)];
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [...one.clusters, ...two.clusters],
    users: [...one.users, ...two.users],
    contexts: [...one.contexts, ...two.contexts],
    'current-context': 'prod',
  });
}

before(async () => {
  clusters = await Promise.all(
    ['a', 'b'].map((name) => startSandbox({ name, controllers: false, podStartMs: 20 })),
  );
  kubeconfigs = clusters.map((one) => one.kubeconfig());
});
after(async () => {
  for (const cluster of clusters ?? []) await cluster.close();
});

/** Which cluster a token leads to by now: the UID of a namespace tells it. */
function leadsTo(token: string): Promise<{ status: number; uid?: string }> {
  return new Promise((resolve) => {
    const call = request(
      {
        host: '127.0.0.1',
        servername: 'localhost',
        port: guard.port,
        path: '/api/v1/namespaces/kube-system',
        ca: guard.ca,
        headers: { authorization: `Bearer ${token}` },
        agent: false,
      },
      (response) => {
        let text = '';
        response.on('data', (part) => {
          text += part;
        });
        response.on('error', () => resolve({ status: 0 }));
        response.on('end', () => {
          const status = response.statusCode ?? 0;
          resolve({ status, uid: status === 200 ? JSON.parse(text).metadata.uid : undefined });
        });
      },
    );
    // A connection may be cut at the moment its token ends.
    call.on('error', () => resolve({ status: 0 }));
    call.end();
  });
}

const end = async (run: Awaited<ReturnType<typeof longRun>>): Promise<void> => {
  process.kill(run.tool, 'SIGTERM');
  await until('it has ended', async () => run.child.exitCode !== null || run.child.signalCode !== null);
};

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
    await end(first);
    const run = await longRun(home, `run-${meanwhile}`, { KUBECONFIG: second });
    t.after(() => end(run));
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
