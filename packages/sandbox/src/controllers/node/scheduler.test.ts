import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Body, KubeObject } from '@toolcrib/kube';
import { conditionOf } from '../common/conditions.ts';
import { NODES, PERSISTENT_VOLUME_CLAIMS, PODS, STORAGE_CLASSES } from '../common/types.ts';
import { createClaim } from '../testing/claims.ts';
import { deploy, labelled, type TestCluster, testCluster } from '../testing/cluster.ts';

function createPod(cluster: TestCluster, name: string, spec: Body = {}, annotations = {}): KubeObject {
  return cluster.store.create(PODS, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', labels: { app: name }, annotations },
    spec: { ...labelled(name).spec, ...spec },
  });
}

const pod = (cluster: TestCluster, name: string) => cluster.get(PODS, name);

test('selectors, taints and room decide where a Pod may go', () => {
  const cluster = testCluster({ nodes: 2 });
  cluster.store.modify(NODES, undefined, 'node-2', (node) => {
    node.metadata.labels = { ...node.metadata.labels, disk: 'ssd' };
    node.spec.taints = [{ key: 'dedicated', value: 'db', effect: 'NoSchedule' }];
  });
  const toleration = [{ key: 'dedicated', operator: 'Equal', value: 'db', effect: 'NoSchedule' }];
  createPod(cluster, 'picky', { nodeSelector: { disk: 'ssd' } });
  createPod(cluster, 'tolerant', { nodeSelector: { disk: 'ssd' }, tolerations: toleration });
  createPod(cluster, 'huge', {
    containers: [{ name: 'main', image: 'x', resources: { requests: { cpu: '17' } } }],
  });
  cluster.settle();
  assert.equal(pod(cluster, 'picky').spec.nodeName, undefined);
  assert.equal(pod(cluster, 'tolerant').spec.nodeName, 'node-2');
  const scheduled = conditionOf(pod(cluster, 'huge').status, 'PodScheduled');
  assert.equal(scheduled?.reason, 'Unschedulable');
  assert.match(scheduled?.message ?? '', /^0\/2 nodes are available: .*1 Insufficient cpu/);
  assert.ok(cluster.events('huge').some((event) => event.reason === 'FailedScheduling'));
  cluster.store.modify(NODES, undefined, 'node-2', (node) => {
    delete node.spec.taints;
  });
  cluster.settle();
  assert.equal(pod(cluster, 'picky').spec.nodeName, 'node-2', 'placed once the taint is gone');
});

test('a Node takes no more Pods than it has room for', () => {
  const cluster = testCluster({ nodes: 1 });
  for (let number = 0; number < 112; number++) createPod(cluster, `p${number}`);
  cluster.settle();
  assert.equal(cluster.pods().filter((item) => item.spec.nodeName).length, 110);
  cluster.store.delete(PODS, 'shop', 'p0', { gracePeriodSeconds: 0 });
  cluster.settle();
  assert.equal(
    cluster.pods().filter((item) => item.spec.nodeName).length,
    110,
    'its place is taken by another',
  );
});

const scheduled = (cluster: TestCluster, name: string) => {
  const { status, reason, message } = conditionOf(pod(cluster, name).status, 'PodScheduled') ?? {};
  return [status, reason, message];
};

const asking = (requests: Body, more: Body = {}) => ({
  containers: [{ name: 'main', image: 'x', resources: { requests } }],
  ...more,
});

test('a Pod that is placed says so, and carries its Node’s zone', () => {
  const cluster = testCluster({ nodes: 1 });
  createPod(cluster, 'web');
  cluster.settle();
  assert.deepEqual(scheduled(cluster, 'web'), ['True', undefined, undefined]);
  const { metadata, status } = pod(cluster, 'web');
  assert.deepEqual(metadata.labels, { app: 'web', 'topology.kubernetes.io/zone': 'zone-1' });
  const { conditions } = status;
  assert.equal(conditions.filter((item: Body) => item.type === 'PodScheduled').length, 1);
  const event = cluster.events('web').find(({ reason }) => reason === 'Scheduled');
  assert.equal(event?.message, 'Successfully assigned shop/web to node-1');
  assert.equal(event?.type, 'Normal');
});

test('a Pod with a gate, or of another scheduler, is left alone', () => {
  const cluster = testCluster({ nodes: 1 });
  createPod(cluster, 'gated', { schedulingGates: [{ name: 'example.com/wait' }] });
  createPod(cluster, 'foreign', { schedulerName: 'mine' });
  cluster.settle();
  const why = 'Scheduling is blocked due to non-empty scheduling gates';
  assert.deepEqual(scheduled(cluster, 'gated'), ['False', 'SchedulingGated', why]);
  assert.deepEqual(cluster.events('gated'), [], 'no warning: somebody wants it so');
  assert.deepEqual(scheduled(cluster, 'foreign'), [undefined, undefined, undefined]);
  cluster.store.modify(PODS, 'shop', 'gated', (object) => {
    delete object.spec.schedulingGates;
  });
  cluster.settle();
  assert.equal(pod(cluster, 'gated').spec.nodeName, 'node-1');
  assert.equal(pod(cluster, 'foreign').spec.nodeName, undefined);
});

test('a refusal is told once, until it changes; without Nodes there is a word of its own', () => {
  const cluster = testCluster({ nodes: 1 });
  createPod(cluster, 'huge', asking({ memory: '65Gi' }));
  cluster.settle();
  const none = '0/1 nodes are available:';
  const full = `${none} 1 Insufficient memory. preemption: ${none} 1 Preemption is not helpful for scheduling.`;
  assert.deepEqual(scheduled(cluster, 'huge'), ['False', 'Unschedulable', full]);
  const relabel = (value: string) =>
    cluster.store.modify(NODES, undefined, 'node-1', (node) => {
      node.metadata.labels = { ...node.metadata.labels, value };
    });
  const { resourceVersion } = pod(cluster, 'huge').metadata;
  relabel('a');
  cluster.settle();
  assert.equal(pod(cluster, 'huge').metadata.resourceVersion, resourceVersion);
  cluster.store.delete(NODES, undefined, 'node-1');
  cluster.settle();
  assert.deepEqual(scheduled(cluster, 'huge'), [
    'False',
    'Unschedulable',
    'no nodes available to schedule pods',
  ]);
  assert.deepEqual(
    cluster.events('huge').map(({ type, reason, message, count }) => [type, reason, message, count ?? 1]),
    [
      ['Warning', 'FailedScheduling', full, 1],
      ['Warning', 'FailedScheduling', 'no nodes available to schedule pods', 1],
    ],
  );
});

test('a workload spreads before it fills the emptiest Node', () => {
  const cluster = testCluster({ nodes: 2 });
  const onFirst = { nodeSelector: { 'kubernetes.io/hostname': 'node-1' } };
  for (const name of ['a', 'b', 'c']) createPod(cluster, name, onFirst);
  cluster.settle();
  createPod(cluster, 'alone');
  cluster.settle();
  assert.equal(pod(cluster, 'alone').spec.nodeName, 'node-2', 'the emptier one');
  deploy(cluster, 'web', 2);
  const nodes = cluster
    .pods()
    .filter((item) => item.metadata.labels?.app === 'web')
    .map((item) => item.spec.nodeName);
  assert.deepEqual(nodes.sort(), ['node-1', 'node-2'], 'though node-2 is the emptier one for both');
});

test('what a Pod asked for is free again when it has ended or gone', () => {
  const cluster = testCluster({ nodes: 1 });
  createPod(cluster, 'job', asking({ cpu: '10' }, { restartPolicy: 'Never' }));
  cluster.settle();
  assert.equal(pod(cluster, 'job').status.phase, 'Succeeded');
  createPod(cluster, 'second', asking({ cpu: '10' }));
  cluster.settle();
  assert.equal(pod(cluster, 'second').spec.nodeName, 'node-1');
  createPod(cluster, 'third', asking({ cpu: '7' }));
  createPod(cluster, 'small', asking({ cpu: '6' }));
  cluster.settle();
  assert.equal(pod(cluster, 'small').spec.nodeName, 'node-1');
  assert.equal(pod(cluster, 'third').spec.nodeName, undefined);
  cluster.store.delete(PODS, 'shop', 'second');
  cluster.settle();
  assert.equal(pod(cluster, 'third').spec.nodeName, 'node-1');
});

test('a Pod waits for its claims: there, bound, not in deletion, not Lost', () => {
  const cluster = testCluster({ nodes: 1 });
  const using = (name: string) =>
    createPod(cluster, name, {
      volumes: [
        { name: 'none', emptyDir: {} },
        { name: 'data', persistentVolumeClaim: { claimName: name } },
      ],
    });
  cluster.store.create(STORAGE_CLASSES, {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'late' },
    provisioner: 'csi.example.com',
    reclaimPolicy: 'Delete',
    volumeBindingMode: 'WaitForFirstConsumer',
  });
  createClaim(cluster, 'unbound', { storageClassName: '' });
  createClaim(cluster, 'lost', { volumeName: 'x' }, { 'pv.kubernetes.io/bind-completed': 'yes' });
  createClaim(cluster, 'late', { storageClassName: 'late' });
  createClaim(cluster, 'bound');
  createClaim(cluster, 'going');
  cluster.store.modify(PERSISTENT_VOLUME_CLAIMS, 'shop', 'going', (object) => {
    object.metadata.finalizers = ['example.com/keep'];
  });
  cluster.store.delete(PERSISTENT_VOLUME_CLAIMS, 'shop', 'going');
  cluster.settle();
  for (const name of ['missing', 'unbound', 'lost', 'late', 'bound', 'going']) using(name);
  cluster.settle();
  const why = (text: string) => ['False', 'Unschedulable', `0/1 nodes are available: ${text}. not found`];
  assert.deepEqual(scheduled(cluster, 'missing'), why('persistentvolumeclaim "missing" not found'));
  assert.deepEqual(scheduled(cluster, 'unbound'), why('pod has unbound immediate PersistentVolumeClaims'));
  assert.deepEqual(
    scheduled(cluster, 'lost'),
    why('persistentvolumeclaim "lost" bound to non-existent persistentvolume "x"'),
  );
  assert.deepEqual(scheduled(cluster, 'going'), why('persistentvolumeclaim "going" is being deleted'));
  assert.equal(pod(cluster, 'bound').spec.nodeName, 'node-1');
  assert.equal(pod(cluster, 'late').spec.nodeName, undefined);
  assert.equal(
    cluster.get(PERSISTENT_VOLUME_CLAIMS, 'late').metadata.annotations?.[
      'volume.kubernetes.io/selected-node'
    ],
    'node-1',
  );
  createClaim(cluster, 'missing');
  cluster.settle();
  assert.equal(pod(cluster, 'missing').spec.nodeName, 'node-1');
});
