// Small objects that steps send.
import type { Body } from '../actor.ts';

type Fields = Record<string, unknown>;

export const configMap = (name: string, data: Fields = { a: '1' }, meta: Fields = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...meta },
  data,
});

const container = { name: 'main', image: 'registry.k8s.io/pause:3.10' };

export const podSpec = (more: Fields = {}) => ({
  terminationGracePeriodSeconds: 1,
  containers: [container],
  ...more,
});

export const pod = (name: string, meta: Fields = {}, spec: Fields = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, ...meta },
  spec: podSpec(spec),
});

const template = (app: string, spec: Fields = {}) => ({ metadata: { labels: { app } }, spec: podSpec(spec) });

const workload =
  (kind: string) =>
  (name: string, spec: Fields = {}, meta: Fields = {}) => ({
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, ...meta },
    spec: { selector: { matchLabels: { app: name } }, template: template(name), ...spec },
  });

export const deployment = (name: string, replicas = 2, spec: Fields = {}) =>
  workload('Deployment')(name, { replicas, ...spec });
export const replicaSet = (name: string, replicas = 2, spec: Fields = {}) =>
  workload('ReplicaSet')(name, { replicas, ...spec });
export const daemonSet = (name: string, spec: Fields = {}) => workload('DaemonSet')(name, spec);
export const statefulSet = (name: string, replicas = 2, spec: Fields = {}) =>
  workload('StatefulSet')(name, { replicas, serviceName: name, ...spec });

export const claimTemplate = (name = 'data') => ({
  metadata: { name },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
});

export const job = (name: string, spec: Fields = {}, annotations: Fields = {}) => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name },
  spec: {
    template: { metadata: { annotations }, spec: { restartPolicy: 'Never', ...podSpec() } },
    ...spec,
  },
});

export const cronJob = (name: string, spec: Fields = {}) => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name },
  spec: {
    schedule: '0 3 1 1 *',
    jobTemplate: { spec: { template: { spec: { restartPolicy: 'Never', ...podSpec() } } } },
    ...spec,
  },
});

export const service = (name: string, spec: Fields = {}) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { selector: { app: name }, ports: [{ port: 80 }], ...spec },
});

export const budget = (name: string, spec: Fields) => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name },
  spec: { selector: { matchLabels: { app: name } }, ...spec },
});

export const eviction = (name: string, more: Fields = {}) => ({
  apiVersion: 'policy/v1',
  kind: 'Eviction',
  metadata: { name },
  ...more,
});

/** A CustomResourceDefinition of Widgets. @param group the step's own */
export const definition = (group: string) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `widgets.${group}` },
  spec: {
    group,
    scope: 'Namespaced',
    names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object' } } } },
      },
    ],
  },
});

/** An owner reference to an object as an answer showed it. */
export const ownedBy = (owner: Body, more: Fields = {}) => ({
  apiVersion: owner.apiVersion,
  kind: owner.kind,
  name: owner.metadata.name,
  uid: owner.metadata.uid,
  ...more,
});

/** Annotations that tell both stand-in kubelets what containers do; all of them on both sides, so that bodies agree. */
export const behaviour = (how: { runs?: 'for ever' | 'a moment'; exit?: number; ready?: false }) => ({
  ...(how.runs === 'for ever'
    ? { 'testbed.toolcrib.dev/run-for': 'forever', 'sandbox.toolcrib.dev/run-seconds': '100000' }
    : {}),
  ...(how.runs === 'a moment'
    ? { 'testbed.toolcrib.dev/run-for': '500ms', 'sandbox.toolcrib.dev/run-seconds': '0.5' }
    : {}),
  ...(how.exit === undefined
    ? {}
    : {
        'testbed.toolcrib.dev/exit-code': String(how.exit),
        'sandbox.toolcrib.dev/exit-code': String(how.exit),
      }),
  ...(how.ready === false
    ? { 'testbed.toolcrib.dev/ready': 'false', 'sandbox.toolcrib.dev/ready': 'false' }
    : {}),
});
