import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { CONTROLLER_REVISIONS, DAEMON_SETS, NODES, PODS } from '../common/types.ts';
import { quietCluster, startAlone } from '../testing/alone.ts';
import { labelled, uidsOf } from '../testing/cluster.ts';
import { daemonSetController } from './daemonset.ts';
import { hold, newDaemonSet, newImage, played } from './testing/daemonsets.ts';

test('what has gone, or goes, is left alone', () => {
  const { cluster, store, addNode, settle } = played();
  store.modify(
    DAEMON_SETS,
    'shop',
    'agent',
    ({ metadata }) => void (metadata.finalizers = ['example.com/hold']),
  );
  store.delete(DAEMON_SETS, 'shop', 'agent');
  addNode('d');
  settle();
  assert.equal(cluster.pods().length, 3);
  store.modify(DAEMON_SETS, 'shop', 'agent', ({ metadata }) => void delete metadata.finalizers);
  settle();
  assert.deepEqual(cluster.failures, []);
});

test('a revision that Pods still have is kept, and no longer than that', () => {
  const { cluster, one, settle } = played({ updateStrategy: { type: 'OnDelete' }, revisionHistoryLimit: 0 }, [
    'a',
    'b',
  ]);
  const revisions = () =>
    cluster.store.list(CONTROLLER_REVISIONS, { namespace: 'shop' }).map((item) => item.revision);
  newImage(cluster, 'agent:2');
  settle();
  assert.deepEqual(revisions().sort(), [1, 2]);
  for (const node of ['a', 'b']) {
    assert.deepEqual(revisions().sort(), [1, 2]);
    cluster.store.delete(PODS, 'shop', one(node).metadata.name, { gracePeriodSeconds: 0 });
    settle();
  }
  assert.deepEqual(revisions(), [2]);
  newImage(cluster, 'agent:3');
  settle();
  newImage(cluster, 'agent:4');
  settle();
  assert.deepEqual(revisions().sort(), [2, 4], 'the third was nobody’s');
});

test('a Pod is available once it has been ready for long enough, without anything else happening', () => {
  const { cluster, ready, status, settle } = played({ minReadySeconds: 60 }, ['a']);
  ready('a');
  settle();
  assert.deepEqual(
    [status().numberReady, status().numberAvailable, status().numberUnavailable],
    [1, undefined, 1],
  );
  cluster.settle(60);
  assert.deepEqual([status().numberAvailable, status().numberUnavailable], [1, undefined]);
  assert.equal(cluster.clock.pending(), 0);
});

test('without such a time nothing is waited for', () => {
  const { cluster, ready, status } = played({}, ['a']);
  ready('a');
  cluster.clock.advance(0);
  assert.equal(status().numberAvailable, 1);
  assert.equal(cluster.clock.pending(), 0);
});

test('one that has ended is told of and replaced', () => {
  for (const [phase, event] of [
    ['Failed', 'Warning FailedDaemonPod: Found failed daemon pod shop/NAME on node a, will try to kill it'],
    [
      'Succeeded',
      'Normal SucceededDaemonPod: Found succeeded daemon pod shop/NAME on node a, will try to delete it',
    ],
  ] as const) {
    const { cluster, one, on, say, settle, told } = played({}, ['a']);
    const { name } = one('a').metadata;
    say(name, { phase });
    settle();
    assert.equal(on('a').length, 1);
    assert.notEqual(one('a').metadata.name, name);
    assert.equal(told().filter((text) => text === event.replace('NAME', name)).length, 1);
    assert.deepEqual(cluster.failures, []);
  }
});

test('one that has ended where none should be goes without a word', () => {
  const { cluster, one, say, taint, settle, told } = played({}, ['a']);
  const { name } = one('a').metadata;
  hold(cluster, name);
  say(name, { phase: 'Failed' });
  taint('a', 'NoExecute');
  settle();
  assert.ok(cluster.get(PODS, name).metadata.deletionTimestamp);
  assert.deepEqual(
    told().filter((text) => text.includes('DaemonPod')),
    [],
  );
});

test('one on its way out still has the Node, until it has ended', () => {
  const { cluster, one, on, say, settle, told } = played({}, ['a']);
  const { name } = one('a').metadata;
  hold(cluster, name);
  cluster.store.modify(PODS, 'shop', name, (pod) => void (pod.spec.nodeName = 'a'));
  cluster.store.delete(PODS, 'shop', name);
  settle();
  assert.equal(on('a').length, 1);
  say(name, { phase: 'Failed' });
  settle();
  assert.equal(on('a').length, 2, 'nothing of it is left but a finalizer');
  assert.deepEqual(
    told().filter((text) => text.includes('FailedDaemonPod')),
    [],
  );
});

test('a Node whose taint lets nobody in keeps what it has; one that lets nobody stay does not', () => {
  const { on, taint, settle, status, cluster } = played({}, ['a', 'b']);
  taint('a', 'NoSchedule');
  taint('b', 'NoExecute');
  settle();
  assert.deepEqual([on('a').length, on('b').length], [1, 0]);
  assert.deepEqual([status().desiredNumberScheduled, status().numberMisscheduled], [0, 1]);
  assert.deepEqual([status().currentNumberScheduled, status().numberReady], [0, 0]);
  assert.deepEqual(cluster.failures, []);
});

test('of several on a Node one stays: one that has its place, then the oldest', () => {
  const kept = (edit: (pod: KubeObject) => void, name = 'aaa') => {
    const { cluster, another, on, one, settle } = played({}, ['a']);
    const { name: first } = one('a').metadata;
    cluster.clock.advance(1000);
    another('a', name, edit);
    settle();
    assert.equal(on('a').length, 1);
    return one('a').metadata.name === first ? 'the older' : 'the newer';
  };
  const nowhere = () => {};
  assert.equal(kept(nowhere), 'the older');
  assert.equal(
    kept((pod) => void (pod.spec.nodeName = 'a')),
    'the newer',
  );
});

test('of two of the same second the first by name stays', () => {
  const cluster = quietCluster();
  const node = (name: string) => ({ apiVersion: 'v1', kind: 'Node', metadata: { name }, spec: {} });
  cluster.store.create(NODES, node('a'));
  const pod = (name: string) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', labels: { app: 'agent' } },
    spec: { ...labelled('agent').spec, nodeName: 'a' },
  });
  for (const name of ['y', 'x', 'z']) cluster.store.create(PODS, pod(name));
  cluster.store.create(DAEMON_SETS, newDaemonSet({ updateStrategy: { type: 'OnDelete' } }));
  startAlone(cluster, daemonSetController);
  cluster.settle();
  assert.deepEqual(
    cluster
      .pods()
      .filter((item) => !item.metadata.deletionTimestamp)
      .map((item) => item.metadata.name),
    ['x'],
  );
});

test('an update takes first what is of no use, then as many as may be missing', () => {
  const updated = (
    maxUnavailable: number | string,
    readyOn: string[],
    edit: (scene: ReturnType<typeof played>) => void = () => {},
  ) => {
    const rollingUpdate = { maxUnavailable };
    const scene = played({ updateStrategy: { type: 'RollingUpdate', rollingUpdate } }, ['a', 'b', 'c', 'd']);
    for (const node of readyOn) scene.ready(node);
    scene.settle();
    edit(scene);
    const before = uidsOf(scene.cluster.pods());
    for (const name of Object.keys(before)) hold(scene.cluster, name);
    newImage(scene.cluster, 'agent:2');
    scene.settle();
    assert.deepEqual(scene.cluster.failures, []);
    const going = ({ metadata }: KubeObject) => metadata.deletionTimestamp !== undefined;
    return ['a', 'b', 'c', 'd'].filter((node) => scene.on(node).some(going)).join('');
  };
  assert.equal(updated(1, ['a', 'b', 'c', 'd']), 'a');
  assert.equal(updated(2, ['a', 'b', 'c', 'd']), 'ab');
  assert.equal(updated('50%', ['a', 'b', 'c', 'd']), 'ab');
  // Of four 30 % are more than one: it is rounded up.
  assert.equal(updated('30%', ['a', 'b', 'c', 'd']), 'ab');
  // Two are missing already.
  assert.equal(updated(1, ['a', 'b']), 'cd');
  assert.equal(updated(3, ['a', 'b']), 'acd');
  // One whose Node has none is missing, too: where none is allowed on a Node, none is.
  assert.equal(
    updated(1, ['b', 'c', 'd'], ({ taint }) => void taint('a', 'NoSchedule')),
    'b',
  );
});

test('the status counts what is there, each by itself', () => {
  const { cluster, ready, addNode, status, settle, one } = played({ updateStrategy: { type: 'OnDelete' } }, [
    'a',
    'b',
  ]);
  ready('a');
  settle();
  newImage(cluster, 'agent:2');
  settle();
  addNode('c');
  settle();
  assert.deepEqual(status(), {
    currentNumberScheduled: 3,
    numberMisscheduled: 0,
    desiredNumberScheduled: 3,
    numberReady: 1,
    observedGeneration: 2,
    updatedNumberScheduled: 1,
    numberAvailable: 1,
    numberUnavailable: 2,
  });
  // One on its way out counts as long as it runs.
  const { name } = one('a').metadata;
  cluster.store.modify(PODS, 'shop', name, (pod) => void (pod.spec.nodeName = 'a'));
  cluster.store.delete(PODS, 'shop', name);
  settle();
  assert.deepEqual([status().currentNumberScheduled, status().numberReady], [3, 1]);
});
