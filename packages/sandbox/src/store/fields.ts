import type { KubeObject, ResourceInfo } from '@toolcrib/kube';

/** The value of a selectable field as text; an absent one is ''. */
export type FieldGetter = (object: KubeObject, path: string) => string;

/** The selectable fields of each type beyond metadata.name and metadata.namespace (the registries' own lists). */
const SELECTABLE: Record<string, string[]> = {
  '/pods': [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.podIPs',
    'status.nominatedNodeName',
  ],
  '/nodes': ['spec.unschedulable'],
  '/namespaces': ['status.phase', 'name'],
  '/secrets': ['type'],
  '/services': ['spec.clusterIP', 'spec.type'],
  '/persistentvolumes': ['name'],
  '/persistentvolumeclaims': ['name'],
  '/events': [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
  'apps/replicasets': ['status.replicas'],
  'batch/jobs': ['status.successful'],
};

/** True where the server can select by this field of the type; else it answers 400. */
export function isSelectable(info: ResourceInfo, path: string): boolean {
  if (path === 'metadata.name' || (path === 'metadata.namespace' && info.namespaced)) return true;
  return SELECTABLE[`${info.group}/${info.resource}`]?.includes(path) === true;
}

const DEFAULTS: Record<string, string> = { 'spec.unschedulable': 'false', 'spec.hostNetwork': 'false' };

export function fieldGetter(_info: ResourceInfo): FieldGetter {
  return (object, path) => {
    if (path === 'source') return object.source?.component ?? object.reportingComponent ?? '';
    if (path === 'reportingComponent') return object.reportingComponent ?? object.source?.component ?? '';
    if (path === 'name') return object.metadata.name;
    if (path === 'status.successful') return String(object.status?.succeeded ?? 0);
    let value: unknown = object;
    for (const part of path.split('.')) {
      if (value === null || typeof value !== 'object') return DEFAULTS[path] ?? '';
      value = (value as Record<string, unknown>)[part];
    }
    return value === undefined || value === null ? (DEFAULTS[path] ?? '') : String(value);
  };
}
