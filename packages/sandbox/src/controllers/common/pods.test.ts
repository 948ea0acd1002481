import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Body, KubeObject } from '@toolcrib/kube';
import { notFound } from '../../apimachinery/api-error.ts';
import { testCluster } from '../testing/cluster.ts';
import type { Tools } from './loop.ts';
import * as pods from './pods.ts';
import { PODS, REPLICA_SETS } from './types.ts';
import { borrowView } from './view.ts';

const NOW = Date.parse('2026-11-02T10:00:00Z');

function pod(status: Body, metadata: Partial<KubeObject['metadata']> = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'shop', ...metadata }, status };
}
const ready = (seconds: number, status = 'True') =>
  pod({
    conditions: [{ type: 'Ready', status, lastTransitionTime: new Date(NOW - seconds * 1000).toISOString() }],
  });
const owner: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: { name: 'web', namespace: 'shop', uid: 'u' },
};

test('what a Pod is', () => {
  const going = { deletionTimestamp: '2026-11-02T10:00:00Z' };
  for (const phase of ['Succeeded', 'Failed']) {
    assert.equal(pods.isFinished(pod({ phase })), true);
    assert.equal(pods.isActive(pod({ phase })), false);
  }
  assert.equal(pods.isFinished(pod({ phase: 'Running' })), false);
  assert.equal(pods.isActive(pod({ phase: 'Running' })), true);
  assert.equal(pods.isActive(pod({ phase: 'Running' }, going)), false);
  assert.equal(pods.isTerminating(pod({}, going)), true);
  assert.equal(pods.isTerminating(pod({})), false);
  assert.deepEqual(
    [pods.isReady(ready(1)), pods.isReady(ready(1, 'False')), pods.isReady(pod({}))],
    [true, false, false],
  );
});

test('since when a Pod is ready, and whether for long enough', () => {
  assert.equal(pods.readySince(ready(5)), NOW - 5000);
  assert.equal(pods.readySince(ready(5, 'False')), undefined);
  assert.equal(pods.isAvailable(ready(5), 0, NOW), true);
  assert.equal(pods.isAvailable(ready(5), 5, NOW), true);
  assert.equal(pods.isAvailable(ready(5), 6, NOW), false);
  assert.equal(pods.isAvailable(ready(5, 'False'), 0, NOW), false);
  const timeless = pod({ conditions: [{ type: 'Ready', status: 'True' }] });
  assert.deepEqual([pods.isAvailable(timeless, 0, NOW), pods.isAvailable(timeless, 1, NOW)], [true, false]);
});

test('when the next Pod becomes available', () => {
  assert.equal(pods.nextAvailability([ready(5), ready(8), ready(60), ready(1, 'False')], 10, NOW), 2000);
  assert.equal(pods.nextAvailability([ready(8), ready(5)], 10, NOW), 2000);
  assert.equal(pods.nextAvailability([ready(60)], 10, NOW), undefined);
  assert.equal(pods.nextAvailability([], 10, NOW), undefined);
});

test('a Pod from a template is its own copy, and the owner’s', () => {
  const template = {
    metadata: { labels: { a: 'b' }, annotations: { c: 'd' }, finalizers: ['x.io/y'], name: 'no' },
    spec: { containers: [{ name: 'c' }] },
  };
  const made = pods.podFromTemplate(template, owner);
  assert.deepEqual(made, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: '',
      generateName: 'web-',
      namespace: 'shop',
      labels: { a: 'b' },
      annotations: { c: 'd' },
      finalizers: ['x.io/y'],
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          name: 'web',
          uid: 'u',
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec: { containers: [{ name: 'c' }] },
  });
  (made as KubeObject).spec.containers[0].name = 'changed';
  assert.equal(template.spec.containers[0]?.name, 'c');
  const bare = pods.podFromTemplate(undefined, owner, 'web-0');
  assert.deepEqual(Object.keys(bare.metadata), ['name', 'namespace', 'ownerReferences']);
  assert.deepEqual([bare.metadata.name, bare.spec], ['web-0', {}]);
});

/** A store, and what was told of it in Events. */
function tools(): { tools: Tools; told: string[] } {
  const { store, clock } = testCluster({ noControllers: true, lawless: true });
  const told: string[] = [];
  const record: Tools['record'] = (_object, type, reason, message) =>
    void told.push(`${type} ${reason}: ${message}`);
  return { tools: { store, clock, record, view: borrowView(store).view, queue: undefined as never }, told };
}

test('a Pod is made, and an Event says so; a failure is told and passed on', () => {
  const { tools: given, told } = tools();
  const made = pods.createPod(given, owner, pod({}, { name: 'one' }));
  assert.equal(given.store.get(PODS, 'shop', 'one').metadata.uid, made.metadata.uid);
  assert.throws(() => pods.createPod(given, owner, pod({}, { name: 'one' })), /already exists/);
  assert.deepEqual(told, [
    'Normal SuccessfulCreate: Created pod: one',
    'Warning FailedCreate: Error creating: pods "one" already exists',
  ]);
  given.store.delete({ group: '', version: 'v1', resource: 'namespaces' }, undefined, 'shop');
  given.store.create(PODS, pod({}, { name: 'other', namespace: 'default' }));
  told.length = 0;
  assert.throws(() => pods.createPod(given, owner, pod({}, { name: 'two' })));
});

test('a Pod is deleted as this very Pod; one that has gone is no error', () => {
  const { tools: given, told } = tools();
  const made = given.store.create(PODS, pod({}, { name: 'one' }));
  assert.throws(
    () => pods.deletePod(given, owner, { ...made, metadata: { ...made.metadata, uid: 'other' } }),
    /UID in the precondition/,
  );
  pods.deletePod(given, owner, made);
  pods.deletePod(given, owner, made);
  assert.equal(given.store.list(PODS).length, 0);
  assert.equal(told.length, 2);
  assert.match(told[0] ?? '', /^Warning FailedDelete: Error deleting: /);
  assert.equal(told[1], 'Normal SuccessfulDelete: Deleted pod: one');
  assert.match(String(notFound({ group: '', resource: 'pods' }, 'x')), /not found/);
});

test('what an owner may have to claim: its own, and those of nobody in its namespace', () => {
  const { tools: given } = tools();
  const put = (name: string, metadata: Partial<KubeObject['metadata']> = {}) =>
    given.store.create(PODS, pod({}, { name, ...metadata }));
  const reference = pods.podFromTemplate({}, owner).metadata.ownerReferences;
  put('own', { ownerReferences: reference });
  put('nobody');
  put('foreign', {
    ownerReferences: [{ apiVersion: 'v1', kind: 'X', name: 'x', uid: 'v', controller: true }],
  });
  put('elsewhere', { namespace: 'default' });
  assert.deepEqual(
    pods.ownAndOrphaned(given, PODS, owner).map(({ metadata }) => metadata.name),
    ['own', 'nobody'],
  );
  assert.deepEqual(pods.ownAndOrphaned(given, REPLICA_SETS, owner), []);
});
