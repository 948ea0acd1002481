import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import type { Cluster } from '@toolcrib/model';
import { away } from '../testing/faulty.ts';
import { handClock } from '../testing/hand-clock.ts';
import { memoryCluster } from '../undo/testing/memory-cluster.ts';
import { ownedLooks } from './owned.ts';

const FIVE = ['configmaps', 'persistentvolumeclaims', 'pods', 'secrets', 'services'];

function object(kind: string, name: string, owner?: string, namespace = 'shop'): KubeObject {
  const ownerReferences = owner ? [{ apiVersion: 'v1', kind: 'Pod', name: owner, uid: owner }] : undefined;
  return { apiVersion: 'v1', kind, metadata: { name, namespace, uid: name, ownerReferences } };
}

/** Looks over Pods `owner` and `alone`, at a time that is moved by hand; what was listed is written down. */
function looking(...objects: KubeObject[]) {
  const hand = handClock(1_000_000);
  const memory = memoryCluster([object('Pod', 'owner'), object('Pod', 'alone'), ...objects]);
  const listed: string[] = [];
  const fails: { with?: Error } = {};
  const cluster: Cluster = {
    ...memory,
    list: async (type, options, as) => {
      assert.equal(options?.metadata, true, 'no more than metadata');
      listed.push([options?.namespace, type.resource, ...Object.values(as ?? {})].join('/'));
      if (fails.with) throw fails.with;
      return memory.list(type, options, as);
    },
  };
  const looks = ownedLooks(hand.clock);
  const of = (podUid: string, more: Partial<Parameters<typeof looks.of>[0]> = {}) =>
    looks.of({ cluster, person: 'aiko', namespace: 'shop', podUid, ...more });
  return { of, memory, cluster, hand, listed, fails };
}

for (const kind of ['Pod', 'PersistentVolumeClaim', 'Service', 'ConfigMap', 'Secret'])
  test(`a ${kind} that names a Pod as its owner is seen; one of another namespace is not looked at`, async () => {
    const { of } = looking(object(kind, 'made', 'owner'), object(kind, 'far', 'alone', 'elsewhere'));
    const found = await of('owner');
    assert.deepEqual([found.owns('owner'), found.owns('alone')], [true, false]);
    assert.deepEqual([found.claims, found.unseen], [true, []]);
  });

test('five lists are good for five seconds, and no longer', async () => {
  const { of, hand, listed } = looking();
  await of('owner');
  assert.deepEqual([...listed].sort(), FIVE.map((one) => `shop/${one}`).sort());
  await hand.pass(4_999);
  await of('alone');
  assert.equal(listed.length, 5);
  await hand.pass(1);
  assert.equal(hand.waiting(), 0, 'nothing is left of it');
  await of('alone');
  assert.equal(listed.length, 10);
});

test('a look that is older counts for nothing, though no timer has run yet', async () => {
  let now = 0;
  const looks = ownedLooks({ now: () => now, after: () => () => undefined });
  const cluster = memoryCluster([object('Pod', 'owner')]);
  const ask = async () =>
    (await looks.of({ cluster, person: 'aiko', namespace: 'shop', podUid: 'owner' })).owns('owner');
  assert.equal(await ask(), false);
  const made = object('Secret', 'made', 'owner');
  cluster.objects.set('made', made);
  now = 5_000;
  assert.equal(await ask(), false);
  now = 5_001;
  assert.equal(await ask(), true);
});

test('a Pod that was not there yet is looked at anew, and those that ask meanwhile wait for the same look', async () => {
  const { of, memory, listed } = looking();
  await of('owner');
  for (const one of [object('Pod', 'young'), object('Secret', 'made', 'young')])
    memory.objects.set(`test/${one.metadata.name}`, one);
  const [one, other] = await Promise.all([of('young'), of('young')]);
  assert.deepEqual([one.owns('young'), other.owns('young')], [true, true]);
  assert.equal(listed.length, 10);
  await of('young');
  assert.equal(listed.length, 10);
});

test('a look is of one context, person, impersonation and namespace, and is made as its caller', async () => {
  const { of, cluster, listed } = looking();
  await of('owner');
  await of('owner', { cluster: { ...cluster, context: 'other' } });
  await of('owner', { person: 'ben' });
  await of('owner', { as: { 'impersonate-user': 'carla' } });
  await of('owner', { namespace: 'elsewhere' });
  assert.equal(listed.length, 25);
  assert.deepEqual(
    listed.slice(15, 20).sort(),
    FIVE.map((one) => `shop/${one}/carla`),
  );
});

test('what may not be listed is said, and of claims besides that nothing is known of the data', async () => {
  const { of, memory } = looking(object('ConfigMap', 'made', 'owner'));
  memory.refuse = (_method, kind) => (kind === 'Secret' ? 403 : undefined);
  const secrets = await of('owner');
  assert.deepEqual(secrets.unseen, [{ kind: 'Secret', why: 'said 403', unlikely: true }]);
  assert.deepEqual([secrets.claims, secrets.owns('owner')], [true, true]);
  memory.refuse = (_method, kind) => (kind === 'PersistentVolumeClaim' ? 403 : undefined);
  assert.equal((await of('owner', { person: 'ben' })).claims, false);
});

test('where Pods may not be listed nobody knows who was there: each is looked at anew', async () => {
  const { of, memory, listed } = looking();
  memory.refuse = (_method, kind) => (kind === 'Pod' ? 403 : undefined);
  await of('owner');
  await of('owner');
  assert.equal(listed.length, 10);
});

test('a cluster that is away is an error, and not remembered', async () => {
  const { of, fails, listed } = looking();
  fails.with = away();
  await assert.rejects(of('owner'), { code: 'unreachable' });
  fails.with = new TypeError('of our own');
  await assert.rejects(of('owner'), TypeError);
  delete fails.with;
  assert.deepEqual((await of('owner')).unseen, []);
  assert.equal(listed.length, 15);
});
