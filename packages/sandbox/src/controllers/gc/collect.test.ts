import assert from 'node:assert/strict';
import { test } from 'node:test';
import { internalError } from '../../apimachinery/api-error.ts';
import type { Store } from '../../store/store.ts';
import { NODES } from '../common/types.ts';
import { attempts, NEVER } from '../testing/collecting.ts';
import { make, names, reference, remove } from '../testing/owned-maps.ts';
import { orphanDependents } from './collect.ts';
import { identityKey } from './graph.ts';

const nothing: Partial<Store> = {
  get: () => assert.fail('nothing is asked'),
  delete: () => assert.fail('nothing is deleted'),
};

test('what goes already by itself is let go', () => {
  const { attempt } = attempts(() => nothing);
  assert.equal(attempt({ ...NEVER }, { beingDeleted: true }), 'done');
});

test('what is not there is absent, and so is what has another UID', () => {
  const { cluster, attempt } = attempts();
  assert.equal(attempt({ ...NEVER, metadata: { ...NEVER.metadata, namespace: 'shop' } }), 'absent');
  const there = make(cluster, 'there', [NEVER]);
  assert.equal(attempt({ ...there, metadata: { ...there.metadata, uid: 'earlier' } }), 'absent');
  assert.deepEqual(names(cluster), ['there']);
});

test('what has no owners stays', () => {
  const { cluster, attempt } = attempts();
  assert.equal(attempt(make(cluster, 'free')), 'done');
  assert.deepEqual(names(cluster), ['free']);
});

test('a namespaced kind without a namespace is hopeless, as owner and by itself', () => {
  const { cluster, attempt, absent } = attempts();
  assert.equal(attempt(NEVER), 'hopeless');
  const owner = make(cluster, 'owner');
  const metadata = { name: 'n', ownerReferences: [reference(owner)] };
  assert.equal(
    attempt(cluster.store.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata })),
    'hopeless',
  );
  assert.equal(cluster.exists(NODES, 'n'), true);
  assert.deepEqual(absent, []);
});

test('what cannot be read is tried again, and never deleted', () => {
  for (const unreadable of ['child', 'owner']) {
    const { cluster, attempt, absent } = attempts((store) => ({
      get(type, namespace, name) {
        if (name === unreadable) throw internalError('etcd is away');
        return store.get(type, namespace, name);
      },
    }));
    const child = make(cluster, 'child', [make(cluster, 'owner')]);
    assert.throws(() => attempt(child), { message: 'Internal error occurred: etcd is away' });
    assert.deepEqual([names(cluster), absent], [['child', 'owner'], []]);
  }
  const { cluster, attempt } = attempts();
  const widget = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w', uid: 'w-uid' } };
  assert.throws(() => attempt(make(cluster, 'child', [widget])), /REST mapping for example.com\/v1\/Widget/);
});

test('an owner that is known to be absent is not asked for again', () => {
  for (const [kind, namespace] of [
    ['ConfigMap', 'shop'],
    ['Node', ''],
  ] as const) {
    const { cluster, known, absent, attempt } = attempts((store) => ({
      get: (type, at, name) => (name === 'owner' ? assert.fail('it is known') : store.get(type, at, name)),
    }));
    const owner = { apiVersion: 'v1', kind, metadata: { name: 'owner', uid: 'owner-uid' } };
    known.add(identityKey({ apiVersion: 'v1', kind, namespace, name: 'owner', uid: 'owner-uid' }));
    assert.equal(attempt(make(cluster, 'child', [owner])), 'done');
    assert.deepEqual([names(cluster), absent], [[], []]);
  }
});

test('an absent owner is remembered where its kind has its place', () => {
  const { cluster, absent, attempt } = attempts();
  attempt(make(cluster, 'child', [NEVER]));
  attempt(make(cluster, 'second', [{ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n', uid: 'u' } }]));
  assert.deepEqual(absent, ['shop/never', '/n']);
  assert.deepEqual(names(cluster), []);
});

test('what changes between the look and the deletion: it goes only if it is still the same, of the same owners', () => {
  const racing = (race: (scene: ReturnType<typeof attempts>) => void) => {
    let raced = false;
    const scene: ReturnType<typeof attempts> = attempts((store) => ({
      delete(...given) {
        if (!raced) race(scene);
        raced = true;
        return store.delete(...given);
      },
    }));
    const child = make(scene.cluster, 'child', [NEVER]);
    const outcome = () => scene.attempt(child);
    return { outcome, left: () => names(scene.cluster) };
  };
  const label = racing(({ edit }) => void edit('child', (metadata) => void (metadata.labels = { a: 'b' })));
  assert.equal(label.outcome(), 'done');
  assert.deepEqual(label.left(), []);

  const owned = racing(({ cluster, edit }) => {
    const owner = make(cluster, 'owner');
    edit('child', (metadata) => void (metadata.ownerReferences = [reference(owner)]));
  });
  assert.throws(owned.outcome, { reason: 'Conflict' });
  assert.deepEqual(owned.left(), ['child', 'owner']);

  const replaced = racing(({ cluster }) => {
    remove(cluster, 'child');
    make(cluster, 'child', [NEVER]);
  });
  assert.throws(replaced.outcome, { reason: 'Conflict' });
  assert.deepEqual(replaced.left(), ['child']);

  const gone = racing(({ cluster }) => void remove(cluster, 'child'));
  assert.equal(gone.outcome(), 'done');
  assert.deepEqual(gone.left(), []);

  const failing = racing(() => {
    throw internalError('etcd is away');
  });
  assert.throws(failing.outcome, { message: 'Internal error occurred: etcd is away' });
  assert.deepEqual(failing.left(), ['child']);
});

test('a second conflict is one to try again', () => {
  let times = 0;
  const { cluster, attempt } = attempts((store) => ({
    delete(type, namespace, name, options) {
      times++;
      // As if it were replaced each time.
      return store.delete(type, namespace, name, { ...options, preconditions: { uid: 'another' } });
    },
  }));
  assert.throws(() => attempt(make(cluster, 'child', [NEVER])), { reason: 'Conflict' });
  assert.equal(times, 2);
  assert.deepEqual(names(cluster), ['child']);
});

test('orphaning: those that have gone, were replaced or let go are passed over', () => {
  const { cluster, collector, node, stored, edit } = attempts();
  make(cluster, 'owner');
  const owner = edit('owner', (metadata) => void (metadata.finalizers = ['orphan', 'example.com/hold']));
  const dependents = ['gone', 'replaced', 'free', 'child'].map((name) => node(make(cluster, name, [owner])));
  for (const name of ['gone', 'replaced']) remove(cluster, name);
  make(cluster, 'replaced', [owner]);
  edit('free', (metadata) => void delete metadata.ownerReferences);
  orphanDependents(collector, node(owner, { dependents: new Set(dependents) }));
  assert.deepEqual(stored('replaced').metadata.ownerReferences, [reference(owner)]);
  assert.equal(stored('child').metadata.ownerReferences, undefined);
  assert.deepEqual(stored('owner').metadata.finalizers, ['example.com/hold']);
});

test('orphaning: while one cannot be changed the owner stays, and all the others are let go', () => {
  const cause = internalError('etcd is away');
  const { cluster, collector, node, stored, edit } = attempts((store) => ({
    modify(...given) {
      if (given[2] === 'stuck') throw cause;
      return store.modify(...given);
    },
  }));
  make(cluster, 'owner');
  const owner = edit('owner', (metadata) => void (metadata.finalizers = ['orphan']));
  const dependents = ['stuck', 'child'].map((name) => node(make(cluster, name, [owner])));
  assert.throws(() => orphanDependents(collector, node(owner, { dependents: new Set(dependents) })), {
    message: 'Not all dependents of owner could be orphaned.',
    cause,
  });
  assert.equal(stored('child').metadata.ownerReferences, undefined);
  assert.deepEqual(stored('owner').metadata.finalizers, ['orphan']);
});
