import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectCluster } from '@toolcrib/guard/cluster';
import { openDoor } from '@toolcrib/guard/door/door';
import { tokenTable } from '@toolcrib/guard/door/tokens';
import { openJournal } from '@toolcrib/guard/journal';
import type { Brain } from '@toolcrib/guard/request';
import { testCertificate } from '@toolcrib/guard/testing/door-certificate.ts';
import { targetOf } from '@toolcrib/guard/testing/kubeconfig-target.ts';
import type { ClusterTarget } from '@toolcrib/guard/testing/target.ts';
import { paths, put, seen, until } from '@toolcrib/guard/testing/target.ts';
import { openWay, policyOf } from '@toolcrib/guard/testing/way.ts';
import { podsOf, runDeployment, uidsOf } from '@toolcrib/guard/testing/workloads.ts';
import { undoAct } from '@toolcrib/guard/undo/act';
import { brain } from '@toolcrib/guard/way/brain';
import type { WayDeps } from '@toolcrib/guard/way/deps';
import { resumeSoftenings } from '@toolcrib/guard/way/resume';
import { settling } from '@toolcrib/guard/way/settling';
import { softenings } from '@toolcrib/guard/way/softenings';
import type { Clock, Cluster, Journal, RequestRecord } from '@toolcrib/model';
import { mayArriveMs, ToolcribError } from '@toolcrib/model';
import { startSandbox } from '@toolcrib/sandbox';
import { type Liar, type Lie, type Point, startLiar } from './liar.ts';

/** What is asked of the guard, and of which of its writes the upstream lies. */
export type Form =
  | { does: 'delete' | 'scale' | 'evict' | 'collection' }
  | { does: 'retain-first' | 'orphan-first'; nth: number };

export interface LieCase {
  form: Form;
  lie: Lie;
  point: Point;
  /** The lie looks like the API server's own Status. */
  honest: boolean;
  /** The guard dies in the moment in which the lie leaves. */
  killed: boolean;
}

export interface Stage {
  /** @throws AssertionError where the journal does not tell the truth in the end, or undo does not work */
  check(one: LieCase): Promise<void>;
  close(): Promise<void>;
}

const RULES = `[{name: ask, when: 'effect.resource in ["deployments", "persistentvolumeclaims"] && effect.verb == "delete"', then: hold}]`;
const POLICY = policyOf(RULES);
/** Silence of the cluster towards the guard itself; long enough that no busy machine is taken for it. Milliseconds. */
const SILENCE = 15_000;

/** Time that goes on by itself, and further when told so; timers run when their time has come. */
function movedClock(): Clock & { ahead(ms: number): Promise<void> } {
  let moved = 0;
  const timers = new Set<{ at: number; run(): void }>();
  const now = () => Date.now() + moved;
  return {
    now,
    after(delay, run) {
      const timer = { at: now() + delay, run };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    async ahead(ms) {
      moved += ms;
      for (const timer of [...timers]) {
        if (timer.at > now()) continue;
        timers.delete(timer);
        timer.run();
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    },
  };
}

/** One life of a guard; once dead it sends and writes nothing. */
interface Life {
  deps: WayDeps;
  thinking: ReturnType<typeof brain>;
  pass(): Promise<void>;
  dead: boolean;
}

export async function openStage(): Promise<Stage> {
  const sandbox = await startSandbox({ podStartMs: 5, nodes: 2 });
  const target = await targetOf({
    name: 'sandbox',
    admin: sandbox.kubeconfig(),
    person: (name) => sandbox.kubeconfig({ name }),
    close: () => sandbox.close(),
  });
  const liar = await startLiar(sandbox.kubeconfig());
  const through = connectCluster(liar.upstream, 'prod', { timeout: SILENCE });
  const tls = await testCertificate();
  const tokens = tokenTable();
  tokens.add('t'.repeat(43), { id: 't', context: 'prod', person: 'aiko' });
  /** By the name of the case, which is in each path. */
  const lives = new Map<string, () => Life>();
  const lifeOf = (path: string): Life => {
    const found = [...lives].find(([name]) => path.includes(name));
    assert.ok(found, path);
    return found[1]();
  };
  const byId = new Map<string, Life>();
  let ids = 0;
  const routed: Brain = {
    judge(asked) {
      const life = lifeOf(`${asked.path}?${asked.query}`);
      byId.set(asked.id, life);
      return life.thinking.judge(asked);
    },
    settled(id, outcome) {
      const life = byId.get(id);
      if (life && !life.dead) life.thinking.settled(id, outcome);
    },
    gone: (id) => byId.get(id)?.thinking.gone(id),
    left: () => undefined,
    noticed: () => undefined,
    watchesCreates: () => false,
  };
  const door = await openDoor({
    port: 0,
    tls,
    tokens,
    upstreamFor: async () => liar.upstream,
    brain: routed,
    requestId: () => `req-${++ids}`,
  });

  const send = (method: string, path: string, body?: object, type = 'application/json') =>
    new Promise<{ status: number; text: string }>((resolve, reject) => {
      const bytes = body === undefined ? undefined : JSON.stringify(body);
      const call = request(
        {
          host: '127.0.0.1',
          port: door.port,
          servername: 'localhost',
          ca: tls.cert,
          method,
          path,
          agent: false,
          headers: {
            authorization: `Bearer ${'t'.repeat(43)}`,
            'user-agent': `client-${path.split('/').pop()}`,
            ...(bytes === undefined
              ? {}
              : { 'content-type': type, 'content-length': Buffer.byteLength(bytes) }),
          },
        },
        (answer) => {
          let text = '';
          answer.on('data', (chunk) => {
            text += chunk;
          });
          answer.on('error', () => resolve({ status: answer.statusCode ?? 0, text }));
          answer.on('close', () => resolve({ status: answer.statusCode ?? 0, text }));
        },
      );
      call.on('error', reject);
      call.end(bytes);
    });

  let cases = 0;
  const tools = { target, liar, through, lives, send };
  return {
    check: (one) => checkCase(tools, `lc${++cases}x`, one),
    async close() {
      await door.close();
      await through.close();
      await liar.close();
      await target.close();
    },
  };
}

interface Tools {
  target: ClusterTarget;
  liar: Liar;
  through: Cluster;
  lives: Map<string, () => Life>;
  send(method: string, path: string, body?: object, type?: string): Promise<{ status: number; text: string }>;
}

/** The same, but whoever is dead gets no further. */
function mortal<T extends object>(real: T, life: { dead: boolean }): T {
  return new Proxy(real, {
    get(of, name) {
      const value = Reflect.get(of, name);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) =>
        life.dead
          ? new Promise(() => undefined)
          : Promise.resolve(Reflect.apply(value, of, args)).then((found) =>
              life.dead ? new Promise(() => undefined) : found,
            );
    },
  });
}

async function checkCase(tools: Tools, name: string, one: LieCase): Promise<void> {
  const { target, liar, through, lives, send } = tools;
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-lie-'));
  const clock = movedClock();
  const journal = openJournal({ folder, key: randomBytes(32), clock });
  const ways: ReturnType<typeof openWay>[] = [];
  const live = (): Life => {
    const life = { dead: false } as Life;
    const way = openWay(through, POLICY, () => mortal(journal, life));
    ways.push(way);
    const deps: WayDeps = {
      ...way.deps,
      clock,
      clusterFor: async () => mortal(through, life),
      softenings: softenings(),
      lookLater: () => settle.soon(),
    };
    const settle = settling(deps, clock.now());
    Object.assign(life, {
      deps,
      thinking: brain(deps),
      async pass() {
        await resumeSoftenings(deps);
        await settle.pass();
      },
    });
    return life;
  };
  await put(target, '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  await until(
    'its ServiceAccount',
    async () => seen(target, paths.core(name, 'serviceaccounts/default')),
    20_000,
  );
  const first = live();
  let now = first;
  lives.set(name, () => now);
  try {
    const thing = await prepare(target, name, one.form);
    const told = liar.lieAbout(thing.part, {
      ...one,
      nth: one.form.does === 'orphan-first' ? one.form.nth : one.form.does === 'collection' ? 2 : 1,
      onLie: () => {
        if (one.killed) first.dead = true;
      },
    });
    const answer = ask(send, () => now, thing, one).catch(() => undefined);
    await until('the lie', async () => told.times > 0, 80_000);
    if (one.killed) {
      await clock.ahead(500);
      now = live();
      await now.pass();
    } else await answered(answer, clock, one);
    await clock.ahead(3_000);
    await now.pass();
    await stillSafe(thing, one);
    await told.release();
    await thing.rest();
    await settledAtLast(now, journal, clock);
    const took = await thing.taken();
    await tellsTheTruth(journal, took, one);
    await undone({ journal, clock, target, thing, took, one });
  } finally {
    lives.delete(name);
    for (const way of ways) await way.close().catch(() => undefined);
    await target.https('DELETE', `/api/v1/namespaces/${name}`);
    rmSync(folder, { recursive: true, force: true });
  }
}

type Thing = Awaited<ReturnType<typeof prepare>>;

/** What stands before the act, and how to ask the cluster itself what became of it. */
async function prepare(target: ClusterTarget, namespace: string, form: Form) {
  const at = (path: string) => seen(target, path);
  const base = {
    namespace,
    part: `/${namespace}/`,
    method: 'DELETE',
    body: undefined as object | undefined,
    type: 'application/json',
    rest: async () => undefined as unknown,
    safe: async () => undefined as unknown,
  };
  if (form.does === 'delete' || form.does === 'collection') {
    const names = form.does === 'delete' ? ['one'] : ['one', 'two', 'three'];
    const list = paths.core(namespace, 'configmaps');
    const before = await Promise.all(
      names.map((name) =>
        put(target, list, {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name, labels: { of: 'it' } },
          data: { name },
        }),
      ),
    );
    const standing = async () => {
      const found = await Promise.all(names.map((name) => at(`${list}/${name}`)));
      return found.map((object, i) => object?.metadata.uid === before[i]?.metadata.uid);
    };
    return {
      ...base,
      path: form.does === 'delete' ? `${list}/one` : `${list}?labelSelector=of%3Dit`,
      taken: async () => (await standing()).some((stands) => !stands),
      async back(took: boolean) {
        for (const [i, name] of names.entries()) {
          const object = await at(`${list}/${name}`);
          assert.deepEqual(object?.data, { name }, 'it is back');
          if (!took) assert.deepEqual(object, before[i], 'it was not touched');
        }
      },
    };
  }
  if (form.does === 'evict') {
    const list = paths.pods(namespace);
    const before = await put(target, list, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'one' },
      spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'main', image: 'pause' }] },
    });
    return {
      ...base,
      method: 'POST',
      path: `${list}/one/eviction`,
      body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'one', namespace } },
      rest: async () => {
        await until('gone or standing', async () => !(await at(`${list}/one`))?.metadata.deletionTimestamp);
      },
      taken: async () => (await at(`${list}/one`))?.metadata.uid !== before.metadata.uid,
      async back(took: boolean) {
        const pod = await at(`${list}/one`);
        assert.equal(pod?.spec?.containers[0].image, 'pause');
        if (!took) assert.equal(pod?.metadata.uid, before.metadata.uid);
      },
    };
  }
  if (form.does === 'retain-first') {
    const list = paths.claims(namespace);
    await put(target, list, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    });
    const before = await until('bound', async () => {
      const claim = await at(`${list}/data`);
      const volume = claim && (await at(`/api/v1/persistentvolumes/${claim.spec?.volumeName}`));
      return claim?.status?.phase === 'Bound' && volume?.status?.phase === 'Bound' && claim;
    });
    const volumePath = `/api/v1/persistentvolumes/${before.spec?.volumeName}`;
    const volume = await at(volumePath);
    const policy = async () => (await at(volumePath))?.spec?.persistentVolumeReclaimPolicy;
    return {
      ...base,
      // The volume first, and then its claim.
      part: form.nth === 1 ? volumePath : `${list}/data`,
      path: `${list}/data`,
      safe: async () => {
        if (form.nth === 2)
          assert.equal(await policy(), 'Retain', 'what may still go would take its data along');
      },
      rest: async () => {
        await until('gone or standing', async () => !(await at(`${list}/data`))?.metadata.deletionTimestamp);
      },
      taken: async () => (await at(`${list}/data`))?.metadata.uid !== before.metadata.uid,
      async back(took: boolean) {
        const [claim, now] = [await at(`${list}/data`), await at(volumePath)];
        assert.equal(now?.metadata.uid, volume?.metadata.uid, 'the volume and its data');
        assert.equal(claim?.spec?.volumeName, before.spec?.volumeName);
        assert.equal(claim?.status?.phase, 'Bound');
        assert.equal(await policy(), 'Delete', 'its own policy');
        if (!took) assert.equal(claim?.metadata.uid, before.metadata.uid);
      },
    };
  }
  const { owner, pods } = await runDeployment(target, namespace, 'web', 2);
  const path = `${paths.apps(namespace, 'deployments')}/web`;
  const rest = async (): Promise<unknown> => undefined;
  if (form.does === 'scale')
    return {
      ...base,
      method: 'PATCH',
      path,
      body: { spec: { replicas: 1 } },
      type: 'application/merge-patch+json',
      rest,
      taken: async () => (await at(path))?.spec?.replicas !== 2,
      async back() {
        const now = await at(path);
        assert.equal(now?.metadata.uid, owner.metadata.uid);
        assert.equal(now?.spec?.replicas, 2);
      },
    };
  const gone = async () => {
    const now = await at(path);
    return now?.metadata.uid !== owner.metadata.uid || now?.metadata.deletionTimestamp !== undefined;
  };
  return {
    ...base,
    path,
    rest,
    taken: gone,
    async back(took: boolean) {
      const now = await at(path);
      assert.ok(now && !now.metadata.deletionTimestamp, 'it stands');
      assert.deepEqual(now.spec?.selector, owner.spec?.selector);
      assert.deepEqual(now.metadata.finalizers ?? [], [], 'nothing of ours is left on it');
      assert.deepEqual(uidsOf(await podsOf(target, namespace, 'web')), uidsOf(pods), 'the same Pods');
      if (!took) assert.equal(now.metadata.uid, owner.metadata.uid);
    },
  };
}

/** Sends it; where it is held, says yes to it softened and sends it again. */
async function ask(send: Tools['send'], life: () => Life, thing: Thing, { form }: LieCase) {
  const go = () => send(thing.method, thing.path, thing.body, thing.type);
  if (!('nth' in form)) return go();
  const held = await go();
  assert.equal(held.status, 403, held.text);
  const [hold] = life().deps.desk.list();
  assert.ok(hold, held.text);
  await life().deps.desk.answer(hold.code, { as: 'softened', by: 'aiko', withoutNet: false }, 120_000);
  return go();
}

/** The client has the cluster's own answer as it came, and no wait of the guard's. */
async function answered(
  answer: Promise<{ status: number; text: string } | undefined>,
  clock: ReturnType<typeof movedClock>,
  { lie, form }: LieCase,
): Promise<void> {
  if (
    lie === 'silence' &&
    form.does !== 'collection' &&
    (!('nth' in form) || (form.does === 'retain-first' && form.nth === 2))
  ) {
    // The door waits with the client; the guard does not.
    await clock.ahead(mayArriveMs() + 61_000);
    return;
  }
  const got = await answer;
  if (form.does === 'collection' || 'nth' in form || typeof lie !== 'number' || lie < 200) return;
  assert.equal(got?.status, lie, 'the answer as it came');
}

/** While nothing is known nothing that protects is taken away. */
async function stillSafe(thing: Thing, { point, honest, lie }: LieCase): Promise<void> {
  if (point === 'later' && !(honest && typeof lie === 'number')) await thing.safe();
}

async function settledAtLast(
  life: Life,
  journal: Journal,
  clock: ReturnType<typeof movedClock>,
): Promise<void> {
  for (let i = 0; i < 60; i++) {
    await life.pass();
    const open = [
      ...(await journal.requests({ state: 'unsettled' })),
      ...(await journal.requests({ state: 'kept' })),
      ...(await journal.softenings({ state: 'started' })),
    ];
    if (open.length === 0) return;
    await clock.ahead(20_000);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const left = await journal.requests({ state: 'unsettled' });
  assert.fail(`not settled: ${JSON.stringify([left, await journal.softenings({ state: 'started' })])}`);
}

const YES = new Set(['carried-out', 'softened']);
/** A collection of which part was certainly refused. */
const SOME = /^[1-9]\d* of \d+ deleted/;

async function tellsTheTruth(journal: Journal, took: boolean, one: LieCase): Promise<void> {
  const requests = (await all(journal)).filter(({ state }) => state !== 'refused');
  const says = requests.some(
    ({ state, status, note = '' }) =>
      YES.has(state) || (state === 'answered' && ((status ?? 500) < 300 || SOME.test(note))),
  );
  assert.equal(
    says,
    took,
    `the journal says ${JSON.stringify(requests.map(({ state, note }) => [state, note]))}`,
  );
  for (const record of await journal.softenings()) {
    assert.equal(record.state, took ? 'softened' : 'failed', record.note);
  }
  if (
    one.honest &&
    one.point === 'never' &&
    !one.killed &&
    !('nth' in one.form) &&
    one.form.does !== 'collection'
  )
    for (const { state, unsure } of requests)
      if (unsure === undefined) assert.equal(state, 'answered', 'a certain no is settled at once');
}

async function all(journal: Journal): Promise<RequestRecord[]> {
  const lists = await Promise.all((await journal.acts()).map(({ id }) => journal.requests({ actId: id })));
  return lists.flat();
}

async function undone({
  journal,
  clock,
  target,
  thing,
  took,
  one,
}: {
  journal: Journal;
  clock: Clock;
  target: ClusterTarget;
  thing: Thing;
  took: boolean;
  one: LieCase;
}): Promise<void> {
  const told: string[] = [];
  for (const { id } of await journal.acts()) {
    const deps = { journal, clock, by: 'aiko', sameCluster: true, clusterFor: async () => target.cluster };
    const { results } = await undoAct(deps, id, () => undefined).catch((error: unknown) => {
      if (error instanceof ToolcribError) throw new Error(`undo: ${error.code} ${error.message}`);
      throw error;
    });
    told.push(...results.map(({ result, what, note }) => `${result} ${what} (${note})`));
    const bad = results.filter(
      ({ result }) => result === 'failed' || result === 'conflict' || result === 'unknown',
    );
    // What was only in memory, and what never was bound to the act, has nothing to come back.
    assert.deepEqual(bad, [], `${took ? 'taken' : 'not taken'}: ${JSON.stringify(one)}`);
  }
  await thing.back(took).catch((error: unknown) => {
    throw new Error(`${error instanceof Error ? error.message : error}; undo said: ${told.join('; ')}`);
  });
}
