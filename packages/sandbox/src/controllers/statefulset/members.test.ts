import assert from 'node:assert/strict';
import { test } from 'node:test';
import { controllerOf, type KubeObject } from '@toolcrib/kube';
import { forbidden, internalError } from '../../apimachinery/api-error.ts';
import type { Store } from '../../store/store.ts';
import type { Tools } from '../common/loop.ts';
import { podFromTemplate } from '../common/pods.ts';
import {
  CONTROLLER_REVISIONS,
  PERSISTENT_VOLUME_CLAIMS,
  PERSISTENT_VOLUMES,
  PODS,
  STATEFUL_SETS,
} from '../common/types.ts';
import { borrowView } from '../common/view.ts';
import { quietCluster } from '../testing/alone.ts';
import {
  claimTemplate,
  deployStateful,
  newStatefulSet,
  type TestCluster,
  testCluster,
  uidsOf,
} from '../testing/cluster.ts';
import {
  claimsMatchRetention,
  createMember,
  createMissingClaims,
  deleteMember,
  hasStaleClaim,
  repairMember,
  settleClaimOwners,
} from './members.ts';

const WITH_DATA = { volumeClaimTemplates: [claimTemplate('data')] };

const claims = (cluster: TestCluster) => cluster.store.list(PERSISTENT_VOLUME_CLAIMS, { namespace: 'shop' });

const names = (objects: KubeObject[]) => objects.map((object) => object.metadata.name).sort();

const change = (cluster: TestCluster, edit: (object: KubeObject) => void) =>
  cluster.store.modify(STATEFUL_SETS, 'shop', 'kafka', edit);

const scale = (cluster: TestCluster, replicas: number) => {
  change(cluster, (object) => {
    object.spec.replicas = replicas;
  });
  cluster.settle(15);
};

test('Pods come one after the other, each with its claim and its labels', () => {
  const cluster = testCluster();
  const order: string[] = [];
  cluster.store.subscribe(({ type, resource, object }) => {
    if (resource.resource !== 'pods') return;
    if (type === 'ADDED') {
      assert.ok(
        cluster
          .pods()
          .every((pod) => pod.metadata.name === object.metadata.name || pod.status.phase === 'Running'),
      );
      order.push(object.metadata.name);
    }
  });
  deployStateful(cluster, 'kafka', 3, WITH_DATA);
  assert.deepEqual(order, ['kafka-0', 'kafka-1', 'kafka-2']);
  assert.deepEqual(names(claims(cluster)), ['data-kafka-0', 'data-kafka-1', 'data-kafka-2']);
  const pod = cluster.get(PODS, 'kafka-1');
  const [revision] = cluster.store.list(CONTROLLER_REVISIONS, { namespace: 'shop' });
  assert.deepEqual(pod.metadata.labels, {
    app: 'kafka',
    'statefulset.kubernetes.io/pod-name': 'kafka-1',
    'apps.kubernetes.io/pod-index': '1',
    'controller-revision-hash': revision?.metadata.name,
    'topology.kubernetes.io/zone': 'zone-2',
  });
  assert.equal(pod.spec.hostname, 'kafka-1');
  assert.equal(pod.spec.subdomain, 'kafka');
  assert.deepEqual(pod.spec.volumes[0], {
    name: 'data',
    persistentVolumeClaim: { claimName: 'data-kafka-1' },
  });
  const { status } = cluster.get(STATEFUL_SETS, 'kafka');
  assert.equal(status.currentRevision, revision?.metadata.name);
  assert.equal(status.updateRevision, revision?.metadata.name);
  assert.equal(status.availableReplicas, 3);
});

test('a deleted Pod comes back under its name and with its claim', () => {
  const cluster = testCluster();
  deployStateful(cluster, 'kafka', 3, WITH_DATA);
  const before = uidsOf(cluster.pods());
  const data = uidsOf(claims(cluster));
  cluster.store.delete(PODS, 'shop', 'kafka-1');
  cluster.settle(10);
  const after = uidsOf(cluster.pods());
  assert.deepEqual(Object.keys(after).sort(), ['kafka-0', 'kafka-1', 'kafka-2']);
  assert.notEqual(after['kafka-1'], before['kafka-1']);
  assert.equal(after['kafka-0'], before['kafka-0']);
  assert.deepEqual(uidsOf(claims(cluster)), data);
});

test('whenScaled Delete: the condemned Pod owns its claim, so that the data goes with it', () => {
  const cluster = testCluster();
  deployStateful(cluster, 'kafka', 3, {
    ...WITH_DATA,
    persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Delete' },
  });
  assert.ok(claims(cluster).every((claim) => claim.metadata.ownerReferences === undefined));
  const condemned = cluster.get(PODS, 'kafka-2');
  let owners: KubeObject['metadata']['ownerReferences'];
  cluster.store.subscribe(({ object }) => {
    if (object.metadata.name === 'data-kafka-2') owners ??= object.metadata.ownerReferences;
  });
  scale(cluster, 2);
  assert.deepEqual(owners, [
    {
      apiVersion: 'v1',
      kind: 'Pod',
      name: 'kafka-2',
      uid: condemned.metadata.uid,
      controller: true,
      blockOwnerDeletion: true,
    },
  ]);
  assert.deepEqual(names(claims(cluster)), ['data-kafka-0', 'data-kafka-1']);
  assert.equal(cluster.store.list(PERSISTENT_VOLUMES).length, 2, 'reclaim policy Delete took the volume too');
});

test('whenDeleted Delete: the set owns the claims, and they go with it', () => {
  const cluster = testCluster();
  const set = deployStateful(cluster, 'kafka', 2, {
    ...WITH_DATA,
    persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete', whenScaled: 'Retain' },
  });
  assert.ok(claims(cluster).every((claim) => controllerOf(claim)?.uid === set.metadata.uid));
  cluster.store.delete(STATEFUL_SETS, 'shop', 'kafka');
  cluster.settle(15);
  assert.deepEqual(claims(cluster), []);
  assert.deepEqual(cluster.pods(), []);
});

const told = (cluster: TestCluster, reason: string) =>
  cluster
    .events('kafka')
    .filter((event) => event.reason === reason)
    .map(({ type, message }) => `${type} ${message}`);

test('what is made and deleted is told', () => {
  const cluster = testCluster();
  deployStateful(cluster, 'kafka', 1, WITH_DATA);
  assert.deepEqual(told(cluster, 'SuccessfulCreate'), [
    'Normal Create Claim data-kafka-0 Pod kafka-0 in StatefulSet kafka success',
    'Normal Create Pod kafka-0 in StatefulSet kafka successful',
  ]);
  scale(cluster, 0);
  assert.deepEqual(told(cluster, 'SuccessfulDelete'), [
    'Normal Delete Pod kafka-0 in StatefulSet kafka successful',
  ]);
  assert.deepEqual(cluster.failures, []);
});

test('a Pod’s identity and its missing claim are put back, which is told', () => {
  const cluster = testCluster();
  deployStateful(cluster, 'kafka', 1, WITH_DATA);
  cluster.store.modify(PODS, 'shop', 'kafka-0', (pod) => {
    delete pod.metadata.labels?.['statefulset.kubernetes.io/pod-name'];
  });
  cluster.settle();
  assert.equal(
    cluster.get(PODS, 'kafka-0').metadata.labels?.['statefulset.kubernetes.io/pod-name'],
    'kafka-0',
  );
  assert.deepEqual(told(cluster, 'SuccessfulUpdate'), [
    'Normal Update Pod kafka-0 in StatefulSet kafka successful',
  ]);
});

test('while a claim is on its way out no Pod is made on it', () => {
  const cluster = testCluster();
  deployStateful(cluster, 'kafka', 1, WITH_DATA);
  scale(cluster, 0);
  cluster.store.modify(PERSISTENT_VOLUME_CLAIMS, 'shop', 'data-kafka-0', (claim) => {
    claim.metadata.finalizers = ['example.com/keep'];
  });
  cluster.store.delete(PERSISTENT_VOLUME_CLAIMS, 'shop', 'data-kafka-0');
  scale(cluster, 1);
  assert.deepEqual(cluster.pods(), []);
  const why =
    'Warning Create Pod kafka-0 in StatefulSet kafka failed error: pvc data-kafka-0 is being deleted';
  assert.deepEqual(told(cluster, 'FailedCreate'), [why]);
  assert.match(cluster.failures[0] ?? '', /pvc data-kafka-0 is being deleted$/);
  cluster.store.modify(PERSISTENT_VOLUME_CLAIMS, 'shop', 'data-kafka-0', (claim) => {
    delete claim.metadata.finalizers;
  });
  cluster.settle(600);
  assert.deepEqual(names(cluster.pods()), ['kafka-0']);
});

test('a claim that another controller holds is left to it, which is told', () => {
  const cluster = testCluster();
  const other = { apiVersion: 'v1', kind: 'ConfigMap', name: 'holder', uid: '', controller: true };
  const configMaps = { group: '', version: 'v1', resource: 'configmaps' };
  const metadata = { name: 'holder', namespace: 'shop' };
  other.uid =
    cluster.store.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata }).metadata.uid ?? '';
  const template = claimTemplate('data');
  cluster.store.create(PERSISTENT_VOLUME_CLAIMS, {
    ...template,
    metadata: { name: 'data-kafka-0', namespace: 'shop', ownerReferences: [other] },
  });
  deployStateful(cluster, 'kafka', 1, {
    ...WITH_DATA,
    persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete', whenScaled: 'Retain' },
  });
  assert.deepEqual(
    claims(cluster).map((claim) => claim.metadata.ownerReferences),
    [[other]],
  );
  assert.equal(told(cluster, 'ConflictingController').length, 1);
  assert.match(
    told(cluster, 'ConflictingController')[0] ?? '',
    /^Warning PersistentVolumeClaim data-kafka-0 has a conflicting OwnerReference/,
  );
});

test('a claim is given back when the policy is Retain again', () => {
  const cluster = testCluster();
  const retention = (whenDeleted: string) => ({ whenDeleted, whenScaled: 'Retain' });
  deployStateful(cluster, 'kafka', 1, {
    ...WITH_DATA,
    persistentVolumeClaimRetentionPolicy: retention('Delete'),
  });
  change(cluster, (object) => {
    object.spec.persistentVolumeClaimRetentionPolicy = retention('Retain');
  });
  cluster.settle(15);
  assert.deepEqual(
    claims(cluster).map((claim) => claim.metadata.ownerReferences),
    [undefined],
  );
});

/** A StatefulSet with two claims for each member; nothing happens by itself. @param between changes the store that is asked */
function scene(spec: object = {}, between: (store: Store) => Partial<Store> = () => ({})) {
  const cluster = quietCluster();
  const store = { ...cluster.store, ...between(cluster.store) };
  const told: string[] = [];
  const record: Tools['record'] = (_, type, reason, message) =>
    void told.push(`${type} ${reason}: ${message}`);
  const { clock } = cluster;
  const tools: Tools = {
    store,
    clock,
    record,
    view: borrowView(cluster.store).view,
    queue: undefined as never,
  };
  const volumeClaimTemplates = [claimTemplate('data'), claimTemplate('logs')];
  const set = cluster.store.create(
    STATEFUL_SETS,
    newStatefulSet('kafka', 1, { volumeClaimTemplates, ...spec }),
  );
  const member = (ordinal = 0) => podFromTemplate(set.spec.template, set, `kafka-${ordinal}`);
  return { cluster, tools, told, set, member };
}

test('a Pod that cannot be made is told of, unless it is there', () => {
  const { cluster, tools, told, set, member } = scene();
  createMember(tools, set, member());
  told.length = 0;
  assert.throws(() => createMember(tools, set, member()), { reason: 'AlreadyExists' });
  assert.deepEqual(told, []);
  assert.equal(cluster.pods().length, 1);
  const refused = scene({}, (store) => ({
    create: (type, ...rest) => {
      if (type.resource === 'pods') throw forbidden(type, '', 'too many');
      return store.create(type, ...rest);
    },
  }));
  assert.throws(() => createMember(refused.tools, refused.set, refused.member()), { reason: 'Forbidden' });
  assert.equal(
    refused.told.at(-1),
    'Warning FailedCreate: Create Pod kafka-0 in StatefulSet kafka failed error: pods is forbidden: too many',
  );
});

test('a claim that cannot be made is told of, and the others are made all the same', () => {
  const { cluster, tools, told, set, member } = scene({}, (store) => ({
    create: (type, object, ...rest) => {
      if (object.metadata.name === 'data-kafka-0') throw forbidden(type, '', 'exceeded quota');
      return store.create(type, object, ...rest);
    },
  }));
  const cause = forbidden(PERSISTENT_VOLUME_CLAIMS, '', 'exceeded quota');
  assert.throws(() => createMissingClaims(tools, set, member()), { message: cause.message, cause });
  assert.deepEqual(names(claims(cluster)), ['logs-kafka-0']);
  assert.deepEqual(told, [
    'Warning FailedCreate: Create Claim data-kafka-0 for Pod kafka-0 in StatefulSet kafka failed error: persistentvolumeclaims is forbidden: exceeded quota',
    'Normal SuccessfulCreate: Create Claim logs-kafka-0 Pod kafka-0 in StatefulSet kafka success',
  ]);
});

test('of a deletion: what has gone is no failure and nothing to tell; what fails is both', () => {
  const { cluster, tools, told, set, member } = scene();
  const pod = cluster.store.create(PODS, member());
  cluster.store.delete(PODS, 'shop', 'kafka-0', { gracePeriodSeconds: 0 });
  deleteMember(tools, set, pod);
  assert.deepEqual(told, []);
  cluster.store.create(PODS, member());
  assert.throws(() => deleteMember(tools, set, pod), { reason: 'Conflict' });
  assert.equal(cluster.pods().length, 1, 'another of the name stays');
  assert.match(
    told[0] ?? '',
    /^Warning FailedDelete: Delete Pod kafka-0 in StatefulSet kafka failed error: /,
  );
  assert.equal(told.length, 1);
});

test('a repair that fails is told of', () => {
  const { cluster, tools, told, set, member } = scene({}, () => ({
    modify: () => {
      throw internalError('etcd is away');
    },
  }));
  const pod = cluster.store.create(PODS, member());
  assert.throws(() => repairMember(tools, set, pod), { message: 'Internal error occurred: etcd is away' });
  assert.equal(
    told.at(-1),
    'Warning FailedUpdate: Update Pod kafka-0 in StatefulSet kafka failed error: Internal error occurred: etcd is away',
  );
});

const retention = (whenDeleted: string, whenScaled: string) => ({
  persistentVolumeClaimRetentionPolicy: { whenDeleted, whenScaled },
});

test('claims match the policy only once each has the owner that it asks for', () => {
  const { cluster, tools, told, set, member } = scene(retention('Delete', 'Retain'));
  assert.equal(claimsMatchRetention(tools, set, member()), true, 'there are none yet');
  createMissingClaims(tools, set, member());
  assert.equal(claimsMatchRetention(tools, set, member()), true);
  cluster.store.modify(PERSISTENT_VOLUME_CLAIMS, 'shop', 'logs-kafka-0', ({ metadata }) => {
    delete metadata.ownerReferences;
  });
  assert.equal(claimsMatchRetention(tools, set, member()), false);
  told.length = 0;
  const version = (name: string) => cluster.get(PERSISTENT_VOLUME_CLAIMS, name).metadata.resourceVersion;
  const before = version('data-kafka-0');
  settleClaimOwners(tools, set, member());
  assert.ok(claims(cluster).every((claim) => controllerOf(claim)?.uid === set.metadata.uid));
  assert.equal(version('data-kafka-0'), before);
  assert.deepEqual(told, [], 'there is no conflict');
});

test('a claim whose owner is a Pod that was there before is stale while it goes with its Pod, and else nobody asks', () => {
  for (const [whenScaled, stale] of [
    ['Delete', true],
    ['Retain', false],
  ] as const) {
    const { cluster, tools, set, member } = scene(retention('Retain', whenScaled));
    const pod = cluster.store.create(PODS, member());
    assert.equal(hasStaleClaim(tools, set, pod), false);
    createMissingClaims(tools, set, pod);
    const owner = { apiVersion: 'v1', kind: 'Pod', name: 'kafka-0', uid: pod.metadata.uid ?? '' };
    const own = (uid: string) =>
      cluster.store.modify(PERSISTENT_VOLUME_CLAIMS, 'shop', 'logs-kafka-0', ({ metadata }) => {
        metadata.ownerReferences = [{ ...owner, uid }];
      });
    own(owner.uid);
    assert.equal(hasStaleClaim(tools, set, pod), false);
    own('earlier');
    assert.equal(hasStaleClaim(tools, set, pod), stale);
  }
});
