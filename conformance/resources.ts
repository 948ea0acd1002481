const NAMESPACED: Record<string, string[]> = {
  'api/v1': [
    'pods',
    'configmaps',
    'secrets',
    'services',
    'endpoints',
    'events',
    'limitranges',
    'persistentvolumeclaims',
    'podtemplates',
    'replicationcontrollers',
    'resourcequotas',
    'serviceaccounts',
  ],
  'apis/apps/v1': ['deployments', 'replicasets', 'statefulsets', 'daemonsets', 'controllerrevisions'],
  'apis/batch/v1': ['jobs', 'cronjobs'],
  'apis/policy/v1': ['poddisruptionbudgets'],
  'apis/autoscaling/v2': ['horizontalpodautoscalers'],
  'apis/networking.k8s.io/v1': ['ingresses', 'networkpolicies'],
  'apis/rbac.authorization.k8s.io/v1': ['roles', 'rolebindings'],
  'apis/coordination.k8s.io/v1': ['leases'],
  'apis/discovery.k8s.io/v1': ['endpointslices'],
};

const CLUSTER: Record<string, string[]> = {
  'api/v1': ['namespaces', 'nodes', 'persistentvolumes'],
  'apis/rbac.authorization.k8s.io/v1': ['clusterroles', 'clusterrolebindings'],
  'apis/storage.k8s.io/v1': ['storageclasses', 'csidrivers', 'csinodes', 'volumeattachments'],
  'apis/scheduling.k8s.io/v1': ['priorityclasses'],
  'apis/networking.k8s.io/v1': ['ingressclasses'],
  'apis/apiextensions.k8s.io/v1': ['customresourcedefinitions'],
  'apis/admissionregistration.k8s.io/v1': [
    'validatingwebhookconfigurations',
    'mutatingwebhookconfigurations',
  ],
  'apis/node.k8s.io/v1': ['runtimeclasses'],
};

const roots = new Map<string, { root: string; namespaced: boolean }>();
for (const [map, namespaced] of [
  [NAMESPACED, true],
  [CLUSTER, false],
] as const) {
  for (const [root, resources] of Object.entries(map)) {
    for (const resource of resources) roots.set(resource, { root, namespaced });
  }
}

/** @param namespace '' for all namespaces @throws Error for a resource that is not in the tables above */
export function pathOf(resource: string, namespace: string, name?: string, subresource?: string): string {
  const found = roots.get(resource);
  if (!found) throw new Error(`conformance/resources.ts does not know ${resource}`);
  const inside = found.namespaced && namespace !== '' ? `/namespaces/${namespace}` : '';
  const rest = [name, subresource]
    .filter((part) => part !== undefined)
    .map((part) => `/${part}`)
    .join('');
  return `/${found.root}${inside}/${resource}${rest}`;
}
