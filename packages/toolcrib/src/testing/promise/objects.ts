import type { KubeObject } from '@toolcrib/kube';
import type { Part } from './world.ts';

/** Group and version, as paths have them: `/api/v1`, `/apis/apps/v1`. */
export const GROUP = 'promise.example.io';
export const HOLDER = `${GROUP}/hold`;

type Made = { path: string; object: Record<string, unknown> & { metadata: Partial<KubeObject['metadata']> } };

const labels = (app: string) => ({ app });
/** Longer than a case takes on any machine, as the testbed's kubelets and the sandbox's are told it. */
const RUNS_LONG = { 'testbed.toolcrib.dev/run-for': '3600s', 'sandbox.toolcrib.dev/run-seconds': '3600' };
const podSpec = (more: object = {}) => ({
  terminationGracePeriodSeconds: 1,
  containers: [{ name: 'main', image: 'registry.k8s.io/pause:3.10' }],
  ...more,
});
const template = (app: string, more: object = {}) => ({
  metadata: { labels: labels(app) },
  spec: podSpec(more),
});
const claimSpec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };

/** What a part is made of, in the order in which it is made; owned children are made by {@link childrenOf}. */
export function objectsOf(part: Part): Made[] {
  const name = `${part.part}-${part.n}`;
  const core = (resource: string, kind: string, body: object = {}, meta: object = {}): Made => ({
    path: `/api/v1/${resource}`,
    object: { apiVersion: 'v1', kind, metadata: { name, labels: labels(name), ...meta }, ...body },
  });
  const of = (apiVersion: string, resource: string, kind: string, body: object, meta: object = {}): Made => ({
    path: `/apis/${apiVersion}/${resource}`,
    object: { apiVersion, kind, metadata: { name, labels: labels(name), ...meta }, ...body },
  });
  switch (part.part) {
    case 'config': {
      const meta = part.finalizer ? { finalizers: [HOLDER] } : {};
      if (part.kind === 'Secret') return [core('secrets', 'Secret', { stringData: { a: name } }, meta)];
      if (part.kind === 'ServiceAccount')
        return [core('serviceaccounts', 'ServiceAccount', { automountServiceAccountToken: false }, meta)];
      return [core('configmaps', 'ConfigMap', { data: { a: name } }, meta)];
    }
    case 'rules':
      return [ruleOf(part.kind, core, of, name)];
    case 'scaler': {
      const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'nobody' };
      return [
        part.version === 'v1'
          ? of('autoscaling/v1', 'horizontalpodautoscalers', 'HorizontalPodAutoscaler', {
              spec: { minReplicas: 1, maxReplicas: 3, targetCPUUtilizationPercentage: 60, scaleTargetRef },
            })
          : of('autoscaling/v2', 'horizontalpodautoscalers', 'HorizontalPodAutoscaler', {
              spec: { maxReplicas: 3, scaleTargetRef },
            }),
      ];
    }
    case 'ingress':
      return [
        of('networking.k8s.io/v1', 'ingresses', 'Ingress', {
          spec: { defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
        }),
      ];
    case 'service':
      return serviceOf(part.how, core, name);
    case 'deployment':
      return [
        of('apps/v1', 'deployments', 'Deployment', {
          spec: {
            replicas: part.replicas,
            selector: { matchLabels: labels(name) },
            template: template(name),
          },
        }),
        ...(part.service
          ? [core('services', 'Service', { spec: { selector: labels(name), ports: [{ port: 80 }] } })]
          : []),
      ];
    case 'set':
      return [
        of('apps/v1', 'statefulsets', 'StatefulSet', {
          spec: {
            replicas: part.replicas,
            serviceName: name,
            podManagementPolicy: 'Parallel',
            selector: { matchLabels: labels(name) },
            template: template(name),
            persistentVolumeClaimRetentionPolicy: { whenDeleted: part.whenDeleted, whenScaled: 'Retain' },
            ...(part.claims
              ? { volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: claimSpec }] }
              : {}),
          },
        }),
      ];
    case 'daemon':
      return [
        of('apps/v1', 'daemonsets', 'DaemonSet', {
          spec: { selector: { matchLabels: labels(name) }, template: template(name) },
        }),
      ];
    case 'replicas':
      return [
        of('apps/v1', 'replicasets', 'ReplicaSet', {
          spec: {
            replicas: part.replicas,
            selector: { matchLabels: labels(name) },
            template: template(name),
          },
        }),
      ];
    case 'job':
      return [
        of('batch/v1', 'jobs', 'Job', {
          spec: {
            suspend: part.how === 'suspended',
            ...FORGIVES[part.forgives],
            template: {
              spec: podSpec({ restartPolicy: 'Never' }),
              ...(part.how === 'running' ? { metadata: { annotations: RUNS_LONG } } : {}),
            },
          },
        }),
      ];
    case 'cron':
      return [
        of('batch/v1', 'cronjobs', 'CronJob', {
          spec: {
            schedule: '0 0 1 1 *',
            jobTemplate: { spec: { template: { spec: podSpec({ restartPolicy: 'Never' }) } } },
          },
        }),
      ];
    case 'pod': {
      const volumes = [{ name: 'scratch', ephemeral: { volumeClaimTemplate: { spec: claimSpec } } }];
      return [core('pods', 'Pod', { spec: podSpec(part.ephemeral ? { volumes } : {}) })];
    }
    case 'claim':
      return [core('persistentvolumeclaims', 'PersistentVolumeClaim', { spec: claimSpec })];
    case 'custom': {
      const [kind, resource] = part.operator ? ['Widget', 'widgets'] : ['Gadget', 'gadgets'];
      return [of(`${GROUP}/v1`, resource, kind, { spec: { size: 3, children: part.children } })];
    }
    case 'owned':
      return Array.from({ length: part.owners }, (_, index) =>
        core('configmaps', 'ConfigMap', { data: { a: name } }, { name: `${name}-owner-${index}` }),
      );
    case 'going':
      return [core('configmaps', 'ConfigMap', { data: { a: name } }, { finalizers: [HOLDER] })];
  }
}

type Core = (resource: string, kind: string, body?: object, meta?: object) => Made;
type Of = (apiVersion: string, resource: string, kind: string, body: object, meta?: object) => Made;

function ruleOf(kind: Extract<Part, { part: 'rules' }>['kind'], core: Core, of: Of, name: string): Made {
  const rbac = 'rbac.authorization.k8s.io/v1';
  switch (kind) {
    case 'Role':
      return of(rbac, 'roles', kind, { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] });
    case 'RoleBinding':
      return of(rbac, 'rolebindings', kind, {
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name }],
      });
    case 'NetworkPolicy':
      return of('networking.k8s.io/v1', 'networkpolicies', kind, {
        spec: { podSelector: { matchLabels: labels('none') }, policyTypes: ['Ingress'] },
      });
    case 'LimitRange':
      return core('limitranges', kind, {
        spec: { limits: [{ type: 'Container', default: { cpu: '90m' }, defaultRequest: { cpu: '1m' } }] },
      });
    case 'PodDisruptionBudget':
      return of('policy/v1', 'poddisruptionbudgets', kind, {
        spec: { maxUnavailable: 1, selector: { matchLabels: labels('none') } },
      });
  }
}

/**
 * How many deaths of its Pods a Job forgives. A rule that fails it goes by the code with which a Pod ends, which nobody knows
 * beforehand, so that neither "lost" nor "returns" could be told for certain (`failing-job.test.ts`).
 */
const FORGIVES = {
  many: {},
  none: { backoffLimit: 0 },
  one: { backoffLimit: 1 },
  'by its policy': {
    backoffLimit: 1,
    podFailurePolicy: {
      rules: [{ action: 'Count', onExitCodes: { operator: 'In', values: [137, 143] } }],
    },
  },
};

function serviceOf(how: Extract<Part, { part: 'service' }>['how'], core: Core, name: string): Made[] {
  const ports = [{ port: 80 }];
  const selector = labels(name);
  switch (how) {
    case 'cluster':
      return [core('services', 'Service', { spec: { selector, ports } })];
    case 'headless':
      return [core('services', 'Service', { spec: { clusterIP: 'None', selector, ports } })];
    case 'balancer':
      return [core('services', 'Service', { spec: { type: 'LoadBalancer', selector, ports } })];
    case 'nodePort':
      return [core('services', 'Service', { spec: { type: 'NodePort', selector, ports } })];
    case 'by hand':
      return [
        core('services', 'Service', { spec: { ports } }),
        core('endpoints', 'Endpoints', { subsets: [{ addresses: [{ ip: '192.0.2.7' }], ports }] }),
      ];
  }
}

/** What an operator makes of its resource, and what somebody once made for one that has no operator. */
export function childOf(owner: KubeObject, kind: string, fresh: string): Made {
  const name = `${owner.metadata.name}-${kind.toLowerCase().slice(0, 6)}`;
  const { apiVersion, metadata } = owner;
  const ownerReferences = [
    { apiVersion, kind: owner.kind, name: metadata.name, uid: metadata.uid ?? '', controller: true },
  ];
  const meta = { name, ownerReferences };
  switch (kind) {
    case 'Secret':
      return {
        path: '/api/v1/secrets',
        object: { apiVersion: 'v1', kind, metadata: meta, stringData: { password: fresh } },
      };
    case 'ConfigMap':
      return {
        path: '/api/v1/configmaps',
        object: { apiVersion: 'v1', kind, metadata: meta, data: { id: fresh } },
      };
    case 'PersistentVolumeClaim':
      return {
        path: '/api/v1/persistentvolumeclaims',
        object: { apiVersion: 'v1', kind, metadata: meta, spec: claimSpec },
      };
    default:
      return {
        path: '/apis/apps/v1/deployments',
        object: {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: meta,
          spec: { replicas: 1, selector: { matchLabels: labels(name) }, template: template(name) },
        },
      };
  }
}
