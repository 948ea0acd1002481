import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Body, KubeObject } from '@toolcrib/kube';
import { testCluster } from '../testing/cluster.ts';
import type { Tools } from './loop.ts';
import { controllerReference } from './owner.ts';
import * as revisions from './revisions.ts';
import { CONTROLLER_REVISIONS, STATEFUL_SETS } from './types.ts';
import { borrowView } from './view.ts';

const labels = { app: 'db' };
const naming: revisions.RevisionNaming = {
  label: 'hash',
  hash: (data, collisions) => `${data.length}-${collisions}`,
};

function scene(more: Body = {}) {
  const { store, clock } = testCluster({ noControllers: true, lawless: true });
  const tools: Tools = {
    store,
    clock,
    view: borrowView(store).view,
    record: () => {},
    queue: undefined as never,
  };
  const owner = store.create(STATEFUL_SETS, {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db', namespace: 'shop', annotations: { note: 'n' } },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { a: 1 } }, ...more },
  });
  const put = (
    name: string,
    revision: number,
    metadata: Partial<KubeObject['metadata']> = {},
    data: Body = {},
  ) =>
    store.create(CONTROLLER_REVISIONS, {
      apiVersion: 'apps/v1',
      kind: 'ControllerRevision',
      metadata: { name, namespace: 'shop', labels, ...metadata },
      data,
      revision,
    });
  const names = () => store.list(CONTROLLER_REVISIONS).map(({ metadata }) => metadata.name);
  return { store, tools, owner, put, names };
}

test('the first revision keeps the template, under the labels of its Pods', () => {
  const { tools, owner } = scene();
  const { revision, collisions } = revisions.presentRevision(tools, owner, [], naming);
  const { name, namespace, labels: own, annotations, ownerReferences } = revision.metadata;
  const hash = own?.hash;
  assert.deepEqual([name, namespace, own], [`db-${hash}`, 'shop', { app: 'db', hash }]);
  assert.match(hash ?? '', /^\d+-0$/);
  assert.deepEqual(annotations, { note: 'n' });
  assert.deepEqual(ownerReferences, [controllerReference(owner)]);
  assert.deepEqual([revision.revision, collisions], [1, 0]);
  assert.deepEqual(revision.data, {
    spec: { template: { metadata: { labels }, spec: { a: 1 }, $patch: 'replace' } },
  });
  assert.deepEqual(revisions.templateOf(revision), { metadata: { labels }, spec: { a: 1 } });
  assert.deepEqual(revisions.templateOf({ ...revision, data: undefined }), {});
});

test('the same template is the same revision; an old one is raised to be the newest', () => {
  const { store, tools, owner } = scene();
  const first = revisions.presentRevision(tools, owner, [], naming).revision;
  assert.equal(revisions.presentRevision(tools, owner, [first], naming).revision, first);
  const changed = { ...owner, spec: { ...owner.spec, template: { metadata: { labels }, spec: { b: 22 } } } };
  const second = revisions.presentRevision(tools, changed, [first], naming).revision;
  assert.equal(second.revision, 2);
  const back = revisions.presentRevision(tools, owner, [first, second], naming).revision;
  assert.deepEqual([back.metadata.name, back.revision], [first.metadata.name, 3]);
  assert.equal(store.list(CONTROLLER_REVISIONS).length, 2);
});

test('a name that is taken by another template is a collision; by the same one it is found', () => {
  const { tools, owner, put } = scene();
  const { revision } = revisions.presentRevision(tools, owner, [], naming);
  assert.equal(
    revisions.presentRevision(tools, owner, [], naming).revision.metadata.uid,
    revision.metadata.uid,
  );
  const hash = revision.metadata.labels?.hash?.split('-')[0];
  const other = { ...owner, metadata: { ...owner.metadata, name: 'db2' } };
  put(`db2-${hash}-0`, 1, {}, { other: true });
  put(`db2-${hash}-1`, 1, {}, { other: true });
  const made = revisions.presentRevision(tools, other, [], naming);
  assert.deepEqual([made.revision.metadata.name, made.collisions], [`db2-${hash}-2`, 2]);
  const later = revisions.presentRevision(tools, { ...other, status: { collisionCount: 5 } }, [], naming);
  assert.deepEqual([later.revision.metadata.name, later.collisions], [`db2-${hash}-5`, 5]);
});

test('a long name is cut, so that the hash fits', () => {
  const { tools, owner } = scene();
  const long = { ...owner, metadata: { ...owner.metadata, name: 'x'.repeat(250) } };
  const { name } = revisions.presentRevision(tools, long, [], naming).revision.metadata;
  assert.match(name, /^x{223}-\d+-0$/);
});

test('its own and orphaned revisions are claimed, the lowest first', () => {
  const { store, tools, owner, put } = scene();
  const foreign = { ...controllerReference(owner), uid: 'other' };
  put('c', 3, { ownerReferences: [controllerReference(owner)] });
  put('a', 2);
  put('b', 1);
  put('a2', 2);
  put('foreign', 1, { ownerReferences: [foreign] });
  put('unlike', 1, { labels: {} });
  const claimed = revisions.claimRevisions(tools, owner, STATEFUL_SETS);
  assert.deepEqual(
    claimed.map(({ metadata }) => metadata.name),
    ['b', 'a', 'a2', 'c'],
  );
  assert.ok(claimed.every(({ metadata }) => metadata.ownerReferences?.[0]?.uid === owner.metadata.uid));
  assert.equal(store.get(CONTROLLER_REVISIONS, 'shop', 'unlike').metadata.ownerReferences, undefined);
});

test('an owner that goes still reads its history', () => {
  const { tools, owner, put, store } = scene();
  put('a', 1);
  const going = { ...owner, metadata: { ...owner.metadata, deletionTimestamp: '2026-11-02T10:00:00Z' } };
  assert.equal(revisions.claimRevisions(tools, going, STATEFUL_SETS).length, 1);
  assert.equal(store.get(CONTROLLER_REVISIONS, 'shop', 'a').metadata.ownerReferences, undefined);
});

test('old revisions go, the lowest first, but never those that are in use', () => {
  const { tools, owner, put, names } = scene({ revisionHistoryLimit: 1 });
  const all = ['a', 'b', 'c', 'd'].map((name, at) => put(name, at + 1));
  revisions.truncateHistory(tools, owner, all, new Set(['a']));
  assert.deepEqual(names(), ['a', 'd']);
  revisions.truncateHistory(tools, owner, all, new Set(['a']));
  revisions.truncateHistory(tools, owner, all.slice(3), new Set());
  assert.deepEqual(names(), ['a', 'd']);
  const standard = scene();
  const twelve = Array.from({ length: 12 }, (_, at) => standard.put(`r-${at + 10}`, at));
  revisions.truncateHistory(standard.tools, standard.owner, twelve, new Set());
  assert.equal(standard.names().length, 10);
});

test('kinds name their revisions in their own way, by data and collisions', () => {
  const { STATEFUL_SET_NAMING: stateful, DAEMON_SET_NAMING: daemon } = revisions;
  assert.deepEqual(
    [stateful.label, daemon.label],
    ['controller.kubernetes.io/hash', 'controller-revision-hash'],
  );
  for (const { hash } of [stateful, daemon]) {
    assert.match(hash('x', 0), /^[bcdfghjklmnpqrstvwxz2456789]+$/);
    assert.notEqual(hash('x', 0), hash('x', 1));
    assert.notEqual(hash('x', 0), hash('y', 0));
    assert.equal(hash('x', 0), hash('x', 0));
  }
  assert.notEqual(stateful.hash('x', 0), daemon.hash('x', 0));
});

test('of several equal revisions the newest is raised', () => {
  const { tools, owner, put } = scene();
  const { data } = revisions.presentRevision(tools, owner, [], naming).revision;
  const all = [put('a', 1, {}, data), put('b', 2, {}, data), put('c', 3)];
  const { revision } = revisions.presentRevision(tools, owner, all, naming);
  assert.deepEqual([revision.metadata.name, revision.revision], ['b', 4]);
});

test('a revision that cannot be made is a failure, and not looked for', () => {
  const { tools, owner } = scene();
  const refused = new Error('the disk is full');
  const store = {
    ...tools.store,
    create() {
      throw refused;
    },
  };
  assert.throws(() => revisions.presentRevision({ ...tools, store }, owner, [], naming), refused);
});

test('the text that is hashed is written as Go writes it', () => {
  const { tools, owner } = scene({ template: { metadata: { labels }, spec: { a: '<&>\u2028' } } });
  const texts: string[] = [];
  const hash = (data: string) => `h${texts.push(data)}`;
  revisions.presentRevision(tools, owner, [], { ...naming, hash });
  assert.ok(texts[0]?.includes('"a":"\\u003c\\u0026\\u003e\\u2028"'), texts[0]);
});
