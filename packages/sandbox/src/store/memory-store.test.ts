import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { ApiError } from '../apimachinery/api-error.ts';
import { createStore } from './memory-store.ts';
import type { StoreEvent } from './store.ts';

const clock = { now: () => Date.parse('2026-11-02T10:00:00Z'), after: () => () => {} };
const CONFIGMAPS = { group: '', version: 'v1', resource: 'configmaps' };
const PODS = { group: '', version: 'v1', resource: 'pods' };
const NAMESPACES = { group: '', version: 'v1', resource: 'namespaces' };
const JOBS = { group: 'batch', version: 'v1', resource: 'jobs' };

function storeWithShop() {
  const store = createStore({
    clock,
    strategyOf: (info) => (info.resource === 'pods' ? { gracePeriod: (_pod, asked) => asked ?? 30 } : {}),
  });
  store.create(NAMESPACES, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'shop' },
    spec: { finalizers: ['kubernetes'] },
  });
  return store;
}

function configMap(name: string, extra: Partial<KubeObject['metadata']> = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'shop', ...extra },
    data: { a: '1' },
  };
}

const is = (code: number, reason: string) => (error: unknown) =>
  error instanceof ApiError && error.code === code && error.reason === reason;

test('a created object has a UID, a version and a time; the caller may do what it wants with its copy', () => {
  const store = storeWithShop();
  const made = store.create(CONFIGMAPS, configMap('one'));
  assert.match(made.metadata.uid ?? '', /^[0-9a-f-]{36}$/);
  assert.equal(made.metadata.creationTimestamp, '2026-11-02T10:00:00Z');
  assert.equal(made.metadata.resourceVersion, String(store.version()));
  made.data.a = 'changed';
  assert.equal(store.get(CONFIGMAPS, 'shop', 'one').data.a, '1');
});

test('faults of a create are the Statuses of the real server', () => {
  const store = storeWithShop();
  store.create(CONFIGMAPS, configMap('one'));
  assert.throws(() => store.create(CONFIGMAPS, configMap('one')), is(409, 'AlreadyExists'));
  assert.throws(() => store.create(CONFIGMAPS, configMap('Bad_Name')), is(422, 'Invalid'));
  assert.throws(() => store.create(CONFIGMAPS, configMap('two', { namespace: 'none' })), is(404, 'NotFound'));
  assert.throws(
    () => store.get(CONFIGMAPS, 'shop', 'two'),
    (error: unknown) => {
      assert.ok(error instanceof ApiError);
      assert.equal(error.message, 'configmaps "two" not found');
      assert.deepEqual(error.status.details, { name: 'two', kind: 'configmaps' });
      return true;
    },
  );
});

test('a stale version is a conflict; a write that changes nothing keeps the version', () => {
  const store = storeWithShop();
  const first = store.create(CONFIGMAPS, configMap('one'));
  const same = store.update(CONFIGMAPS, first);
  assert.equal(same.metadata.resourceVersion, first.metadata.resourceVersion);
  store.modify(CONFIGMAPS, 'shop', 'one', (object) => {
    object.data.a = '2';
  });
  assert.throws(() => store.update(CONFIGMAPS, { ...first, data: { a: '3' } }), is(409, 'Conflict'));
});

test('deletion honours preconditions, finalizers and propagation', () => {
  const store = storeWithShop();
  store.create(CONFIGMAPS, configMap('held', { finalizers: ['example.com/hold'] }));
  assert.throws(
    () => store.delete(CONFIGMAPS, 'shop', 'held', { preconditions: { uid: 'other' } }),
    is(409, 'Conflict'),
  );
  const marked = store.delete(CONFIGMAPS, 'shop', 'held', { propagationPolicy: 'Foreground' });
  assert.equal(marked.gone, false);
  assert.deepEqual(marked.object.metadata.finalizers, ['example.com/hold', 'foregroundDeletion']);
  assert.equal(marked.object.metadata.deletionGracePeriodSeconds, 0);
  assert.throws(
    () =>
      store.modify(
        CONFIGMAPS,
        'shop',
        'held',
        (object) => void object.metadata.finalizers?.push('example.com/new'),
      ),
    is(422, 'Invalid'),
  );
  store.modify(CONFIGMAPS, 'shop', 'held', (object) => {
    object.metadata.finalizers = [];
  });
  assert.throws(() => store.get(CONFIGMAPS, 'shop', 'held'), is(404, 'NotFound'));
  // Jobs orphan when nobody says otherwise.
  store.create(JOBS, { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'job', namespace: 'shop' } });
  assert.deepEqual(store.delete(JOBS, 'shop', 'job').object.metadata.finalizers, ['orphan']);
});

test('a Pod stands until its grace period is over, and the period may only be shortened', () => {
  const store = storeWithShop();
  store.create(PODS, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'pod', namespace: 'shop' } });
  const first = store.delete(PODS, 'shop', 'pod');
  assert.equal(first.gone, false);
  assert.equal(first.object.metadata.deletionTimestamp, '2026-11-02T10:00:30Z');
  assert.equal(
    store.delete(PODS, 'shop', 'pod', { gracePeriodSeconds: 60 }).object.metadata.deletionGracePeriodSeconds,
    30,
  );
  assert.equal(
    store.delete(PODS, 'shop', 'pod', { gracePeriodSeconds: 5 }).object.metadata.deletionTimestamp,
    '2026-11-02T10:00:05Z',
  );
  assert.equal(store.delete(PODS, 'shop', 'pod', { gracePeriodSeconds: 0 }).gone, true);
});

test('a Namespace becomes Terminating, takes nothing new, and goes when it is finalized', () => {
  const store = storeWithShop();
  const marked = store.delete(NAMESPACES, undefined, 'shop').object;
  assert.equal(marked.status.phase, 'Terminating');
  assert.throws(() => store.create(CONFIGMAPS, configMap('late')), is(403, 'Forbidden'));
  store.update(NAMESPACES, { ...marked, spec: { finalizers: [] } }, { subresource: 'finalize' });
  assert.throws(() => store.get(NAMESPACES, undefined, 'shop'), is(404, 'NotFound'));
});

test('listeners hear every change in order, also of writes made while they are told', () => {
  const store = storeWithShop();
  const heard: StoreEvent[] = [];
  store.subscribe((event) => {
    if (event.type !== 'ADDED') return;
    store.modify(CONFIGMAPS, 'shop', event.object.metadata.name, (object) => {
      object.data.a = '2';
    });
  });
  store.subscribe((event) => heard.push(event));
  const before = store.version();
  store.create(CONFIGMAPS, configMap('one'));
  store.delete(CONFIGMAPS, 'shop', 'one');
  assert.deepEqual(
    heard.map((event) => event.type),
    ['ADDED', 'MODIFIED', 'DELETED'],
  );
  assert.deepEqual(
    heard.map((event) => event.version),
    [before + 1, before + 2, before + 3],
  );
  assert.deepEqual(store.since(before), heard);
  store.compact();
  assert.equal(store.since(before), undefined);
  assert.deepEqual(store.since(store.version()), []);
});

test("what is listed and read is the caller's own; what is peeked at is not", () => {
  const store = storeWithShop();
  store.create(CONFIGMAPS, configMap('one'));
  const [listed] = store.list(CONFIGMAPS, { namespace: 'shop' });
  assert.ok(listed);
  listed.data.a = 'changed';
  assert.equal(store.get(CONFIGMAPS, 'shop', 'one').data.a, '1');
  assert.equal(store.peek(CONFIGMAPS)[0], store.peek(CONFIGMAPS)[0]);
  assert.deepEqual(store.list(CONFIGMAPS, { namespace: 'none' }), []);
});

test('five thousand changes are kept, unless it is told otherwise', () => {
  const change = (store: ReturnType<typeof createStore>, times: number) => {
    for (let count = 0; count < times; count++) {
      store.modify(CONFIGMAPS, 'shop', 'one', (object) => {
        object.data.a = `v${count}`;
      });
    }
  };
  const few = createStore({ clock, keepEvents: 3, fieldOwnership: false });
  const many = createStore({ clock, fieldOwnership: false });
  for (const store of [few, many]) {
    const { metadata } = store.create(NAMESPACES, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'shop' },
    });
    assert.equal(metadata.managedFields, undefined);
    store.create(CONFIGMAPS, configMap('one'));
    change(store, 10);
  }
  assert.equal(few.since(few.version() - 10), undefined);
  assert.equal(few.since(few.version() - 3)?.length, 3);
  assert.equal(many.since(many.version() - 10)?.length, 10);
});

test('field ownership goes by the built-in schemas, or by the ones that it is given', () => {
  const fields = (store: ReturnType<typeof createStore>) => {
    store.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
    return store.create(CONFIGMAPS, configMap('one', { labels: { a: 'b' } })).metadata.managedFields;
  };
  const [entry] = fields(createStore({ clock })) ?? [];
  assert.partialDeepStrictEqual(entry, {
    manager: 'kube-controller-manager',
    fieldsV1: { 'f:data': { '.': {}, 'f:a': {} } },
  });
  const asked: string[] = [];
  fields(createStore({ clock, schemaOf: ({ kind }) => void asked.push(kind) }));
  assert.deepEqual(asked, ['Namespace', 'ConfigMap']);
});

test('field owners are written unless it is told not to', () => {
  const owners = (fieldOwnership?: boolean) => {
    const store = createStore({ clock, ...(fieldOwnership === undefined ? {} : { fieldOwnership }) });
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels: { a: 'b' } } };
    return store.create(NAMESPACES, namespace).metadata.managedFields !== undefined;
  };
  assert.deepEqual([owners(), owners(true), owners(false)], [true, true, false]);
});
