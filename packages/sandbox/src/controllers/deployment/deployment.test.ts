import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { conditionOf } from '../common/conditions.ts';
import { isReady, isTerminating } from '../common/pods.ts';
import { DEPLOYMENTS, PODS, REPLICA_SETS } from '../common/types.ts';
import { HOOKS } from '../node/hooks.ts';
import {
  deploy,
  labelled,
  newDeployment,
  restartsOf,
  type TestCluster,
  testCluster,
  uidsOf,
} from '../testing/cluster.ts';

const sets = (cluster: TestCluster) => cluster.store.list(REPLICA_SETS, { namespace: 'shop' });
const change = (cluster: TestCluster, edit: (object: KubeObject) => void) =>
  cluster.store.modify(DEPLOYMENTS, 'shop', 'web', edit);
const newImage = (image: string) => (object: KubeObject) => {
  object.spec.template.spec.containers[0].image = image;
};

test('a Deployment gets a ReplicaSet by the hash of its template, and that its Pods', () => {
  const cluster = testCluster();
  const made = deploy(cluster, 'web', 3);
  const [set, ...others] = sets(cluster);
  assert.ok(set);
  assert.equal(others.length, 0);
  const hash = set.metadata.labels?.['pod-template-hash'];
  assert.equal(set.metadata.name, `web-${hash}`);
  assert.equal(set.spec.selector.matchLabels['pod-template-hash'], hash);
  assert.deepEqual(set.metadata.ownerReferences, [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      name: 'web',
      uid: made.metadata.uid,
      controller: true,
      blockOwnerDeletion: true,
    },
  ]);
  assert.deepEqual(set.metadata.annotations, {
    'deployment.kubernetes.io/desired-replicas': '3',
    'deployment.kubernetes.io/max-replicas': '4',
    'deployment.kubernetes.io/revision': '1',
  });
  assert.equal(cluster.pods().length, 3);
  for (const pod of cluster.pods()) assert.match(pod.metadata.name, new RegExp(`^web-${hash}-[a-z0-9]{5}$`));
  const deployment = cluster.get(DEPLOYMENTS, 'web');
  assert.equal(deployment.metadata.annotations?.['deployment.kubernetes.io/revision'], '1');
  assert.equal(deployment.status.observedGeneration, deployment.metadata.generation);
  assert.equal(deployment.status.availableReplicas, 3);
  assert.equal(deployment.status.unavailableReplicas, undefined);
  assert.equal(conditionOf(deployment.status, 'Progressing')?.reason, 'NewReplicaSetAvailable');
  assert.equal(conditionOf(deployment.status, 'Available')?.reason, 'MinimumReplicasAvailable');
  assert.deepEqual(
    cluster.events('web').map((event) => event.message),
    [`Scaled up replica set web-${hash} from 0 to 3`],
  );
  assert.deepEqual(cluster.failures, []);
});

test('a rolling update never has more or fewer Pods than it may', () => {
  const cluster = testCluster();
  deploy(cluster, 'web', 4, {
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } },
  });
  const seen: { wanted: number; ready: number }[] = [];
  cluster.store.subscribe(() => {
    const wanted = sets(cluster).reduce((sum, set) => sum + set.spec.replicas, 0);
    const ready = cluster.pods().filter((pod) => isReady(pod) && !isTerminating(pod));
    seen.push({ wanted, ready: ready.length });
  });
  change(cluster, newImage('nginx:1.30'));
  cluster.settle(30);
  assert.ok(seen.length > 10);
  assert.equal(Math.max(...seen.map((item) => item.wanted)), 5, 'one more than wanted, and no more');
  assert.equal(Math.min(...seen.map((item) => item.ready)), 3, 'at most one not ready');
  assert.equal(cluster.pods().length, 4);
  for (const pod of cluster.pods()) assert.equal(pod.spec.containers[0].image, 'nginx:1.30');
  assert.deepEqual(
    sets(cluster)
      .map((set) => [set.metadata.annotations?.['deployment.kubernetes.io/revision'], set.spec.replicas])
      .sort(),
    [
      ['1', 0],
      ['2', 4],
    ],
  );
});

test('rolling back finds the old ReplicaSet again and keeps its earlier revision as history', () => {
  const cluster = testCluster();
  deploy(cluster, 'web', 2);
  const [first] = sets(cluster);
  change(cluster, newImage('nginx:1.30'));
  cluster.settle(20);
  change(cluster, newImage('nginx:1.29'));
  cluster.settle(20);
  const back = cluster.get(REPLICA_SETS, first?.metadata.name ?? '');
  assert.equal(back.spec.replicas, 2);
  assert.equal(back.metadata.annotations?.['deployment.kubernetes.io/revision'], '3');
  assert.equal(back.metadata.annotations?.['deployment.kubernetes.io/revision-history'], '1');
  assert.equal(sets(cluster).length, 2);
});

test('old ReplicaSets beyond the history limit go, the oldest revision first', () => {
  const cluster = testCluster();
  deploy(cluster, 'web', 1, { revisionHistoryLimit: 2 });
  for (const version of [30, 31, 32, 33]) {
    change(cluster, newImage(`nginx:1.${version}`));
    cluster.settle(10);
  }
  const revisions = sets(cluster).map(
    (set) => set.metadata.annotations?.['deployment.kubernetes.io/revision'],
  );
  assert.deepEqual(revisions.sort(), ['3', '4', '5']);
});

test('Recreate makes nothing new before the last old Pod has really gone', () => {
  const cluster = testCluster();
  deploy(cluster, 'web', 3, { strategy: { type: 'Recreate' } });
  let mixed = false;
  cluster.store.subscribe(() => {
    const images = new Set(cluster.pods().map((pod) => pod.spec.containers[0].image));
    mixed ||= images.size > 1;
  });
  change(cluster, newImage('nginx:1.30'));
  cluster.settle(20);
  assert.equal(mixed, false);
  assert.deepEqual(
    cluster.pods().map((pod) => pod.spec.containers[0].image),
    ['nginx:1.30', 'nginx:1.30', 'nginx:1.30'],
  );
});

test('scaling changes no revision; scaling in the middle of a rollout is shared out', () => {
  const cluster = testCluster();
  deploy(cluster, 'web', 4);
  change(cluster, (object) => {
    object.spec.replicas = 6;
  });
  cluster.settle();
  assert.equal(cluster.pods().length, 6);
  assert.equal(sets(cluster).length, 1);
  // The new Pods never become ready: the rollout stands with both ReplicaSets running.
  change(cluster, (object) => {
    object.spec.template.metadata.annotations = { [HOOKS.ready]: 'false' };
  });
  cluster.settle();
  const before = sets(cluster).map((set) => set.spec.replicas);
  assert.equal(before.filter((size) => size > 0).length, 2);
  change(cluster, (object) => {
    object.spec.replicas = 12;
  });
  cluster.settle();
  const after = sets(cluster).map((set) => set.spec.replicas);
  assert.equal(
    after.reduce((sum, size) => sum + size, 0),
    15,
    'twelve and a quarter more',
  );
  assert.ok(
    after.every((size, index) => size > (before[index] ?? 0)),
    'both have grown',
  );
});

test('a paused Deployment scales but does not roll, and says so', () => {
  const cluster = testCluster();
  deploy(cluster, 'web', 2);
  change(cluster, (object) => {
    object.spec.paused = true;
    object.spec.replicas = 3;
    newImage('nginx:1.30')(object);
  });
  cluster.settle();
  assert.equal(cluster.pods().length, 3);
  assert.ok(cluster.pods().every((pod) => pod.spec.containers[0].image === 'nginx:1.29'));
  assert.equal(
    conditionOf(cluster.get(DEPLOYMENTS, 'web').status, 'Progressing')?.reason,
    'DeploymentPaused',
  );
  change(cluster, (object) => {
    object.spec.paused = false;
  });
  cluster.settle(20);
  assert.ok(cluster.pods().every((pod) => pod.spec.containers[0].image === 'nginx:1.30'));
});

test('a rollout that gets nowhere misses its deadline without anything else happening', () => {
  const cluster = testCluster();
  deploy(cluster, 'web', 2, { progressDeadlineSeconds: 60 });
  change(cluster, (object) => {
    object.spec.template.metadata.annotations = { [HOOKS.ready]: 'false' };
  });
  cluster.settle(50);
  assert.equal(conditionOf(cluster.get(DEPLOYMENTS, 'web').status, 'Progressing')?.status, 'True');
  cluster.settle(30);
  const progressing = conditionOf(cluster.get(DEPLOYMENTS, 'web').status, 'Progressing');
  assert.equal(progressing?.status, 'False');
  assert.equal(progressing?.reason, 'ProgressDeadlineExceeded');
});

test('deleted with Orphan and created again: the same Pods, no restart', () => {
  const cluster = testCluster();
  const old = deploy(cluster, 'web', 3);
  const before = uidsOf(cluster.pods());
  cluster.store.delete(DEPLOYMENTS, 'shop', 'web', { propagationPolicy: 'Orphan' });
  cluster.settle();
  assert.equal(cluster.exists(DEPLOYMENTS, 'web'), false);
  assert.ok(sets(cluster).every((set) => set.metadata.ownerReferences === undefined));
  assert.deepEqual(uidsOf(cluster.pods()), before);
  // The orphaned ReplicaSet goes on replacing Pods.
  const victim = cluster.pods()[0]?.metadata.name ?? '';
  cluster.store.delete(PODS, 'shop', victim);
  cluster.settle();
  const meanwhile = uidsOf(cluster.pods());
  assert.equal(Object.keys(meanwhile).length, 3);
  assert.equal(meanwhile[victim], undefined);

  cluster.store.create(DEPLOYMENTS, { ...newDeployment('web', 3), spec: old.spec });
  cluster.settle();
  assert.equal(sets(cluster).length, 1);
  assert.equal(
    sets(cluster)[0]?.metadata.ownerReferences?.[0]?.uid,
    cluster.get(DEPLOYMENTS, 'web').metadata.uid,
  );
  assert.deepEqual(uidsOf(cluster.pods()), meanwhile);
  assert.equal(restartsOf(cluster.pods()), 0);
});

test('an adopted ReplicaSet whose hash is not ours is still the one of the template', () => {
  const cluster = testCluster();
  const template = labelled('web');
  template.metadata.labels['pod-template-hash'] = 'abc';
  cluster.store.create(REPLICA_SETS, {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'web-abc', namespace: 'shop', labels: { app: 'web', 'pod-template-hash': 'abc' } },
    spec: { replicas: 2, selector: { matchLabels: { app: 'web', 'pod-template-hash': 'abc' } }, template },
  });
  cluster.settle();
  const before = uidsOf(cluster.pods());
  deploy(cluster, 'web', 2);
  assert.deepEqual(
    sets(cluster).map((set) => set.metadata.name),
    ['web-abc'],
  );
  assert.deepEqual(uidsOf(cluster.pods()), before);
});

test('malformed Deployments break nothing', () => {
  const cluster = testCluster({ lawless: true });
  for (const [name, spec] of Object.entries({
    none: undefined,
    text: 'what',
    empty: {},
    selector: { selector: { matchExpressions: [{ key: 'a', operator: 'Like' }] }, template: {} },
    numbers: { replicas: 'many', selector: { matchLabels: { app: 'numbers' } }, template: 7 },
  })) {
    cluster.store.create(DEPLOYMENTS, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace: 'shop' },
      spec,
    });
  }
  cluster.settle();
  deploy(cluster, 'web', 2);
  assert.equal(cluster.pods().filter((pod) => pod.metadata.labels?.app === 'web').length, 2);
});

test('stopped controllers leave no timer behind', () => {
  const cluster = testCluster();
  deploy(cluster, 'web', 3, { progressDeadlineSeconds: 60 });
  cluster.store.delete(PODS, 'shop', cluster.pods()[0]?.metadata.name ?? '');
  cluster.stop();
  assert.equal(cluster.clock.pending(), 0);
  const version = cluster.store.version();
  cluster.settle(60);
  assert.equal(cluster.store.version(), version);
});
