import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Body, KubeObject } from '@toolcrib/kube';
import { internalError } from '../apimachinery/api-error.ts';
import { BUILT_IN } from '../schema/resources.ts';
import { createStore } from '../store/memory-store.ts';
import { infoOf } from '../testing/infos.ts';
import { serveCustomResources } from './custom-resources.ts';
import { definitionStrategy } from './definition-strategy.ts';

const DEFINITIONS = infoOf('apiextensions.k8s.io/customresourcedefinitions');
const WIDGETS = { group: 'example.com', version: 'v1', resource: 'widgets' };
const NAME = 'widgets.example.com';
const NOW = Date.parse('2026-11-02T10:00:00Z');

function scene() {
  const clock = { now: () => NOW, after: () => () => {} };
  const custom = serveCustomResources();
  const store = createStore({
    clock,
    strategyOf: (info) =>
      custom.strategyOf(info) ?? (info.resource === DEFINITIONS.resource ? definitionStrategy : {}),
  });
  custom.attach(store, clock);
  const columns = [
    { name: 'Size', type: 'integer', jsonPath: '.size' },
    { name: 'Since', type: 'date', jsonPath: '.since' },
    { name: 'List', type: 'string', jsonPath: '.list' },
  ];
  const version = (name: string, storage: boolean) => ({
    name,
    served: true,
    storage,
    schema: {
      openAPIV3Schema: {
        type: 'object',
        properties: { size: { type: 'integer', default: 3, maximum: 9 } },
        'x-kubernetes-preserve-unknown-fields': true,
      },
    },
    additionalPrinterColumns: columns,
  });
  const names = { plural: 'widgets', kind: 'Widget', categories: ['all'] };
  const define = (versions: Body[] = [version('v1', true)]) =>
    store.create(DEFINITIONS, {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: NAME },
      spec: { group: 'example.com', names, scope: 'Cluster', versions },
    });
  const widget = (
    fields: Partial<KubeObject> = {},
    metadata: Partial<KubeObject['metadata']> = {},
  ): KubeObject => ({
    apiVersion: 'example.com/v1',
    kind: 'Widget',
    metadata: { name: 'w', ...metadata },
    ...fields,
  });
  return {
    custom,
    store,
    define,
    widget,
    version,
    definition: () => store.get(DEFINITIONS, undefined, NAME),
  };
}

test('a definition is established at once, and its names are accepted', () => {
  const { define, definition } = scene();
  define();
  const { status } = definition();
  assert.deepEqual(
    status.conditions.map(({ type, status: state, reason, lastTransitionTime }: Record<string, string>) => [
      type,
      state,
      reason,
      lastTransitionTime,
    ]),
    [
      ['NamesAccepted', 'True', 'NoConflicts', '2026-11-02T10:00:00Z'],
      ['Established', 'True', 'InitialNamesAccepted', '2026-11-02T10:00:00Z'],
    ],
  );
  assert.equal(status.acceptedNames.singular, 'widget');
  assert.deepEqual(status.storedVersions, ['v1']);
});

test('what is established is served: types, discovery, schemas', () => {
  const { custom, store, define, version } = scene();
  assert.equal(custom.groups(), BUILT_IN);
  assert.equal(store.find(WIDGETS), undefined);
  define([version('v2', false), version('v1', true)]);
  assert.equal(store.find(WIDGETS)?.version, 'v1');
  const own = custom.groups().slice(BUILT_IN.length);
  assert.deepEqual(
    own.map(({ groupVersion, resources }) => [
      groupVersion,
      resources.map(({ name }) => name),
      resources[0]?.categories,
    ]),
    [
      ['example.com/v1', ['widgets'], ['all']],
      ['example.com/v2', ['widgets'], ['all']],
    ],
  );
  // Both are stored in the same version, and tell so.
  assert.equal(own[0]?.resources[0]?.storageVersionHash, own[1]?.resources[0]?.storageVersionHash);
  assert.deepEqual([...custom.schemas().keys()].sort(), ['example.com/v1/Widget', 'example.com/v2/Widget']);
  const info = store.find(WIDGETS);
  assert.ok(info);
  assert.equal(custom.versionOf({ ...info, version: 'v2' })?.version, 'v2');
  assert.equal(custom.versionOf({ ...info, version: 'v9' })?.version, 'v1');
  assert.equal(custom.versionOf(infoOf('/pods')), undefined);
  assert.deepEqual(
    [custom.strategyOf(infoOf('/pods')), custom.tableOf(infoOf('/pods'))],
    [undefined, undefined],
  );
});

test('custom resources have defaults, faults and generations', () => {
  const { store, define, widget } = scene();
  define();
  const made = store.create(WIDGETS, widget());
  assert.deepEqual([made.size, made.metadata.generation], [3, 1]);
  assert.equal(store.update(WIDGETS, { ...made, size: 4 }).metadata.generation, 2);
  assert.throws(
    () => store.create(WIDGETS, widget({ size: 10 }, { name: 'x' })),
    /should be less than or equal to 9/,
  );
  assert.throws(
    () => store.create(WIDGETS, widget({}, { name: 'y', finalizers: ['mine'] })),
    /fully qualified/,
  );
  const bare = widget({ size: 5 });
  assert.throws(() => store.update(WIDGETS, bare), /must be specified for an update/);
});

test('the table of a custom resource', () => {
  const { custom, store, define, widget } = scene();
  define();
  const info = store.find(WIDGETS);
  const table = info && custom.tableOf(info);
  assert.deepEqual(table?.cells(widget({ size: 7, since: '2026-11-02T09:00:00Z', list: [1] }), NOW), [
    'w',
    7,
    '60m',
    '[1]',
  ]);
  assert.deepEqual(table?.cells(widget(), NOW), ['w', null, null, null]);
});

test('other names are accepted later', () => {
  const { store, custom, define, definition } = scene();
  define();
  store.modify(DEFINITIONS, undefined, NAME, (object) => {
    object.spec.names.shortNames = ['wi'];
  });
  assert.deepEqual(definition().status.acceptedNames.shortNames, ['wi']);
  assert.deepEqual(store.find(WIDGETS)?.shortNames, ['wi']);
  assert.deepEqual(custom.groups().at(-1)?.resources[0]?.shortNames, ['wi']);
});

test('a definition goes once the last of its objects has gone', () => {
  const { store, custom, define, widget, definition } = scene();
  define();
  store.create(WIDGETS, widget({}, { name: 'free' }));
  store.create(WIDGETS, widget({}, { name: 'held', finalizers: ['a.io/b'] }));
  store.delete(DEFINITIONS, undefined, NAME);
  assert.deepEqual(definition().metadata.finalizers, ['customresourcecleanup.apiextensions.k8s.io']);
  assert.deepEqual(
    store.list(WIDGETS).map(({ metadata }) => [metadata.name, metadata.deletionTimestamp !== undefined]),
    [['held', true]],
  );
  store.modify(WIDGETS, undefined, 'held', (object) => {
    object.metadata.finalizers = [];
  });
  assert.deepEqual(store.list(DEFINITIONS), []);
  assert.equal(store.find(WIDGETS), undefined);
  assert.deepEqual(custom.groups(), BUILT_IN);
  assert.equal(custom.schemas().size, 0);
});

test('a definition without objects goes at once; one that stays loses none', () => {
  const { store, define, widget } = scene();
  define();
  store.create(WIDGETS, widget());
  store.delete(WIDGETS, undefined, 'w');
  assert.equal(store.list(DEFINITIONS).length, 1);
  store.delete(DEFINITIONS, undefined, NAME);
  assert.deepEqual(store.list(DEFINITIONS), []);
});

test('a definition goes with several of its objects; the finalizers of others hold it', () => {
  const { store, define, widget, definition } = scene();
  define();
  for (const name of ['a', 'b', 'c']) store.create(WIDGETS, widget({}, { name }));
  store.modify(DEFINITIONS, undefined, NAME, ({ metadata }) => void (metadata.finalizers = ['a.io/hold']));
  store.delete(DEFINITIONS, undefined, NAME);
  assert.deepEqual([store.list(WIDGETS), definition().metadata.finalizers], [[], ['a.io/hold']]);
  store.modify(DEFINITIONS, undefined, NAME, ({ metadata }) => void (metadata.finalizers = []));
  assert.deepEqual(store.list(DEFINITIONS), []);
  define();
  for (const name of ['a', 'b']) store.create(WIDGETS, widget({}, { name }));
  store.delete(WIDGETS, undefined, 'a');
  assert.equal(store.list(WIDGETS).length, 1);
  store.delete(DEFINITIONS, undefined, NAME);
  assert.deepEqual(store.list(DEFINITIONS), []);
});

test('what cannot be deleted with its definition is a failure', () => {
  const { store, define, widget } = scene();
  define();
  store.create(WIDGETS, widget());
  const { delete: real } = store;
  const refused = internalError('the disk is full');
  store.delete = (type, ...rest) => {
    if (type.resource === 'widgets') throw refused;
    return real(type, ...rest);
  };
  assert.throws(() => store.delete(DEFINITIONS, undefined, NAME), refused);
});

test('a definition of which nothing is served comes and goes, too', () => {
  const { store, define, version } = scene();
  define([{ ...version('v1', true), served: false }]);
  assert.deepEqual([store.list(DEFINITIONS).length, store.find(WIDGETS)], [1, undefined]);
  store.delete(DEFINITIONS, undefined, NAME);
  assert.deepEqual(store.list(DEFINITIONS), []);
});

test('after it was stopped nothing is served any more', () => {
  const { store, custom, define } = scene();
  custom.stop();
  define();
  assert.equal(store.find(WIDGETS), undefined);
});
