import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { alreadyExists, forbidden } from '../../apimachinery/api-error.ts';
import { NAMESPACES, REPLICA_SETS } from '../common/types.ts';
import { NO_DEADLINE, progressing, R } from '../testing/newest-set.ts';
import { newestReplicaSet } from './newest.ts';
import { deploymentScene } from './testing/scene.ts';

/** What a first run makes, and then forgets: another run for the same template will want the same name. */
function taken(edit: (set: KubeObject) => void) {
  const first = deploymentScene(2);
  const made = newestReplicaSet(first.work, [], true);
  assert.ok(made);
  const scene = deploymentScene(2);
  const { store } = scene.cluster;
  const { apiVersion, kind, spec } = made;
  const { name, labels } = made.metadata;
  const [owner] = made.metadata.ownerReferences ?? [];
  assert.ok(owner);
  const uid = scene.work.deployment.metadata.uid ?? '';
  const there: KubeObject = {
    apiVersion,
    kind,
    metadata: { name, namespace: 'shop', labels, ownerReferences: [{ ...owner, uid }] },
    spec,
  };
  edit(there);
  store.create(REPLICA_SETS, there);
  return { scene, name };
}

test('the name is taken by its own, which it had not seen yet: that one it is', () => {
  const { scene, name } = taken(() => {});
  assert.equal(newestReplicaSet(scene.work, [], true)?.metadata.name, name);
  assert.equal(scene.stored().metadata.annotations?.[R], '1');
  assert.equal(scene.stored().status?.collisionCount, undefined);
  assert.deepEqual(scene.told, []);
  const { resourceVersion } = scene.stored().metadata;
  newestReplicaSet(scene.work, [], true);
  assert.equal(scene.stored().metadata.resourceVersion, resourceVersion);
});

const collisions: [string, (set: KubeObject) => void][] = [
  ['another template', (set) => void (set.spec.template.spec.containers[0].image = 'other')],
  [
    'another owner',
    ({ metadata: { ownerReferences: [owner] = [] } }) => void (owner && (owner.uid = 'other')),
  ],
];
for (const [whose, edit] of collisions)
  test(`the name is taken by one of ${whose}: it is counted, and the next try has another name`, () => {
    const { scene, name } = taken(edit);
    assert.throws(() => newestReplicaSet(scene.work, [], true), { reason: 'AlreadyExists' });
    assert.equal(scene.stored().status.collisionCount, 1);
    assert.deepEqual(scene.told, []);
    const made = newestReplicaSet(scene.work, [], true);
    assert.notEqual(made?.metadata.name, name);
    assert.deepEqual(Object.keys(scene.sizes()).sort(), [name, made?.metadata.name].sort());
    assert.equal(scene.stored().status.collisionCount, 1);
  });

test('a second collision is the second', () => {
  const { scene } = taken((set) => void (set.spec.template.spec.containers[0].image = 'other'));
  const { store } = scene.work.tools;
  const create = () => {
    throw alreadyExists({ group: 'apps', resource: 'replicasets' }, 'x');
  };
  const get = () => scene.make('other', { image: 'other' });
  scene.work.tools = { ...scene.work.tools, store: { ...store, create, get } };
  scene.work.deployment.status = { collisionCount: 1 };
  assert.throws(() => newestReplicaSet(scene.work, [], true), { reason: 'AlreadyExists' });
  assert.equal(scene.stored().status.collisionCount, 2);
});

test('a ReplicaSet that is refused is told of, on the Deployment and as an Event', () => {
  for (const [spec, condition] of [
    [{}, 'ReplicaSetCreateError'],
    [NO_DEADLINE, undefined],
  ] as const) {
    const scene = deploymentScene(2, spec);
    const create = () => {
      throw forbidden({ group: 'apps', resource: 'replicasets' }, '', 'exceeded quota: few');
    };
    scene.work.tools = { ...scene.work.tools, store: { ...scene.work.tools.store, create } };
    assert.throws(() => newestReplicaSet(scene.work, [], true), { reason: 'Forbidden' });
    assert.equal(scene.told.length, 1);
    assert.match(
      scene.told[0] ?? '',
      /^Warning ReplicaSetCreateError: Failed to create new replica set "web-[a-z0-9]+": .* exceeded quota: few$/,
    );
    const [status, reason, message] = progressing(scene.stored()) ?? [];
    assert.equal(reason, condition);
    assert.equal(status, condition && 'False');
    assert.equal(message, condition && scene.told[0]?.replace('Warning ReplicaSetCreateError: ', ''));
  }
});

test('in a Namespace that is going there is nothing to tell', () => {
  const scene = deploymentScene(2);
  scene.cluster.store.delete(NAMESPACES, undefined, 'shop');
  assert.throws(() => newestReplicaSet(scene.work, [], true), { reason: 'Forbidden' });
  assert.deepEqual(scene.told, []);
  assert.equal(progressing(scene.stored()), undefined);
});
