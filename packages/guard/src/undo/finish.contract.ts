import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Cluster, marks, type SoftenRecord } from '@toolcrib/model';
import { anAct, aRequest, aSnapshot } from '../journal/testing/records.ts';
import { away, faulty, refused } from '../testing/faulty.ts';
import type { ClusterTarget, OpenTarget } from '../testing/target.ts';
import { inNamespace, paths, put, seen, until } from '../testing/target.ts';
import { type TestDeps, testDeps } from '../way/testing/deps.ts';
import { state, windows } from '../way/windows.ts';
import { undoAct } from './act.ts';
import { finishAct, finishByItself } from './finish.ts';

const ACT = 'act-000001';
const MINUTE = 60_000;
const WINDOW = 30 * MINUTE;
const none = () => undefined;

/** What the guard does of itself to what a person was told goes on running: only in its own time, and never against a word said since. */
export function finishContract(open: OpenTarget): void {
  let target: ClusterTarget;
  before(async () => {
    target = await open();
  });
  after(() => target.close());

  /** A Pod that a softened ReplicaSet has left, its record, and the snapshot of what went. Nothing else makes or deletes Pods. */
  async function left(
    { deps }: TestDeps,
    namespace: string,
    name: string,
    more: Partial<SoftenRecord> = {},
  ): Promise<SoftenRecord> {
    const labels = { app: name };
    const spec = { containers: [{ name: 'main', image: 'registry.k8s.io/pause:3.10' }] };
    const pod = await put(target, paths.pods(namespace), {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: `${name}-pod`,
        labels: { ...labels, [marks.act]: ACT },
        annotations: { [marks.softenedFrom]: `ReplicaSet/${name}` },
      },
      spec,
    });
    const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', namespace, name, uid: `uid-${name}` };
    const { apiVersion, kind, uid } = owner;
    const whole = {
      apiVersion,
      kind,
      metadata: { namespace, name, uid },
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec },
      },
    };
    const id = `req-${name}`;
    const request = aRequest({ id, at: 0, targetUids: [uid] });
    await deps.journal.keep(aSnapshot({ id: `snap-${name}`, requestId: id, objects: [whole, pod] }), {
      ...request,
      state: 'kept',
    });
    await deps.journal.saveRequest({
      ...request,
      state: 'softened',
      status: 200,
      snapshotId: `snap-${name}`,
    });
    const podUid = pod.metadata.uid ?? '';
    const record: SoftenRecord = {
      actId: ACT,
      requestId: id,
      context: 'prod',
      owner,
      left: [{ apiVersion: 'v1', kind: 'Pod', namespace, name: `${name}-pod`, uid: podUid }],
      finishAfter: deps.clock.now() + WINDOW,
      state: 'softened',
      ...more,
    };
    await deps.journal.saveSoften(record);
    return record;
  }

  async function withDeps(body: (made: TestDeps) => Promise<void>): Promise<void> {
    const made = testDeps({ prod: target.cluster });
    try {
      await made.deps.journal.saveAct(anAct({ cluster: await target.cluster.identity() }));
      await body(made);
    } finally {
      await made.close();
    }
  }

  const runs = async (namespace: string, name: string): Promise<boolean> => {
    const pod = await seen(target, `${paths.pods(namespace)}/${name}-pod`);
    return pod !== undefined && pod.metadata.deletionTimestamp === undefined;
  };
  const over = (cluster: Cluster) => ({ clusterFor: async () => cluster });
  const stateOf = async ({ deps }: TestDeps, requestId: string) =>
    (await deps.journal.softenings({ actId: ACT })).find((one) => one.requestId === requestId)?.state;

  /** The guard’s own rounds, until they have looked twice at least. */
  async function rounds({ deps }: TestDeps, cluster: Cluster = target.cluster): Promise<string[]> {
    const finished: string[] = [];
    let looked = 0;
    const watch = windows({
      damaged: ({ message }) => assert.fail(message),
      journal: {
        ...deps.journal,
        softenings: (query) => {
          looked++;
          return deps.journal.softenings(query);
        },
      },
      clock: { now: deps.clock.now, after: (_, run) => clearing(setTimeout(run, 5)) },
      isOurs: () => true,
      windowMs: () => WINDOW,
      finish: async (record, why) => {
        finished.push(record.requestId);
        await finishByItself({ ...deps, ...over(cluster), by: why }, record, { windowMs: WINDOW, due: true });
      },
      resume: async () => undefined,
      publish: none,
      log: none,
    });
    await until('looked again and again', async () => looked > 12);
    watch.close();
    return finished;
  }
  const clearing = (timer: NodeJS.Timeout) => () => clearTimeout(timer);

  test('of one act each softened workload has its own time: one that is due takes none of the others', () =>
    inNamespace(target, (namespace) =>
      withDeps(async (made) => {
        await left(made, namespace, 'web', { finishAfter: made.deps.clock.now() - 1_000 });
        await left(made, namespace, 'db');
        assert.deepEqual(await rounds(made), ['req-web']);
        await until('web gone', async () => !(await runs(namespace, 'web')));
        assert.ok(await runs(namespace, 'db'), 'its window is open');
        assert.deepEqual(
          [await stateOf(made, 'req-web'), await stateOf(made, 'req-db')],
          ['finished', 'softened'],
        );
        // A person who names the act means all of it.
        await finishAct({ ...made.deps, by: 'aiko' }, ACT, { windowMs: WINDOW });
        await until('db gone', async () => !(await runs(namespace, 'db')));
      }),
    ));

  test('of one workload that was softened twice, what the second left has the second’s time', () =>
    inNamespace(target, (namespace) =>
      withDeps(async (made) => {
        const first = await left(made, namespace, 'web', { finishAfter: made.deps.clock.now() - 1_000 });
        // The same name in the same act: the marks are the same.
        const labels = { app: 'web', [marks.act]: ACT };
        const annotations = { [marks.softenedFrom]: 'ReplicaSet/web' };
        const pod = await put(target, paths.pods(namespace), {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name: 'web2-pod', labels, annotations },
          spec: { containers: [{ name: 'main', image: 'registry.k8s.io/pause:3.10' }] },
        });
        const uid = pod.metadata.uid ?? '';
        await made.deps.journal.saveSoften({
          ...first,
          requestId: 'req-2',
          owner: { ...first.owner, uid: 'uid-web-2' },
          left: [{ apiVersion: 'v1', kind: 'Pod', namespace, name: 'web2-pod', uid }],
          finishAfter: made.deps.clock.now() + WINDOW,
        });
        await rounds(made);
        await until('the first one’s gone', async () => !(await runs(namespace, 'web')));
        assert.ok(await runs(namespace, 'web2'));
        assert.equal(await stateOf(made, 'req-2'), 'softened');
      }),
    ));

  test('what is not due is not finished by itself, whoever calls for it', () =>
    inNamespace(target, (namespace) =>
      withDeps(async (made) => {
        const { deps } = made;
        const record = await left(made, namespace, 'web', { finishAfter: deps.clock.now() - 1_000 });
        // The journal has another word by now than who calls.
        await deps.journal.saveSoften({ ...record, finishAfter: deps.clock.now() + MINUTE });
        const call = finishByItself({ ...deps, by: 'the guard' }, record, { windowMs: WINDOW, due: true });
        await assert.rejects(call, { code: 'conflict' });
        assert.ok(await runs(namespace, 'web'));
      }),
    ));

  test('in a cluster of which nobody can say that it is the one, nothing is finished by itself', () =>
    inNamespace(target, (namespace) =>
      withDeps(async (made) => {
        const { deps } = made;
        // As older journals have it: which cluster it was is not written down.
        await deps.journal.saveAct(anAct());
        const record = await left(made, namespace, 'web', { finishAfter: deps.clock.now() - 1_000 });
        const call = finishByItself({ ...deps, by: 'the guard' }, record, { windowMs: WINDOW, due: true });
        await assert.rejects(call, /can't be told/);
        assert.ok(await runs(namespace, 'web'));
      }),
    ));

  /** Undo is asked for in the last minute, and comes to nothing. */
  const FAILS: [string, (cluster: Cluster) => Cluster | Error][] = [
    [
      'the create is refused by a webhook',
      (cluster) =>
        faulty(cluster, (call) => (call === 'create' ? { before: refused(403, 'Forbidden') } : undefined)),
    ],
    ['the cluster is away', (cluster) => faulty(cluster, () => ({ before: away() }))],
    ['the credentials are not to be had', () => away()],
    [
      'the context names another cluster',
      (cluster) => ({ ...cluster, context: 'prod', identity: async () => ({ uid: 'x', address: 'y' }) }),
    ],
  ];
  for (const [how, broken] of FAILS) {
    test(`whoever was asked to bring it back does not finish it: an undo that failed since ${how}`, () =>
      inNamespace(target, (namespace) =>
        withDeps(async (made) => {
          const { deps, ahead } = made;
          const record = await left(made, namespace, 'web');
          ahead(29 * MINUTE);
          const cluster = broken(target.cluster);
          const clusterFor = async () => {
            if (cluster instanceof Error) throw cluster;
            return cluster;
          };
          const said = await undoAct({ ...deps, clusterFor, by: 'aiko' }, ACT, none).then(
            ({ results }) => results.map(({ result, what, note }) => `${result} ${what}: ${note}`).join('\n'),
            (error: Error & { next?: string }) => `${error.message} ${error.next}`,
          );
          assert.match(said, /not finished by itself/, said);
          assert.match(said, new RegExp(`toolcrib finish ${ACT}`));
          for (const later of [2, 15, 60, 24 * 60]) {
            ahead(later * MINUTE);
            assert.deepEqual(await rounds(made), [], `${later} minutes later`);
            await assert.rejects(
              finishByItself({ ...deps, by: 'the guard' }, record, { windowMs: WINDOW, due: true }),
              { code: 'conflict' },
            );
          }
          assert.ok(await runs(namespace, 'web'));
          const [now] = await deps.journal.softenings({ actId: ACT });
          assert.equal(now && state(now, deps.clock.now(), WINDOW), 'by-hand');
          // The guard's own thread may have it in an older form in its hands.
          await deps.journal.saveSoften(record);
          assert.deepEqual(await rounds(made), []);
          // By hand it goes, and asked for it is not asked again.
          await finishAct({ ...deps, by: 'aiko' }, ACT, { windowMs: WINDOW });
          await until('gone', async () => !(await runs(namespace, 'web')));
          assert.equal(await stateOf(made, 'req-web'), 'finished');
        }),
      ));
  }

  test('called back while the guard finishes it: what has not gone yet stays', () =>
    inNamespace(target, (namespace) =>
      withDeps(async (made) => {
        const { deps } = made;
        const record = await left(made, namespace, 'web', { finishAfter: deps.clock.now() - 1_000 });
        let undone: Promise<unknown> | undefined;
        // A person types undo between the guard's look and its first delete.
        const watched = new Proxy(target.cluster, {
          get(real, name) {
            const value = Reflect.get(real, name);
            if (name !== 'list') return value;
            return async (...args: unknown[]) => {
              const found = await Reflect.apply(value as () => unknown, real, args);
              undone ??= undoAct({ ...deps, by: 'aiko' }, ACT, none).catch(none);
              await until('the undo is on its way', async () =>
                (await deps.journal.softenings({ actId: ACT })).some(
                  ({ undoAsked }) => undoAsked !== undefined,
                ),
              );
              return found;
            };
          },
        });
        const options = { windowMs: WINDOW, due: true };
        await finishByItself({ ...deps, ...over(watched), by: 'the guard' }, record, options);
        await undone;
        assert.ok(await runs(namespace, 'web'));
        assert.equal(await stateOf(made, 'req-web'), 'undone');
      }),
    ));
}
