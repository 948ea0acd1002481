import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { conditionOf } from '../common/conditions.ts';
import { NODES } from '../common/types.ts';
import { asksOf, quietCluster, startAlone } from '../testing/alone.ts';
import { deploy, type TestCluster, testCluster } from '../testing/cluster.ts';
import { HOOKS } from './hooks.ts';
import { nodeController } from './nodes.ts';

test('Nodes stand ready, and Pods spread over them', () => {
  const cluster = testCluster({ nodes: 2 });
  const nodes = cluster.store.list(NODES);
  assert.deepEqual(
    nodes.map((node) => node.metadata.name),
    ['node-1', 'node-2'],
  );
  for (const node of nodes) assert.equal(conditionOf(node.status, 'Ready')?.status, 'True');
  deploy(cluster, 'web', 4);
  const counts = Object.groupBy(cluster.pods(), (item) => item.spec.nodeName);
  assert.deepEqual([counts['node-1']?.length, counts['node-2']?.length], [2, 2]);
  const addresses = new Set(cluster.pods().map((item) => item.status.podIP));
  assert.equal(addresses.size, 4);
});

test('a Node that somebody makes is told how long kubelets may keep Secrets', () => {
  const cluster = testCluster({ nodes: 1 });
  cluster.store.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'more' } });
  cluster.settle();
  for (const node of cluster.store.list(NODES))
    assert.equal(node.metadata.annotations?.['node.alpha.kubernetes.io/ttl'], '0', node.metadata.name);
});

const changeNode = (cluster: TestCluster, edit: (node: KubeObject) => void) => {
  cluster.store.modify(NODES, undefined, 'node-1', edit);
  cluster.settle();
};

const lose = (cluster: TestCluster, value: string) =>
  changeNode(cluster, (node) => {
    node.metadata.annotations = { ...node.metadata.annotations, [HOOKS.lost]: value };
  });

const conditions = (cluster: TestCluster): string[] =>
  cluster
    .get(NODES, 'node-1')
    .status.conditions.map((item: Record<string, string>) => `${item.type} ${item.status} ${item.reason}`);

/** `key effect`, and ` at` where the taint says since when. */
const taints = (cluster: TestCluster): string[] | undefined =>
  cluster
    .get(NODES, 'node-1')
    .spec.taints?.map(
      (taint: { key: string; effect: string; timeAdded?: string }) =>
        `${taint.key} ${taint.effect}${taint.timeAdded ? ' at' : ''}`,
    );

const UNREACHABLE = [
  'node.kubernetes.io/unreachable NoSchedule at',
  'node.kubernetes.io/unreachable NoExecute at',
];

const CALM = [
  'MemoryPressure False KubeletHasSufficientMemory',
  'DiskPressure False KubeletHasNoDiskPressure',
  'PIDPressure False KubeletHasSufficientPID',
  'Ready True KubeletReady',
];

test('three Nodes stand where nothing else is asked for; one that is deleted does not come back', () => {
  const cluster = testCluster();
  assert.equal(cluster.store.list(NODES).length, 3);
  const node = cluster.get(NODES, 'node-2');
  assert.equal(node.status.capacity.cpu, '16');
  assert.equal(node.status.allocatable.pods, '110');
  assert.deepEqual(node.spec.podCIDRs, ['10.244.2.0/24']);
  assert.deepEqual(node.status.addresses, [
    { type: 'InternalIP', address: '172.18.0.3' },
    { type: 'Hostname', address: 'node-2' },
  ]);
  assert.equal(node.metadata.labels?.['kubernetes.io/hostname'], 'node-2');
  assert.equal(node.spec.taints, undefined);
  cluster.store.delete(NODES, undefined, 'node-2');
  cluster.settle();
  assert.equal(cluster.exists(NODES, 'node-2'), false);
  assert.deepEqual(cluster.failures, []);
});

test('of a silent Node nothing is known, and it is tainted until its kubelet speaks again', () => {
  const cluster = testCluster({ nodes: 1 });
  assert.deepEqual(conditions(cluster), CALM);
  const before = cluster.get(NODES, 'node-1').metadata.resourceVersion;
  cluster.settle(60);
  assert.equal(
    cluster.get(NODES, 'node-1').metadata.resourceVersion,
    before,
    'nothing to say, nothing written',
  );
  lose(cluster, 'true');
  assert.deepEqual(conditions(cluster), [
    'MemoryPressure Unknown NodeStatusUnknown',
    'DiskPressure Unknown NodeStatusUnknown',
    'PIDPressure Unknown NodeStatusUnknown',
    'Ready Unknown NodeStatusUnknown',
  ]);
  assert.equal(
    conditionOf(cluster.get(NODES, 'node-1').status, 'Ready')?.message,
    'Kubelet stopped posting node status.',
  );
  assert.deepEqual(taints(cluster), UNREACHABLE);
  lose(cluster, 'false');
  assert.deepEqual(conditions(cluster), CALM);
  assert.equal(taints(cluster), undefined);
});

test('a cordoned Node has the taint of it; the taints of others stay', () => {
  const cluster = testCluster({ nodes: 1 });
  changeNode(cluster, (node) => {
    node.spec.taints = [{ key: 'dedicated', value: 'db', effect: 'NoSchedule' }];
  });
  const cordon = (value: boolean) =>
    changeNode(cluster, (node) => {
      node.spec.unschedulable = value;
    });
  cordon(true);
  assert.deepEqual(taints(cluster), [
    'dedicated NoSchedule',
    'node.kubernetes.io/unschedulable NoSchedule at',
  ]);
  lose(cluster, 'true');
  assert.deepEqual(taints(cluster), [
    'dedicated NoSchedule',
    ...UNREACHABLE,
    'node.kubernetes.io/unschedulable NoSchedule at',
  ]);
  cordon(false);
  assert.deepEqual(taints(cluster), ['dedicated NoSchedule', ...UNREACHABLE]);
  lose(cluster, 'false');
  assert.deepEqual(taints(cluster), ['dedicated NoSchedule']);
});

test('the taint of a Node that is not ready stays while it says that it is not', () => {
  const cluster = testCluster({ nodes: 1 });
  const setReady = (status: string) =>
    cluster.store.modify(
      NODES,
      undefined,
      'node-1',
      (node) => {
        for (const item of node.status.conditions) if (item.type === 'Ready') item.status = status;
      },
      { subresource: 'status' },
    );
  setReady('False');
  changeNode(cluster, (node) => {
    node.spec.taints = ['NoSchedule', 'NoExecute'].map((effect) => ({
      key: 'node.kubernetes.io/not-ready',
      effect,
    }));
  });
  assert.deepEqual(taints(cluster), [
    'node.kubernetes.io/not-ready NoSchedule',
    'node.kubernetes.io/not-ready NoExecute',
  ]);
  setReady('True');
  cluster.settle();
  assert.deepEqual(taints(cluster), ['node.kubernetes.io/not-ready NoExecute']);
});

test('what changes nothing writes nothing, and without taints there is no list of them', () => {
  const cluster = quietCluster();
  const first: unknown[] = [];
  cluster.store.subscribe(({ object }) => {
    const ready = conditionOf(object.status, 'Ready');
    if (ready) first.push(ready.status);
  });
  const one = (options: object) => nodeController({ ...options, nodes: 1 });
  startAlone(cluster, one)();
  assert.deepEqual(new Set(first), new Set(['True']));
  startAlone(cluster, one);
  cluster.store.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'mine' } });
  changeNode(cluster, (node) => void (node.spec.unschedulable = true));
  assert.equal(cluster.get(NODES, 'node-1').spec.taints.length, 1);
  changeNode(cluster, (node) => delete node.spec.unschedulable);
  assert.equal('taints' in cluster.get(NODES, 'node-1').spec, false);
  const asks = asksOf(cluster);
  for (const name of ['node-1', 'mine'])
    cluster.store.modify(NODES, undefined, name, ({ metadata }) => void (metadata.labels = { seen: 'yes' }));
  cluster.settle();
  assert.deepEqual(
    asks.filter((ask) => ask.startsWith('modify')),
    ['modify nodes node-1', 'modify nodes mine'],
  );
  assert.deepEqual(cluster.failures, []);
});

test('a Node that cannot be made is a failure', () => {
  const cluster = quietCluster();
  const refused = new Error('the disk is full');
  cluster.store.create = () => {
    throw refused;
  };
  assert.throws(() => startAlone(cluster, nodeController), refused);
});
