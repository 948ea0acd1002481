import assert from 'node:assert/strict';
import { Agent, request } from 'node:https';
import { Random } from '@toolcrib/guard/testing/random.ts';
import type { KubeObject } from '@toolcrib/kube';
import type { Act, RequestRecord } from '@toolcrib/model';
import { type Pool, poolOf } from './kills-pool.ts';
import { type Arrived, type RecordingCluster, startRecordingCluster } from './recording-cluster.ts';
import { type GuardHome, guardHome, pause, type RunningGuard } from './running-guard.ts';

let cluster: RecordingCluster;

/** So many of a hundred are to fall between keep and forward; where chance gave fewer, more follow, up to twice as many. */
const BETWEEN = 20;
/** So many kills of a lane are tried for that, however few were asked for. */
const AT_LEAST = 20;
const CLIENTS = 8;
/** A kill falls at most so many milliseconds after the answer it waits for, which is at most so many answers away. */
const LATEST_KILL = 120;
const ANSWERS = 8;
const LATENCY = 25;
/** What was on its way is settled so soon (seconds, and a quarter): whatever was sent has arrived long before. */
const REQUEST_TIMEOUT = 2;

export interface Kills {
  kills: number;
  /** DELETEs that arrived. */
  arrived: number;
  /** Kills with something kept and never sent. */
  between: number;
}

/**
 * Kills guards again and again, each time in the midst of deletes. What went out had been kept, pinned and whole; at the end
 * the journal says of each request what the cluster's own record says.
 * @param count of kills, even
 * @throws AssertionError at the first that does not hold
 */
export async function killGuards(
  count: number,
  seed: number,
  progress: (line: string) => void = () => undefined,
): Promise<Kills> {
  cluster = await startRecordingCluster(LATENCY);
  try {
    // Two guards side by side, each with a state folder, a namespace and random numbers of its own.
    const lanes = await Promise.all(
      [0, 1].map((index) => lane(`lane-${index}`, count / 2, new Random(seed + index), progress)),
    );
    const all = lanes.flatMap((one) => one.kills);
    const between = all.filter((kill) => kill.keptAndNeverSent > 0).length;
    const arrived = all.reduce((sum, kill) => sum + kill.arrived, 0);
    assert.ok(all.length >= count);
    assert.ok(arrived >= count, 'there was something to lose');
    const wanted = wantedBetween(count);
    assert.ok(between >= wanted, `only ${between} of ${all.length} kills fell between keep and forward`);
    return { kills: all.length, arrived, between };
  } finally {
    await cluster.close();
  }
}

const wantedBetween = (kills: number): number => Math.floor((kills * BETWEEN) / 100);

const POLICY = `{apiVersion: toolcrib.dev/v1alpha1, kind: GuardPolicy, spec: {clusters: [{context: sandbox, mode: observe, requestTimeoutSeconds: ${REQUEST_TIMEOUT}}]}}`;

interface Kill {
  /** DELETEs of this round that the cluster got. */
  arrived: number;
  keptAndNeverSent: number;
}

/** Kills one guard again and again, each time in the midst of deletes, and compares its journal with the cluster's record. */
async function lane(
  namespace: string,
  kills: number,
  numbers: Random,
  progress: (line: string) => void,
): Promise<{ kills: Kill[] }> {
  const home = guardHome(cluster.kubeconfig, POLICY);
  try {
    await cluster.create('/api/v1/namespaces', [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    ]);
    // No controllers run there, and without it no Pod is admitted.
    await cluster.create(`/api/v1/namespaces/${namespace}/serviceaccounts`, [
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } },
    ]);
    const pool = poolOf(cluster, namespace);
    const done: Kill[] = [];
    const known = new Set<string>();
    // Once to its end: what was compiled is stored then, and makes the starts to come cheaper.
    await (await home.start()).stop();
    const between = () => done.filter((kill) => kill.keptAndNeverSent > 0).length;
    // Of few kills too, one at least has to fall there, or the end of this shows nothing.
    const wanted = Math.max(1, wantedBetween(2 * kills) / 2);
    const more = () => between() < wanted && done.length < Math.max(2 * kills, AT_LEAST);
    while (done.length < kills || more()) {
      await pool.fill(60);
      const guard = await home.start();
      await deletesUntilKilled(guard, pool, {
        answers: Math.ceil(numbers.next() * ANSWERS),
        ms: numbers.next() * LATEST_KILL,
      });
      const arrived = (await cluster.record()).filter(({ path }) => path.includes(`/${namespace}/`));
      const keptAndNeverSent = await compare(home, arrived, pool.owned);
      const news = arrived.filter(({ uid = '' }) => !known.has(uid));
      for (const { uid = '' } of news) known.add(uid);
      done.push({ arrived: news.length, keptAndNeverSent });
      if (done.length % 25 === 0) progress(`${namespace}: ${done.length} kills`);
    }
    await saysWhatBecame(home, namespace);
    return { kills: done };
  } finally {
    home.remove();
  }
}

/**
 * Each DELETE that arrived: pinned, and what it hit, with what that owned, is in the journal as it stood. Returns how
 * many were kept and never arrived.
 */
async function compare(
  home: GuardHome,
  arrived: Arrived[],
  owned: ReadonlyMap<string, KubeObject>,
): Promise<number> {
  const journal = home.journal();
  try {
    const requests = await everyRequest(journal.acts.bind(journal), journal.requests.bind(journal));
    for (const { path, uid, object } of arrived) {
      assert.ok(uid, `${path} went out without the UID`);
      const record = requests.find((one) => one.targetUids.includes(uid) && one.snapshotId !== undefined);
      assert.ok(record?.snapshotId, `${path} (${uid}) went out and is not in the journal`);
      const snapshot = await journal.snapshot(record.snapshotId);
      const kept = new Map(snapshot?.objects.map((one) => [one.metadata.uid, one]));
      assert.deepEqual(kept.get(uid), object, `${path} was kept as something else`);
      const dependent = owned.get(uid);
      if (dependent)
        assert.deepEqual(
          kept.get(dependent.metadata.uid),
          dependent,
          `${path} was kept without what it owned`,
        );
    }
    const sent = new Set(arrived.map(({ uid }) => uid));
    return requests.filter(
      ({ state, targetUids }) => state === 'kept' && !targetUids.some((uid) => sent.has(uid)),
    ).length;
  } finally {
    await journal.close();
  }
}

/** After a last restart nothing is open, and what the journal says agrees with what the cluster got. */
async function saysWhatBecame(home: GuardHome, namespace: string): Promise<void> {
  const guard = await home.start();
  try {
    for (let i = 0; (await guard.api.status()).unsettled !== 0; i++) {
      assert.ok(i < 200, 'something stays unsettled');
      await pause(100);
    }
  } finally {
    await guard.stop();
  }
  const sent = new Set(
    (await cluster.record()).filter(({ path }) => path.includes(`/${namespace}/`)).map(({ uid }) => uid),
  );
  const journal = home.journal();
  try {
    const requests = await everyRequest(journal.acts.bind(journal), journal.requests.bind(journal));
    const became = { answered: true, 'carried-out': true, 'not-carried-out': false } as Record<
      string,
      boolean
    >;
    const counts: Record<string, number> = {};
    for (const { id, state, targetUids } of requests) {
      counts[state] = (counts[state] ?? 0) + 1;
      assert.ok(state in became, `${id} is ${state} after a restart`);
      assert.equal(
        targetUids.some((uid) => sent.has(uid)),
        became[state],
        `the journal says of ${id} that it was ${state}`,
      );
    }
    assert.ok((counts['not-carried-out'] ?? 0) > 0, JSON.stringify(counts));
    const uids = new Set(requests.flatMap(({ targetUids }) => targetUids));
    for (const uid of sent) assert.ok(uids.has(uid ?? ''), `${uid} was sent and is not in the journal`);
  } finally {
    await journal.close();
  }
}

async function everyRequest(
  acts: (query: { limit: number }) => Promise<Act[]>,
  requests: (query: { actId: string }) => Promise<RequestRecord[]>,
): Promise<RequestRecord[]> {
  const lists: RequestRecord[][] = [];
  for (const { id } of await acts({ limit: 100_000 })) lists.push(await requests({ actId: id }));
  return lists.flat();
}

/** Several clients delete one object after another, each as a program of its own, until the guard is gone. */
async function deletesUntilKilled(
  guard: RunningGuard,
  pool: Pool,
  when: { answers: number; ms: number },
): Promise<void> {
  const agent = new Agent({ keepAlive: true });
  let answers = 0;
  let enough: () => void = () => undefined;
  const due = new Promise<void>((resolve) => {
    enough = resolve;
  });
  const client = async () => {
    for (let path = pool.take(); path !== undefined; path = pool.take()) {
      if (!(await sends(guard, agent, path))) return;
      if (++answers === when.answers) enough();
    }
  };
  const clients = Promise.all(Array.from({ length: CLIENTS }, client));
  // By answers and not by the clock alone: on a slow machine, too, the kill falls in the midst of the deletes.
  await Promise.race([due, clients]);
  await pause(when.ms);
  await guard.kill();
  await clients;
  agent.destroy();
}

/** @returns false once the guard is gone */
function sends(guard: RunningGuard, agent: Agent, path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const headers = {
      authorization: `Bearer ${guard.token('sandbox')}`,
      'user-agent': `client-${path.split('/').pop()}/1.0`,
    };
    const to = { host: '127.0.0.1', servername: 'localhost', port: guard.port, ca: guard.ca, agent };
    const call = request({ ...to, method: 'DELETE', path, headers }, (response) => {
      response.resume();
      response.on('end', () => resolve(true));
      response.on('error', () => resolve(false));
    });
    call.on('error', () => resolve(false));
    call.end();
  });
}
