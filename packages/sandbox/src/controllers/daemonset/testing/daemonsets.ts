import assert from 'node:assert/strict';
import type { Body, KubeObject } from '@toolcrib/kube';
import { DAEMON_SETS, NODES, PODS } from '../../common/types.ts';
import { quietCluster, startAlone } from '../../testing/alone.ts';
import { labelled, type TestCluster } from '../../testing/cluster.ts';
import { daemonSetController } from '../daemonset.ts';
import { nodeOf } from '../placement.ts';

export function newDaemonSet(spec: Body = {}): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'agent', namespace: 'shop' },
    spec: { selector: { matchLabels: { app: 'agent' } }, template: labelled('agent'), ...spec },
  };
}

export const newImage = (cluster: TestCluster, image: string) =>
  cluster.store.modify(DAEMON_SETS, 'shop', 'agent', (object) => {
    object.spec.template.spec.containers[0].image = image;
  });

/** The controller of DaemonSets alone, over Nodes and Pods that a test plays. */
export function played(spec: Body = {}, nodes: string[] = ['a', 'b', 'c']) {
  const cluster = quietCluster();
  const { store } = cluster;
  const addNode = (name: string) =>
    store.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name, labels: {} }, spec: {} });
  for (const name of nodes) addNode(name);
  store.create(DAEMON_SETS, newDaemonSet(spec));
  startAlone(cluster, daemonSetController);
  const on = (node: string) => cluster.pods().filter((pod) => nodeOf(pod) === node);
  const one = (node: string) => on(node)[0] ?? assert.fail(`no Pod on ${node}`);
  const say = (name: string, status: Body) =>
    store.modify(PODS, 'shop', name, (pod) => void (pod.status = { ...pod.status, ...status }), {
      subresource: 'status',
    });
  const ready = (node: string) => {
    const lastTransitionTime = new Date(cluster.clock.now()).toISOString();
    const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime }];
    say(one(node).metadata.name, { phase: 'Running', conditions });
  };
  /** Another Pod of the set for this Node, as if somebody had made it. */
  const another = (node: string, name: string, edit: (pod: KubeObject) => void = () => {}) => {
    const { metadata, ...rest } = structuredClone(one(node));
    const { labels, ownerReferences = [] } = metadata;
    const pod = { ...rest, metadata: { name, namespace: 'shop', labels, ownerReferences } };
    edit(pod);
    store.create(PODS, pod);
  };
  const taint = (node: string, effect: string) =>
    store.modify(NODES, undefined, node, (object) => void (object.spec.taints = [{ key: 'k', effect }]));
  const status = () => cluster.get(DAEMON_SETS, 'agent').status;
  const told = () =>
    cluster.events('agent').map(({ type, reason, message }) => `${type} ${reason}: ${message}`);
  return {
    cluster,
    store,
    addNode,
    on,
    one,
    say,
    ready,
    another,
    taint,
    status,
    told,
    settle: () => cluster.settle(),
  };
}

export const hold = (cluster: TestCluster, name: string) =>
  cluster.store.modify(
    PODS,
    'shop',
    name,
    ({ metadata }) => void (metadata.finalizers = ['example.com/hold']),
  );
