import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RequestRecord } from '@toolcrib/model';
import { createdBy, remadeByAdopter, standsAs, takenOver } from './adopted.ts';
import { asked, but, factsOf, live, object, owned, snapshotOf, web } from './testing/kept.ts';

const template = { spec: { containers: [{ name: 'c', image: 'web:1' }] } };
const selector = { matchLabels: { app: 'web' } };
const created = object('apps/v1 ReplicaSet', 'web', {
  metadata: { uid: 'created' },
  spec: { selector, template },
});
const now = but(created, { metadata: { uid: 'its own' } });
const bare = object('v1 Pod', 'bare', { spec: template.spec });
const scale = (adopts?: string): RequestRecord =>
  asked({
    effect: { verb: 'scale', target: web, replicas: 1, dryRun: false, ...(adopts ? { adopts } : {}) },
    targetUids: ['created'],
  });

test('only of a create that takes over its targets are what was created', () => {
  assert.deepEqual([...createdBy([scale('it takes over 2 Pods'), asked()])], ['created']);
  assert.deepEqual([...createdBy([scale(), asked()])], []);
});

test('what stands in the place of what was created has its selector, and stays', () => {
  assert.equal(standsAs(created, live([created], [now])), now);
  assert.equal(standsAs(created, live([created])), undefined);
  const going = but(now, { metadata: { deletionTimestamp: 'x' } });
  assert.equal(standsAs(created, live([created], [going])), undefined);
  const other = but(now, { spec: { selector: { matchLabels: { app: 'other' } } } });
  assert.equal(standsAs(created, live([created], [other])), undefined);
  const nameless = but(now, { metadata: { uid: undefined } });
  assert.equal(standsAs(created, live([created], [nameless])), undefined);
});

test('the Pods that were nobody’s were taken over, where what took them stands', () => {
  const ofAnother = object('v1 Pod', 'owned', { metadata: owned(object('apps/v1 ReplicaSet', 'old')) });
  const map = object('v1 ConfigMap', 'c');
  const snapshots = [snapshotOf([map]), snapshotOf([created, bare, ofAnother, map])];
  const requests = [scale('it takes over one Pod')];
  const taken = takenOver(requests, snapshots, live([created], [now]));
  assert.deepEqual([...taken], [['Pod-bare', created]]);
  assert.deepEqual([...takenOver(requests, snapshots, live([created]))], []);
  assert.deepEqual([...takenOver([scale()], snapshots, live([created], [now]))], []);
});

test('who took a Pod over makes it again; another in its place where it is not like what that makes', () => {
  const facts = (by = created, more = {}) =>
    factsOf([created, bare], [now], { takenOver: new Map([['Pod-bare', by]]), ...more });
  const left = remadeByAdopter(facts(), bare);
  assert.deepEqual(
    [left?.result, left?.note, left?.by],
    ['skipped', 'ReplicaSet web makes it again', created],
  );
  assert.deepEqual(left?.object.metadata.ownerReferences, [
    { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'created', controller: true },
  ]);
  assert.equal(left?.object.metadata.uid, 'Pod-bare');
  const unlike = but(bare, { spec: { containers: [{ name: 'c', image: 'debug:1' }] } });
  assert.equal(remadeByAdopter(facts(), unlike)?.note, 'ReplicaSet web makes another in its place');
  const lost = facts(created, { promised: new Map([['Pod-bare', 'lost']]) });
  assert.equal(remadeByAdopter(lost, bare)?.note, 'ReplicaSet web makes another in its place');
  const deployment = but(created, { kind: 'Deployment' });
  assert.equal(remadeByAdopter(facts(deployment), bare)?.by, undefined, 'counted at its ReplicaSet');
  assert.equal(remadeByAdopter(factsOf([created, bare], [now]), bare), undefined);
});
