import assert from 'node:assert/strict';
import { test } from 'node:test';
import { controllerOf, type KubeObject } from '@toolcrib/kube';
import { forbidden, internalError } from '../../apimachinery/api-error.ts';
import type { Store } from '../../store/store.ts';
import type { Tools } from '../common/loop.ts';
import { podFromTemplate } from '../common/pods.ts';
import { PERSISTENT_VOLUME_CLAIMS, PODS, STATEFUL_SETS } from '../common/types.ts';
import { borrowView } from '../common/view.ts';
import { quietCluster } from '../testing/alone.ts';
import { claimTemplate, newStatefulSet, type TestCluster } from '../testing/cluster.ts';
import {
  claimsMatchRetention,
  createMember,
  createMissingClaims,
  deleteMember,
  hasStaleClaim,
  repairMember,
  settleClaimOwners,
} from './members.ts';

const claims = (cluster: TestCluster) => cluster.store.list(PERSISTENT_VOLUME_CLAIMS, { namespace: 'shop' });

const names = (objects: KubeObject[]) => objects.map((object) => object.metadata.name).sort();

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

test('a claim whose owners are right is not written', () => {
  const { cluster, tools, set, member } = scene(retention('Delete', 'Retain'));
  const pod = cluster.store.create(PODS, member());
  createMissingClaims(tools, set, pod);
  const written: string[] = [];
  const store: Store = {
    ...tools.store,
    modify: (type, namespace, name, ...rest) => {
      written.push(name);
      return tools.store.modify(type, namespace, name, ...rest);
    },
  };
  settleClaimOwners({ ...tools, store }, set, pod);
  assert.deepEqual(written, []);
});
