import type { Body } from '../actor.ts';
import type { Step } from '../step.ts';
import { category } from '../step.ts';
import { CLUSTER, label, meta, type Sample } from './crud-cluster.ts';
import {
  budget,
  claimTemplate,
  configMap,
  cronJob,
  daemonSet,
  deployment,
  job,
  pod,
  podSpec,
  replicaSet,
  service,
  statefulSet,
} from './objects.ts';
import { atRest } from './states.ts';

const observed = (body: Body) => body.status.observedGeneration === body.metadata.generation;

/** A valid object of every built-in kind that can be created, and a change that it allows. */
const NAMESPACED: Record<string, Sample> = {
  configmaps: { body: () => configMap('one'), change: { data: { a: '2' } } },
  secrets: {
    body: () => ({ apiVersion: 'v1', kind: 'Secret', ...meta('one'), stringData: { password: 'swordfish' } }),
    change: { data: { more: 'eA==' } },
  },
  services: { body: () => service('one'), change: { spec: { sessionAffinity: 'ClientIP' } } },
  serviceaccounts: {
    body: () => ({ apiVersion: 'v1', kind: 'ServiceAccount', ...meta('one') }),
    change: { automountServiceAccountToken: false },
  },
  pods: {
    // Bound to no Node: its status stays as it was created.
    body: () => pod('one', {}, { schedulerName: 'nobody' }),
    change: { metadata: { annotations: { changed: 'yes' } } },
  },
  podtemplates: {
    body: () => ({ apiVersion: 'v1', kind: 'PodTemplate', ...meta('one'), template: { spec: podSpec() } }),
    change: label,
  },
  persistentvolumeclaims: {
    body: () => ({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      ...meta('one'),
      spec: { ...claimTemplate().spec, storageClassName: 'nothing' },
    }),
    change: label,
  },
  endpoints: {
    body: () => ({
      apiVersion: 'v1',
      kind: 'Endpoints',
      ...meta('one'),
      subsets: [{ addresses: [{ ip: '192.0.2.1' }], ports: [{ port: 80 }] }],
    }),
    change: label,
  },
  limitranges: {
    body: () => ({
      apiVersion: 'v1',
      kind: 'LimitRange',
      ...meta('one'),
      spec: { limits: [{ type: 'Container', default: { cpu: '1' }, defaultRequest: { cpu: '100m' } }] },
    }),
    change: label,
  },
  resourcequotas: {
    rest: (body) => body.status.hard,
    body: () => ({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      ...meta('one'),
      spec: { hard: { 'count/roles.rbac.authorization.k8s.io': '5' }, scopes: [] },
    }),
    change: label,
  },
  events: {
    body: (t) => ({
      apiVersion: 'v1',
      kind: 'Event',
      ...meta('one'),
      involvedObject: { kind: 'Pod', name: 'none', namespace: t.namespace },
      reason: 'Test',
      message: 'hello',
      type: 'Normal',
    }),
    change: { message: 'again' },
  },
  deployments: { rest: atRest, body: () => deployment('one', 0), change: { spec: { minReadySeconds: 5 } } },
  replicasets: { rest: observed, body: () => replicaSet('one', 0), change: { spec: { minReadySeconds: 5 } } },
  statefulsets: {
    rest: observed,
    body: () => statefulSet('one', 0, { volumeClaimTemplates: [claimTemplate()] }),
    change: { spec: { minReadySeconds: 5 } },
  },
  daemonsets: {
    rest: observed,
    body: () =>
      daemonSet('one', {
        template: { metadata: { labels: { app: 'one' } }, spec: podSpec({ nodeSelector: { no: 'where' } }) },
      }),
    change: { spec: { minReadySeconds: 5 } },
  },
  controllerrevisions: {
    body: () => ({
      apiVersion: 'apps/v1',
      kind: 'ControllerRevision',
      ...meta('one'),
      revision: 1,
      data: { a: 1 },
    }),
    change: { revision: 2 },
  },
  jobs: {
    rest: (body) => body.status.conditions?.length,
    body: () => job('one', { suspend: true }),
    change: { spec: { parallelism: 2 } },
  },
  cronjobs: { body: () => cronJob('one', { suspend: true }), change: { spec: { schedule: '0 4 * * *' } } },
  poddisruptionbudgets: {
    rest: observed,
    body: () => budget('one', { minAvailable: 1 }),
    change: { spec: { minAvailable: '50%' } },
  },
  horizontalpodautoscalers: {
    body: () => ({
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      ...meta('one'),
      spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'none' }, maxReplicas: 3 },
    }),
    change: { spec: { maxReplicas: 4 } },
  },
  ingresses: {
    body: () => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      ...meta('one'),
      spec: { defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
    }),
    change: { spec: { ingressClassName: 'none' } },
  },
  networkpolicies: {
    body: () => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      ...meta('one'),
      spec: { podSelector: {}, ingress: [{ ports: [{ port: 80 }] }] },
    }),
    change: { spec: { podSelector: { matchLabels: { a: 'b' } } } },
  },
  roles: {
    body: () => ({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      ...meta('one'),
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
    }),
    change: { rules: [] },
  },
  rolebindings: {
    body: () => ({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      ...meta('one'),
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'none' },
      subjects: [{ kind: 'User', name: 'somebody' }],
    }),
    change: { subjects: [] },
  },
  leases: {
    body: () => ({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      ...meta('one'),
      spec: { holderIdentity: 'me', leaseDurationSeconds: 15 },
    }),
    change: { spec: { holderIdentity: 'you' } },
  },
  endpointslices: {
    body: () => ({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      ...meta('one'),
      addressType: 'IPv4',
      endpoints: [{ addresses: ['192.0.2.1'] }],
      ports: [{ port: 80 }],
    }),
    change: label,
  },
};

/** Without what belongs to a moment: kinds whose controllers write their status soon after. */
const crud =
  (resource: string, { body, change, rest }: Sample): Step['run'] =>
  async (t) => {
    const object = body(t);
    const { name } = object.metadata;
    const rested = () => (rest ? t.until(resource, name, rest) : undefined);
    await t.post(resource, object);
    await t.post(resource, object);
    await rested();
    await t.patch(resource, name, 'merge', change);
    await rested();
    const { body: now } = await t.get(resource, name, { quiet: true });
    const { annotations } = now.metadata;
    await t.put(resource, name, {
      ...now,
      metadata: { ...now.metadata, annotations: { ...annotations, put: 'yes' } },
    });
    await rested();
    await t.get(resource, undefined, { query: `fieldSelector=metadata.name%3D${name}` });
    await t.delete(resource, name);
    if (resource !== 'namespaces') await t.gone(resource, name);
  };

export const crudOfEveryKind = category(
  'CRUD',
  Object.fromEntries(
    Object.entries({ ...NAMESPACED, ...CLUSTER }).map(([resource, sample]) => [
      resource,
      sample.alone ? { alone: true as const, run: crud(resource, sample) } : crud(resource, sample),
    ]),
  ),
);
