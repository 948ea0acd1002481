import { stringify } from 'yaml';

const container = {
  name: 'main',
  image: 'registry.k8s.io/pause:3.10',
  resources: {},
  securityContext: {},
  ports: [{ containerPort: 80 }],
  volumeMounts: [{ name: 'scratch', mountPath: '/scratch' }],
};
const template = {
  metadata: { labels: { app: 'owned' } },
  spec: {
    containers: [container],
    securityContext: {},
    terminationGracePeriodSeconds: 1,
    volumes: [{ name: 'scratch', emptyDir: {} }],
  },
};
const selector = { matchLabels: { app: 'owned' } };

/**
 * A manifest of many kinds, most of them with an empty map or list that somebody wrote down, or with what is stored in
 * another form than it was sent. All are named `owned`; what stands in no namespace, as the namespace.
 * @param color a label's value: what is changed with the next apply
 * @param served whether the cluster has a kind at all
 */
export function ownedKinds(namespace: string, color: string, served: (kind: string) => boolean): string {
  const one = (apiVersion: string, kind: string, body: object, name = 'owned') => ({
    apiVersion,
    kind,
    metadata: { name, namespace, labels: { color }, annotations: { 'example.io/empty': '' } },
    ...body,
  });
  const wide = (apiVersion: string, kind: string, body: object) => ({
    apiVersion,
    kind,
    metadata: { name: namespace, labels: { color } },
    ...body,
  });
  const kinds = [
    one('v1', 'ConfigMap', { data: {}, binaryData: {} }),
    one('v1', 'ConfigMap', { data: { a: '1', b: '' } }, 'filled'),
    one('v1', 'Secret', { stringData: { password: color } }),
    one('v1', 'Secret', { type: 'Opaque', data: { a: 'YQ==' }, stringData: { b: color } }, 'both'),
    one('v1', 'Service', { spec: { selector: { app: 'owned' }, ports: [{ port: 80, name: 'http' }] } }),
    one('v1', 'Service', { spec: { clusterIP: 'None', selector: {}, ports: [] } }, 'headless'),
    one('v1', 'ServiceAccount', { imagePullSecrets: [{ name: 'pull' }], secrets: [] }),
    one('v1', 'PersistentVolumeClaim', {
      spec: {
        storageClassName: '',
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '1Gi' }, limits: {} },
        selector: { matchLabels: { nothing: namespace } },
      },
    }),
    one('v1', 'LimitRange', {
      spec: { limits: [{ type: 'PersistentVolumeClaim', max: { storage: '9Gi' } }] },
    }),
    one('v1', 'ResourceQuota', { spec: { hard: { 'services.loadbalancers': '99' }, scopes: [] } }),
    one('v1', 'PodTemplate', { template }),
    one('v1', 'ReplicationController', { spec: { replicas: 0, selector: { app: 'rc' }, template: rc() } }),
    one('apps/v1', 'Deployment', { spec: { replicas: 1, selector, template, strategy: {} } }),
    one('apps/v1', 'StatefulSet', {
      spec: {
        replicas: 0,
        serviceName: 'owned',
        selector: sets('sts'),
        template: of('sts'),
        updateStrategy: {},
      },
    }),
    one('apps/v1', 'DaemonSet', {
      spec: {
        selector: sets('ds'),
        template: { ...of('ds'), spec: { ...template.spec, nodeSelector: { none: 'such' } } },
      },
    }),
    one('apps/v1', 'ReplicaSet', { spec: { replicas: 0, selector: sets('rs'), template: of('rs') } }),
    one('batch/v1', 'Job', { spec: { suspend: true, template: never() } }),
    one('batch/v1', 'CronJob', {
      spec: { suspend: true, schedule: '0 0 1 1 *', jobTemplate: { spec: { template: never() } } },
    }),
    one('autoscaling/v2', 'HorizontalPodAutoscaler', {
      spec: {
        maxReplicas: 2,
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'absent' },
        metrics: [
          {
            type: 'Resource',
            resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
          },
        ],
        behavior: {},
      },
    }),
    one('policy/v1', 'PodDisruptionBudget', { spec: { minAvailable: 0, selector: {} } }),
    one('networking.k8s.io/v1', 'NetworkPolicy', { spec: { podSelector: {}, policyTypes: ['Ingress'] } }),
    one(
      'networking.k8s.io/v1',
      'NetworkPolicy',
      { spec: { podSelector: {}, ingress: [{}], egress: [], policyTypes: ['Ingress', 'Egress'] } },
      'open',
    ),
    one('networking.k8s.io/v1', 'Ingress', {
      spec: {
        defaultBackend: { service: { name: 'owned', port: { number: 80 } } },
        rules: [],
        tls: [{}],
      },
    }),
    one('rbac.authorization.k8s.io/v1', 'Role', { rules: [] }),
    one('rbac.authorization.k8s.io/v1', 'RoleBinding', {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'owned' },
      subjects: [],
    }),
    one('coordination.k8s.io/v1', 'Lease', { spec: {} }),
    one('discovery.k8s.io/v1', 'EndpointSlice', { addressType: 'IPv4', endpoints: [], ports: [] }),
    wide('rbac.authorization.k8s.io/v1', 'ClusterRole', { rules: [] }),
    wide('storage.k8s.io/v1', 'StorageClass', { provisioner: 'example.io/none', parameters: { a: '' } }),
    wide('networking.k8s.io/v1', 'IngressClass', { spec: { controller: 'example.io/none' } }),
    wide('scheduling.k8s.io/v1', 'PriorityClass', { value: 7 }),
    wide('v1', 'PersistentVolume', {
      spec: {
        capacity: { storage: '1Gi' },
        accessModes: ['ReadWriteOnce'],
        persistentVolumeReclaimPolicy: 'Retain',
        storageClassName: `none-${namespace}`,
        hostPath: { path: '/tmp/none' },
        mountOptions: [],
      },
    }),
  ];
  return kinds
    .filter(({ kind }) => served(kind))
    .map((kind) => stringify(kind))
    .join('---\n');
}

const sets = (app: string) => ({ matchLabels: { app } });
const of = (app: string) => ({ ...template, metadata: { labels: { app } } });
const rc = () => of('rc');
const never = () => ({ ...of('job'), spec: { ...template.spec, restartPolicy: 'Never' } });
