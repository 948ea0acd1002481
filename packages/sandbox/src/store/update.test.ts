import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { ApiError } from '../apimachinery/api-error.ts';
import { createStore } from './memory-store.ts';
import type { StoreEvent } from './store.ts';
import type { Strategy } from './strategy.ts';

const PODS = { group: '', version: 'v1', resource: 'pods' };
const NODES = { group: '', version: 'v1', resource: 'nodes' };
const clock = { now: () => Date.parse('2026-11-02T10:00:00Z'), after: () => () => {} };

/** A store with one Node, whose kind has these rules. */
function storeWith(strategy: Strategy = {}, metadata: Partial<KubeObject['metadata']> = {}) {
  const store = createStore({ clock, strategyOf: () => strategy });
  const made = store.create(NODES, {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'a', ...metadata },
    spec: { unschedulable: false },
  });
  const heard: StoreEvent[] = [];
  store.subscribe((event) => void heard.push(event));
  return { store, made, heard };
}

function refusal(run: () => void): [number, string] {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof ApiError);
    return [error.code, error.message];
  }
  return assert.fail('it was not refused');
}

const changed = (object: KubeObject): KubeObject => ({ ...object, spec: { unschedulable: true } });

test('a change is a new version and one event with the state before', () => {
  const { store, made, heard } = storeWith();
  const updated = store.update(NODES, changed(made));
  assert.equal(updated.metadata.resourceVersion, String(store.version()));
  assert.equal(updated.metadata.generation, 2);
  assert.deepEqual(
    heard.map(({ type, previous }) => [type, previous?.spec.unschedulable]),
    [['MODIFIED', false]],
  );
  assert.equal(store.get(NODES, undefined, 'a').spec.unschedulable, true);
});

test('the same again is no change, and a dry run none either', () => {
  const { store, made, heard } = storeWith();
  assert.equal(store.update(NODES, made).metadata.resourceVersion, made.metadata.resourceVersion);
  const dry = store.update(NODES, changed(made), { dryRun: true });
  assert.equal(dry.spec.unschedulable, true);
  assert.equal(dry.metadata.resourceVersion, made.metadata.resourceVersion);
  assert.equal(store.get(NODES, undefined, 'a').spec.unschedulable, false);
  assert.deepEqual(heard, []);
});

test('what is not there is not updated', () => {
  const { store, made } = storeWith();
  const other = { ...made, metadata: { ...made.metadata, name: 'b' } };
  assert.deepEqual(
    refusal(() => store.update(NODES, other)),
    [404, 'nodes "b" not found'],
  );
});

test('a UID or a version of another state is a conflict', () => {
  const { store, made } = storeWith();
  const uid = { ...made, metadata: { ...made.metadata, uid: 'other' } };
  assert.deepEqual(
    refusal(() => store.update(NODES, uid)),
    [
      409,
      `Operation cannot be fulfilled on nodes "a": StorageError: invalid object, Code: 4, Key: /registry/nodes/a, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: other, UID in object meta: ${made.metadata.uid}`,
    ],
  );
  const stale = { ...made, metadata: { ...made.metadata, resourceVersion: '1' } };
  assert.deepEqual(
    refusal(() => store.update(NODES, stale)),
    [
      409,
      'Operation cannot be fulfilled on nodes "a": the object has been modified; please apply your changes to the latest version and try again',
    ],
  );
});

test('an update without a version is taken as it is, except by kinds that insist on one', () => {
  for (const resourceVersion of [undefined, '', '0']) {
    const { store, made } = storeWith();
    const bare = { ...changed(made), metadata: { ...made.metadata, resourceVersion } };
    assert.equal(store.update(NODES, bare).spec.unschedulable, true);
    // The same once more is no change, also without a version.
    const version = store.version();
    assert.equal(store.update(NODES, bare).metadata.resourceVersion, String(version));
    assert.equal(store.version(), version);
    const strict = storeWith({ unconditionalUpdate: false });
    const given = { ...strict.made, metadata: { ...strict.made.metadata, resourceVersion } };
    assert.deepEqual(
      refusal(() => strict.store.update(NODES, given)),
      [
        422,
        'nodes "a" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update',
      ],
    );
  }
  const { store, made } = storeWith({ unconditionalUpdate: false });
  assert.equal(store.update(NODES, changed(made)).spec.unschedulable, true);
});

test('the rules of the kind are asked, and those for the status where it is that', () => {
  const asked: string[] = [];
  const strategy: Strategy = {
    setDefaults: () => void asked.push('defaults'),
    prepareForUpdate: () => void asked.push('prepare'),
    prepareForStatusUpdate: () => void asked.push('prepare status'),
    validate() {
      asked.push('validate');
      return [];
    },
    validateUpdate() {
      asked.push('validate update');
      return [];
    },
  };
  const { store, made } = storeWith(strategy);
  asked.length = 0;
  store.update(NODES, changed(made));
  assert.deepEqual(asked.splice(0), ['defaults', 'prepare', 'validate', 'validate update']);
  const status = { ...store.get(NODES, undefined, 'a'), status: { phase: 'x' } };
  const written = store.update(NODES, status, { subresource: 'status' });
  assert.deepEqual(asked, ['defaults', 'prepare status']);
  assert.equal(written.metadata.generation, 2);
});

test('every fault is told, those of the metadata first', () => {
  const fault = { type: 'FieldValueInvalid', field: 'spec', body: 'first' };
  const { store, made } = storeWith({ validateUpdate: () => [fault, { ...fault, body: 'second' }] });
  const given = { ...made, metadata: { ...made.metadata, labels: { a: '-' } } };
  const [code, message] = refusal(() => store.update(NODES, given));
  assert.equal(code, 422);
  assert.match(message, /^Node "a" is invalid: \[metadata\.labels: .*, spec: first, spec: second\]$/);
  assert.equal(store.version(), Number(made.metadata.resourceVersion));
});

test('an object in deletion takes no finalizer, and goes with its last one', () => {
  let released = 0;
  const { store, heard } = storeWith({ release: () => void released++ }, { finalizers: ['a.io/b'] });
  const marked = store.delete(NODES, undefined, 'a').object;
  const more = { ...marked, metadata: { ...marked.metadata, finalizers: ['a.io/b', 'a.io/c'] } };
  assert.equal(refusal(() => store.update(NODES, more))[0], 422);
  const last = { ...marked, metadata: { ...marked.metadata, finalizers: [] } };
  store.update(NODES, last, { dryRun: true });
  assert.equal(store.list(NODES).length, 1);
  assert.equal(released, 0);
  heard.length = 0;
  assert.deepEqual(store.update(NODES, last).metadata.finalizers, []);
  assert.equal(store.list(NODES).length, 0);
  assert.equal(released, 1);
  // Watchers are told of the last state that was stored.
  assert.deepEqual(
    heard.map(({ type, object }) => [type, object.metadata.finalizers]),
    [['DELETED', ['a.io/b']]],
  );
});

test('who wrote is kept with the fields, and told to the rules of the kind', () => {
  const managers: unknown[] = [];
  const strategy: Strategy = {
    prepareForUpdate: (_object, _old, { manager }) => void managers.push(manager),
  };
  const { store, made } = storeWith(strategy);
  const manager = { name: 'kubectl', operation: 'Update' as const };
  const updated = store.update(NODES, changed(made), { manager });
  assert.deepEqual(managers, [manager]);
  assert.partialDeepStrictEqual(updated.metadata.managedFields, [
    {
      manager: 'kubectl',
      operation: 'Update',
      time: '2026-11-02T10:00:00Z',
      fieldsV1: { 'f:spec': { 'f:unschedulable': {} } },
    },
  ]);
});

test('another namespace is another object', () => {
  const { store } = storeWith();
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'none' } };
  assert.deepEqual(
    refusal(() => store.update(PODS, pod)),
    [404, 'pods "p" not found'],
  );
});
