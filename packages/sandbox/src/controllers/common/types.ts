import type { ResourceType } from '@toolcrib/kube';

/** The built-in resource types that the controllers read and write. */

const core = (resource: string): ResourceType => ({ group: '', version: 'v1', resource });
const apps = (resource: string): ResourceType => ({ group: 'apps', version: 'v1', resource });
const batch = (resource: string): ResourceType => ({ group: 'batch', version: 'v1', resource });

export const NAMESPACES = core('namespaces');
export const NODES = core('nodes');
export const PODS = core('pods');
export const SERVICES = core('services');
export const ENDPOINTS = core('endpoints');
export const CONFIG_MAPS = core('configmaps');
export const RESOURCE_QUOTAS = core('resourcequotas');
export const SERVICE_ACCOUNTS = core('serviceaccounts');
export const PERSISTENT_VOLUMES = core('persistentvolumes');
export const PERSISTENT_VOLUME_CLAIMS = core('persistentvolumeclaims');
export const EVENTS = core('events');
export const DEPLOYMENTS = apps('deployments');
export const REPLICA_SETS = apps('replicasets');
export const STATEFUL_SETS = apps('statefulsets');
export const DAEMON_SETS = apps('daemonsets');
export const CONTROLLER_REVISIONS = apps('controllerrevisions');
export const JOBS = batch('jobs');
export const CRON_JOBS = batch('cronjobs');
export const STORAGE_CLASSES: ResourceType = {
  group: 'storage.k8s.io',
  version: 'v1',
  resource: 'storageclasses',
};
export const ENDPOINT_SLICES: ResourceType = {
  group: 'discovery.k8s.io',
  version: 'v1',
  resource: 'endpointslices',
};
export const POD_DISRUPTION_BUDGETS: ResourceType = {
  group: 'policy',
  version: 'v1',
  resource: 'poddisruptionbudgets',
};
