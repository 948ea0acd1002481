import { type ClusterTarget, put, seen } from './target.ts';

const RBAC = 'rbac.authorization.k8s.io';
const READ = ['get', 'list', 'watch'];
const WRITE = ['create', 'delete', 'deletecollection', 'patch', 'update'];
const rule = (group: string, resources: string, verbs: string[]) => ({
  apiGroups: [group],
  resources: resources.split(' '),
  verbs,
});

/**
 * What the `edit` role of a fresh cluster gives, `view` included (without subresources): for where it does not exist.
 * Source: kubernetes/kubernetes plugin/pkg/auth/authorizer/rbac/bootstrappolicy/testdata/cluster-roles.yaml.
 */
const EDIT = [
  rule('', 'secrets', READ),
  rule('', 'serviceaccounts', ['impersonate']),
  rule('', 'pods', WRITE),
  rule(
    '',
    'configmaps events persistentvolumeclaims replicationcontrollers secrets serviceaccounts services',
    WRITE,
  ),
  rule('apps', 'daemonsets deployments replicasets statefulsets', WRITE),
  rule('autoscaling', 'horizontalpodautoscalers', WRITE),
  rule('batch', 'cronjobs jobs', WRITE),
  rule('policy', 'poddisruptionbudgets', WRITE),
  rule('networking.k8s.io', 'ingresses networkpolicies', WRITE),
  rule('coordination.k8s.io', 'leases', [...READ, ...WRITE]),
  rule(
    '',
    'configmaps endpoints persistentvolumeclaims pods replicationcontrollers serviceaccounts services',
    READ,
  ),
  rule('', 'bindings events limitranges resourcequotas namespaces', READ),
  rule('discovery.k8s.io', 'endpointslices', READ),
  rule('apps', 'controllerrevisions daemonsets deployments replicasets statefulsets', READ),
  rule('autoscaling', 'horizontalpodautoscalers', READ),
  rule('batch', 'cronjobs jobs', READ),
  rule('policy', 'poddisruptionbudgets', READ),
  rule('networking.k8s.io', 'ingresses networkpolicies', READ),
];

/** Binds a person to the cluster's own `edit` role in one namespace. */
export async function bindEdit(target: ClusterTarget, namespace: string, person: string): Promise<void> {
  const at = `/apis/${RBAC}/v1`;
  const apiVersion = `${RBAC}/v1`;
  if (!(await seen(target, `${at}/clusterroles/edit`))) {
    await put(target, `${at}/clusterroles`, {
      apiVersion,
      kind: 'ClusterRole',
      metadata: { name: 'edit' },
      rules: EDIT,
    });
  }
  await put(target, `${at}/namespaces/${namespace}/rolebindings`, {
    apiVersion,
    kind: 'RoleBinding',
    metadata: { name: person },
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: 'edit' },
    subjects: [{ apiGroup: RBAC, kind: 'User', name: person }],
  });
}
