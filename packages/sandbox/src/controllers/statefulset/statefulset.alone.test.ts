import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { Body, KubeObject } from '@toolcrib/kube';
import { CONTROLLER_REVISIONS, PODS, STATEFUL_SETS } from '../common/types.ts';
import { asksOf, startAlone } from '../testing/alone.ts';
import { newStatefulSet, type TestCluster, testCluster } from '../testing/cluster.ts';
import { statefulSetController } from './statefulset.ts';

let cluster: TestCluster;

/** Without kubelets and without the API's rules: a Pod is what a test says, and goes at once. */
beforeEach(() => {
  cluster = testCluster({ noControllers: true, lawless: true });
  startAlone(cluster, statefulSetController);
});

function create(replicas: number | undefined, spec: Body = {}): void {
  cluster.store.create(
    STATEFUL_SETS,
    newStatefulSet('kafka', 0, { replicas, podManagementPolicy: 'Parallel', ...spec }),
  );
  cluster.settle();
}

const set = () => cluster.get(STATEFUL_SETS, 'kafka');
const edit = (change: (object: KubeObject) => void) => {
  cluster.store.modify(STATEFUL_SETS, 'shop', 'kafka', change);
  cluster.clock.advance(0);
};
const newImage = (image: string) => edit(({ spec }) => void (spec.template.spec.containers[0].image = image));
/** Runs and is ready from now on. */
function run(ordinal: number): void {
  const lastTransitionTime = new Date(cluster.clock.now()).toISOString();
  const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime }];
  const put = (pod: KubeObject) => void (pod.status = { phase: 'Running', conditions });
  cluster.store.modify(PODS, 'shop', `kafka-${ordinal}`, put, { subresource: 'status' });
  cluster.clock.advance(0);
}
const revisions = () => cluster.store.list(CONTROLLER_REVISIONS, { namespace: 'shop' }).length;
const numbers = () => {
  assert.deepEqual(cluster.failures, []);
  const { replicas, readyReplicas, availableReplicas, currentReplicas, updatedReplicas } = set().status;
  return [replicas, readyReplicas, availableReplicas, currentReplicas, updatedReplicas];
};
const isComplete = () => set().status.currentRevision === set().status.updateRevision;

test('a set that would not know its own Pods makes none, and one that has gone is no failure', () => {
  create(1, { selector: { matchLabels: { app: 'other' } } });
  assert.deepEqual(cluster.pods(), []);
  cluster.store.delete(STATEFUL_SETS, 'shop', 'kafka');
  cluster.settle();
  assert.deepEqual(cluster.failures, []);
});

test('what is ready is available at once, where no time is asked, and after that time, where one is', () => {
  create(1);
  run(0);
  assert.deepEqual([numbers(), cluster.clock.pending()], [[1, 1, 1, 1, 1], 0]);
  edit(({ spec }) => void (spec.minReadySeconds = 10));
  assert.deepEqual(numbers(), [1, 1, 0, 1, 1]);
  cluster.clock.advance(10_000);
  assert.deepEqual([numbers(), cluster.clock.pending()], [[1, 1, 1, 1, 1], 0]);
});

test('a Pod that is gone at once is not counted any more', () => {
  create(2);
  const seen: number[] = [];
  cluster.store.subscribe(({ resource, object }) => {
    if (resource.resource === 'statefulsets') seen.push(object.status.replicas);
  });
  edit(({ spec }) => void (spec.replicas = 1));
  assert.deepEqual([...new Set(seen.slice(1))], [1]);
  assert.deepEqual(numbers(), [1, undefined, 0, 1, 1]);
});

test('what changes nothing writes nothing', () => {
  create(1);
  const asks = asksOf(cluster);
  edit(({ metadata }) => void (metadata.labels = { seen: 'yes' }));
  assert.deepEqual(
    asks.filter((ask) => ask.startsWith('modify')),
    ['modify statefulsets kafka'],
  );
});

test('an update is complete once all that are wanted, and no others, are new and ready; one by hand never is', () => {
  create(2, { updateStrategy: { type: 'OnDelete' } });
  run(0);
  run(1);
  newImage('i:2');
  assert.deepEqual([numbers(), isComplete()], [[2, 2, 2, 2, undefined], false]);
  for (const name of ['kafka-0', 'kafka-1']) cluster.store.delete(PODS, 'shop', name);
  cluster.clock.advance(0);
  run(0);
  run(1);
  assert.deepEqual([numbers(), isComplete()], [[2, 2, 2, undefined, 2], false]);
  edit(({ spec }) => delete spec.updateStrategy);
  assert.deepEqual([numbers(), isComplete()], [[2, 2, 2, 2, 2], true]);
});

test('a set that says no number wants one, and an update waits for what is ready', () => {
  create(undefined);
  assert.equal(cluster.pods().length, 1);
  newImage('i:2');
  assert.deepEqual([numbers(), isComplete()], [[1, undefined, 0, undefined, 1], false]);
  run(0);
  assert.deepEqual([numbers(), isComplete()], [[1, 1, 1, 1, 1], true]);
});

test('of revisions those in use stay, and of others as many as are asked for', () => {
  create(2, { revisionHistoryLimit: 1, updateStrategy: { type: 'OnDelete' } });
  for (const image of ['i:2', 'i:3', 'i:4', 'i:5']) newImage(image);
  // The one that the Pods have, the newest, and one more.
  assert.equal(revisions(), 3);
  cluster.store.delete(PODS, 'shop', 'kafka-0');
  cluster.store.delete(PODS, 'shop', 'kafka-1');
  edit(({ spec }) => void (spec.revisionHistoryLimit = 0));
  cluster.settle();
  assert.equal(revisions(), 2);
  assert.deepEqual(cluster.failures, []);
});
