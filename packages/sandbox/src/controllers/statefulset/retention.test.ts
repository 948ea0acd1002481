import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject, OwnerReference } from '@toolcrib/kube';
import {
  claimOwnersMatch,
  correctOwners,
  hasForeignController,
  hasStaleReference,
  retentionOf,
} from './retention.ts';

function set(whenDeleted?: string, whenScaled?: string): KubeObject {
  const policy = whenDeleted || whenScaled ? { whenDeleted, whenScaled } : undefined;
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db', uid: 'u-set' },
    spec: { replicas: 2, persistentVolumeClaimRetentionPolicy: policy },
  };
}

const pod = (ordinal: number): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: `db-${ordinal}`, uid: `u-${ordinal}` },
});
const claim = (...ownerReferences: OwnerReference[]): KubeObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'c', ...(ownerReferences.length > 0 ? { ownerReferences } : {}) },
});

const bySet = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  name: 'db',
  uid: 'u-set',
  controller: true,
  blockOwnerDeletion: true,
};
const byPod = (ordinal: number) => ({
  ...bySet,
  apiVersion: 'v1',
  kind: 'Pod',
  name: `db-${ordinal}`,
  uid: `u-${ordinal}`,
});
const stranger = { apiVersion: 'v1', kind: 'X', name: 'x', uid: 'u-x' };

test('claims are retained unless it is said otherwise', () => {
  assert.deepEqual(retentionOf(set()), { whenDeleted: 'Retain', whenScaled: 'Retain' });
  assert.deepEqual(retentionOf(set('Delete')), { whenDeleted: 'Delete', whenScaled: 'Retain' });
  assert.deepEqual(retentionOf(set(undefined, 'Delete')), { whenDeleted: 'Retain', whenScaled: 'Delete' });
});

/** Owners that a claim of this Pod should have: [set, Pod]. */
function wanted(policy: [string?, string?], ordinal: number): [boolean, boolean] {
  const owners = correctOwners(claim(), set(...policy), pod(ordinal));
  const found: [boolean, boolean] = [
    owners.some(({ uid }) => uid === 'u-set'),
    owners.some(({ uid }) => uid === `u-${ordinal}`),
  ];
  assert.equal(claimOwnersMatch(claim(...owners), set(...policy), pod(ordinal)), true);
  assert.equal(claimOwnersMatch(claim(), set(...policy), pod(ordinal)), owners.length === 0);
  return found;
}

test('a claim goes with the set, or with a Pod that is scaled away', () => {
  assert.deepEqual(wanted([], 0), [false, false]);
  assert.deepEqual(wanted([], 5), [false, false]);
  assert.deepEqual(wanted(['Delete'], 0), [true, false]);
  assert.deepEqual(wanted(['Delete'], 5), [true, false]);
  assert.deepEqual(wanted([undefined, 'Delete'], 0), [false, false]);
  assert.deepEqual(wanted([undefined, 'Delete'], 5), [false, true]);
  assert.deepEqual(wanted(['Delete', 'Delete'], 0), [true, false]);
  assert.deepEqual(wanted(['Delete', 'Delete'], 5), [false, true]);
});

test('owners of others stay, and references are whole', () => {
  assert.deepEqual(correctOwners(claim(stranger, byPod(0)), set('Delete'), pod(0)), [stranger, bySet]);
  assert.deepEqual(correctOwners(claim(bySet), set('Delete', 'Delete'), pod(5)), [byPod(5)]);
  assert.deepEqual(correctOwners(claim(bySet), set(), pod(0)), []);
});

test('owners that should not be there do not match', () => {
  assert.equal(claimOwnersMatch(claim(bySet), set(), pod(0)), false);
  assert.equal(claimOwnersMatch(claim(byPod(0)), set(), pod(0)), false);
  assert.equal(claimOwnersMatch(claim(byPod(5)), set('Delete', 'Delete'), pod(5)), true);
  assert.equal(claimOwnersMatch(claim(stranger), set(), pod(0)), true);
  // One that does not control is put right.
  assert.equal(claimOwnersMatch(claim({ ...bySet, controller: false }), set('Delete'), pod(0)), false);
  assert.equal(
    claimOwnersMatch(claim({ ...byPod(5), controller: undefined }), set('Delete', 'Delete'), pod(5)),
    false,
  );
});

test('a reference to an earlier object of the name is the collector’s business', () => {
  const old = { ...bySet, uid: 'u-old' };
  assert.equal(hasStaleReference(claim(old), set()), true);
  assert.equal(hasStaleReference(claim(bySet), set()), false);
  assert.equal(hasStaleReference(claim(stranger), set()), false);
  assert.equal(hasStaleReference(claim(), set()), false);
  assert.equal(hasStaleReference(claim({ ...old, kind: 'X' }), set()), false);
  assert.equal(hasStaleReference(claim({ ...old, apiVersion: 'v1' }), set()), false);
  assert.equal(hasStaleReference(claim({ ...old, name: 'x' }), set()), false);
  assert.equal(claimOwnersMatch(claim(old), set(), pod(0)), true);
  assert.equal(claimOwnersMatch(claim({ ...byPod(0), uid: 'u-old' }), set('Delete'), pod(0)), true);
});

test('where another controls the claim, the policy is not followed', () => {
  const controller = { ...stranger, controller: true };
  assert.equal(hasForeignController(claim(controller), set('Delete'), pod(0)), true);
  assert.equal(hasForeignController(claim(controller), set(undefined, 'Delete'), pod(0)), true);
  assert.equal(hasForeignController(claim(controller), set(), pod(0)), false);
  assert.equal(hasForeignController(claim(stranger), set('Delete'), pod(0)), false);
  assert.equal(hasForeignController(claim(bySet, byPod(0)), set('Delete'), pod(0)), false);
  assert.equal(hasForeignController(claim({ ...bySet, uid: 'u-old' }), set('Delete'), pod(0)), true);
  assert.equal(hasForeignController(claim(), set('Delete'), pod(0)), false);
  assert.equal(claimOwnersMatch(claim(controller), set('Delete'), pod(0)), true);
  assert.equal(claimOwnersMatch(claim(controller, bySet), set('Delete'), pod(0)), false);
  assert.equal(claimOwnersMatch(claim(controller, byPod(0)), set('Delete'), pod(0)), false);
  assert.deepEqual(correctOwners(claim(controller, bySet), set('Delete'), pod(0)), [controller]);
});
