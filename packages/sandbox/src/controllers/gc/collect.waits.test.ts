import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OwnerReference } from '@toolcrib/kube';
import { CONFIG_MAPS } from '../common/types.ts';
import { attempts, BLOCKING, NEVER } from '../testing/collecting.ts';
import { make, names, reference } from '../testing/owned-maps.ts';
import type { GraphNode } from './graph.ts';

test('an owner holds as long as it does not wait for its dependents', () => {
  const holds = (finalizers: string[], deleted: boolean) => {
    const { cluster, attempt, edit, stored } = attempts();
    const owner = make(cluster, 'owner');
    edit('owner', (metadata) => void (metadata.finalizers = finalizers));
    if (deleted) cluster.store.delete(CONFIG_MAPS, 'shop', 'owner');
    const child = make(cluster, 'child', [owner]);
    assert.equal(attempt(child), 'done');
    if (!names(cluster).includes('child')) return false;
    assert.equal(stored('child').metadata.resourceVersion, child.metadata.resourceVersion);
    return true;
  };
  assert.equal(holds(['example.com/hold'], true), true);
  assert.equal(holds(['example.com/hold'], false), true);
  const { cluster, attempt, edit } = attempts();
  const waits = make(cluster, 'waits');
  edit('waits', (metadata) => void (metadata.finalizers = ['example.com/hold']));
  cluster.store.delete(CONFIG_MAPS, 'shop', 'waits', { propagationPolicy: 'Foreground' });
  assert.equal(attempt(make(cluster, 'child', [waits])), 'done');
  assert.deepEqual(names(cluster), ['waits']);
});

test('a finalizer that waits for dependents makes no owner wait that is not being deleted', () => {
  const { cluster, attempt, edit } = attempts();
  const owner = make(cluster, 'owner');
  edit('owner', (metadata) => void (metadata.finalizers = ['foregroundDeletion']));
  assert.equal(attempt(make(cluster, 'child', [owner])), 'done');
  assert.deepEqual(names(cluster), ['child', 'owner']);
});

test('how it is deleted follows the finalizer that it has', () => {
  const deleted = (finalizers: string[]) => {
    const { cluster, attempt, edit } = attempts();
    make(cluster, 'child', [NEVER]);
    const child = edit('child', (metadata) => void (metadata.finalizers = finalizers));
    assert.equal(attempt(child), 'done');
    const [left] = cluster.store.list(CONFIG_MAPS);
    return left && [left.metadata.deletionTimestamp !== undefined, left.metadata.finalizers];
  };
  assert.equal(deleted([]), undefined);
  assert.deepEqual(deleted(['orphan']), [true, ['orphan']]);
  assert.deepEqual(deleted(['foregroundDeletion']), [true, ['foregroundDeletion']]);
  assert.deepEqual(deleted(['example.com/hold']), [true, ['example.com/hold']]);
});

test('one that waits for an owner and is waited for no longer blocks; what did not block stays as it was', () => {
  const { cluster, attempt, node, stored, edit } = attempts();
  const [a, b] = [make(cluster, 'a'), make(cluster, 'b')];
  for (const name of ['a', 'b']) {
    edit(name, (metadata) => void (metadata.finalizers = ['example.com/hold']));
    cluster.store.delete(CONFIG_MAPS, 'shop', name, { propagationPolicy: 'Foreground' });
  }
  make(cluster, 'child');
  const child = edit('child', (metadata) => {
    metadata.ownerReferences = [reference(a, BLOCKING), reference(b)];
    metadata.finalizers = ['example.com/hold'];
  });
  const leaf = make(cluster, 'leaf', [child]);
  const attemptWith = (deletingDependents: boolean) =>
    attempt(child, { dependents: new Set([node(leaf, { deletingDependents })]) });
  const references: OwnerReference[] = [reference(a, BLOCKING), reference(b)];
  assert.equal(attemptWith(false), 'done');
  const { ownerReferences, finalizers, deletionTimestamp } = stored('child').metadata;
  assert.deepEqual(ownerReferences, references);
  assert.deepEqual(finalizers, ['example.com/hold', 'foregroundDeletion']);
  assert.ok(deletionTimestamp);
  // Its own write is in its way, as in the real one: it is tried again.
  assert.throws(() => attemptWith(true), { reason: 'Conflict' });
  assert.equal(attemptWith(true), 'done');
  assert.deepEqual(stored('child').metadata.ownerReferences, [
    reference(a, { blockOwnerDeletion: false }),
    reference(b),
  ]);
});

test('what waits for its dependents looks at those that block it, unless they wait themselves', () => {
  const { cluster, attempt, node, stored, edit, asked } = attempts();
  const owner = make(cluster, 'owner');
  edit('owner', (metadata) => void (metadata.finalizers = ['foregroundDeletion', 'example.com/hold']));
  const dependent = (name: string, block: boolean, of: Partial<GraphNode> = {}) =>
    node(make(cluster, name, [owner], { blockOwnerDeletion: block }), of);
  const loose = dependent('loose', false);
  const dependents = new Set([
    dependent('a', true),
    dependent('b', true, { deletingDependents: true }),
    loose,
  ]);
  assert.equal(attempt(owner, { beingDeleted: true, deletingDependents: true, dependents }), 'done');
  assert.deepEqual(asked, ['a']);
  assert.deepEqual(stored('owner').metadata.finalizers, ['foregroundDeletion', 'example.com/hold']);
  for (let times = 0; times < 2; times++) {
    assert.equal(attempt(owner, { deletingDependents: true, dependents: new Set([loose]) }), 'done');
    assert.deepEqual(stored('owner').metadata.finalizers, ['example.com/hold']);
  }
  assert.deepEqual(asked, ['a']);
  assert.equal(
    attempt(make(cluster, 'bare'), { deletingDependents: true }),
    'done',
    'it has no finalizers at all',
  );
});
