import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import type { RequestRecord, Snapshot } from '@toolcrib/model';
import { ToolcribError } from '@toolcrib/model';
import fc from 'fast-check';
import { lookForUndo, planUndo, runUndo } from './index.ts';
import { keyOfObject } from './steps.ts';
import { memoryCluster } from './testing/memory-cluster.ts';

/** What became of each snapshot object, before the look and between look and run. */
type Fate = 'absent' | 'stands' | 'same again' | 'another';

interface World {
  kinds: ('ConfigMap' | 'Deployment')[];
  owners: (number | undefined)[];
  now: Fate[];
  late: Fate[];
  scaled: boolean[];
}

const world: fc.Arbitrary<World> = fc.integer({ min: 1, max: 6 }).chain((size) => {
  const each = <T>(of: fc.Arbitrary<T>) => fc.array(of, { minLength: size, maxLength: size });
  const fate = fc.constantFrom<Fate>('absent', 'stands', 'same again', 'another');
  return fc.record({
    kinds: each(fc.constantFrom('ConfigMap' as const, 'Deployment' as const)),
    // An owner further back, so that there is no cycle; its place in the snapshot is shuffled by its kind.
    owners: fc.tuple(
      ...Array.from({ length: size }, (_, i) => fc.option(fc.nat(Math.max(0, i - 1)), { nil: undefined })),
    ),
    now: each(fate),
    late: each(fate),
    scaled: each(fc.boolean()),
  });
});

function kept({ kinds, owners }: World): KubeObject[] {
  const objects = kinds.map(
    (kind, i): KubeObject => ({
      apiVersion: kind === 'Deployment' ? 'apps/v1' : 'v1',
      kind,
      metadata: { name: `o${i}`, namespace: 'shop', uid: `old-${i}`, resourceVersion: '1' },
      spec: { replicas: 3, number: i },
    }),
  );
  owners.forEach((owner, i) => {
    const object = objects[i];
    const of = owner === undefined ? undefined : objects[owner];
    if (!object || !of || of === object) return;
    const { apiVersion, kind, metadata } = of;
    object.metadata.ownerReferences = [{ apiVersion, kind, name: metadata.name, uid: metadata.uid ?? '' }];
  });
  return objects;
}

function stand(object: KubeObject, fate: Fate, index: number, scaled: boolean): KubeObject | undefined {
  const copy = structuredClone(object);
  delete copy.metadata.ownerReferences;
  switch (fate) {
    case 'absent':
      return undefined;
    case 'stands':
      if (scaled) copy.spec.replicas = 0;
      return copy;
    case 'same again':
      copy.metadata.uid = `again-${index}`;
      return copy;
    case 'another':
      copy.metadata.uid = `other-${index}`;
      copy.spec = { replicas: 9 };
      return copy;
  }
}

const scaleTo0 = (object: KubeObject): RequestRecord => ({
  id: 'r',
  actId: 'a',
  at: 1,
  method: 'PATCH',
  path: '',
  effect: {
    verb: 'scale',
    target: { group: 'apps', version: 'v1', resource: 'deployments' },
    replicas: 0,
    dryRun: false,
  },
  decision: { then: 'allow', rule: '', reason: '' },
  state: 'answered',
  targetUids: [object.metadata.uid ?? ''],
});

test('an undo writes to nothing but what was absent or is named in the plan by UID, whatever happens meanwhile', async () => {
  await fc.assert(
    fc.asyncProperty(world, async (given) => {
      const objects = kept(given);
      const standing = (fates: Fate[]) =>
        objects.flatMap(
          (object, i) => stand(object, fates[i] ?? 'absent', i, given.scaled[i] ?? false) ?? [],
        );
      const snapshot: Snapshot = { id: 's', actId: 'a', requestId: 'r', takenAt: 1, context: '', objects };
      const requests = objects.flatMap((object, i) =>
        given.kinds[i] === 'Deployment' && given.scaled[i] ? [scaleTo0(object)] : [],
      );
      const before = memoryCluster(standing(given.now));
      const plan = planUndo([snapshot], [], await lookForUndo(before, [snapshot], []), requests);
      // Between the look and the run, anything may have happened.
      const after = memoryCluster(standing(given.late));
      const untouched = new Map([...after.objects].map(([key, object]) => [key, structuredClone(object)]));
      const options = { id: 'u', by: 'x', waiting: { limit: 0, poll: 0, sleep: async () => {} } };
      const { record } = await runUndo(after, plan, () => {}, options);

      const patched = new Set(
        plan.steps.flatMap((step) => (step.do === 'scale' || step.do === 'relink' ? [step.ref.uid] : [])),
      );
      for (const { method, key, uid } of after.writes) {
        if (method === 'create') assert.equal(untouched.has(key), false, `${key} was absent`);
        else assert.ok(patched.has(uid), `${uid} is named in the plan`);
      }
      for (const [key, object] of untouched) {
        if (!patched.has(object.metadata.uid ?? '')) assert.deepEqual(after.objects.get(key), object);
      }
      // No restored object names an owner that does not stand: the collector would take it at once.
      const uids = new Set([...after.objects.values()].map((object) => object.metadata.uid));
      for (const { method, key } of after.writes.filter((write) => write.method === 'create')) {
        const owners = after.objects.get(key)?.metadata.ownerReferences ?? [];
        assert.ok(
          owners.every((owner) => uids.has(owner.uid)),
          `${method} ${key}`,
        );
      }
      assert.ok(record.results.length >= objects.length, 'each object is accounted for');

      // The first plan was made on what stood before; from then on every further undo finds its work done.
      const undo = async () => {
        const now = planUndo([snapshot], [], await lookForUndo(after, [snapshot], []), requests);
        return runUndo(after, now, () => {}, options);
      };
      await undo();
      const state = structuredClone([...after.objects]);
      const writes = after.writes.length;
      await undo();
      assert.equal(after.writes.length, writes, 'run again, it writes nothing');
      assert.deepEqual([...after.objects], state);
    }),
    { numRuns: 500 },
  );
});

test('what is kept is what comes back', async () => {
  const objects = kept({
    kinds: ['ConfigMap', 'Deployment'],
    owners: [undefined, 0],
    now: [],
    late: [],
    scaled: [],
  });
  const snapshot: Snapshot = { id: 's', actId: 'a', requestId: 'r', takenAt: 1, context: '', objects };
  const cluster = memoryCluster([]);
  const plan = planUndo([snapshot], [], await lookForUndo(cluster, [snapshot], []));
  await runUndo(cluster, plan, () => {}, { id: 'u', by: 'x' });
  for (const object of objects) {
    const now = cluster.objects.get(keyOfObject(object));
    assert.deepEqual(now?.spec, object.spec);
    assert.match(now?.metadata.uid ?? '', /^new-/);
  }
});

test('a Namespace that was just made again may be remembered as going: what belongs there is tried again', async () => {
  const [map] = kept({ kinds: ['ConfigMap'], owners: [undefined], now: [], late: [], scaled: [] });
  assert.ok(map);
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', uid: 'old-ns' } };
  const snapshot: Snapshot = {
    id: 's',
    actId: 'a',
    requestId: 'r',
    takenAt: 1,
    context: '',
    objects: [namespace, map],
  };
  for (const going of [false, true]) {
    const cluster = memoryCluster([]);
    let refusals = 3;
    const create: typeof cluster.create = async (type, object) => {
      if (object.kind === 'ConfigMap' && (going || refusals-- > 0)) {
        const message =
          'forbidden: unable to create new content in namespace shop because it is being terminated';
        throw new ToolcribError('api', message, { cause: { status: 403, message } });
      }
      return memoryCreate(type, object);
    };
    const memoryCreate = cluster.create;
    const told = { ...cluster, create };
    const plan = planUndo([snapshot], [], await lookForUndo(told, [snapshot], []));
    const waiting = { limit: 0, poll: 0, sleep: async () => {} };
    const { record } = await runUndo(told, plan, () => {}, { id: 'u', by: 'x', waiting });
    assert.equal(record.results.at(-1)?.result, going ? 'failed' : 'done', JSON.stringify(record.results));
  }
});
