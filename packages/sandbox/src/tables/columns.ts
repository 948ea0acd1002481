import type { KubeObject, ResourceInfo } from '@toolcrib/kube';
import {
  autoscalerCells,
  budgetCells,
  configMapCells,
  eventCells,
  leaseCells,
  namespaceCells,
  nodeCells,
  podTemplateCells,
  priorityClassCells,
  quotaCells,
  roleBindingCells,
  secretCells,
  serviceAccountCells,
} from './cluster-cells.ts';
import type { Cells, ColumnDefinition } from './column.ts';
import definitions from './columns.generated.json' with { type: 'json' };
import {
  endpointSliceCells,
  endpointsCells,
  ingressCells,
  ingressClassCells,
  networkPolicyCells,
  serviceCells,
} from './network-cells.ts';
import { podCells } from './pod-cells.ts';
import {
  attachmentCells,
  claimCells,
  csiDriverCells,
  csiNodeCells,
  storageClassCells,
  volumeCells,
} from './storage-cells.ts';
import {
  controllerRevisionCells,
  cronJobCells,
  daemonSetCells,
  deploymentCells,
  jobCells,
  replicaSetCells,
  statefulSetCells,
} from './workload-cells.ts';

/** The columns of a type and how its rows are filled. */
export interface TableShape {
  columns: ColumnDefinition[];
  cells: Cells;
}

const CELLS: Record<keyof typeof definitions, Cells> = {
  '/pods': podCells,
  '/podtemplates': podTemplateCells,
  'policy/poddisruptionbudgets': budgetCells,
  'apps/replicasets': replicaSetCells,
  'apps/daemonsets': daemonSetCells,
  'batch/jobs': jobCells,
  'batch/cronjobs': cronJobCells,
  '/services': serviceCells,
  'networking.k8s.io/ingresses': ingressCells,
  'networking.k8s.io/ingressclasses': ingressClassCells,
  'apps/statefulsets': statefulSetCells,
  '/endpoints': endpointsCells,
  '/nodes': nodeCells,
  '/events': eventCells,
  '/namespaces': namespaceCells,
  '/secrets': secretCells,
  '/serviceaccounts': serviceAccountCells,
  '/persistentvolumes': volumeCells,
  '/persistentvolumeclaims': claimCells,
  'apps/deployments': deploymentCells,
  'autoscaling/horizontalpodautoscalers': autoscalerCells,
  '/configmaps': configMapCells,
  'networking.k8s.io/networkpolicies': networkPolicyCells,
  'rbac.authorization.k8s.io/rolebindings': roleBindingCells,
  'rbac.authorization.k8s.io/clusterrolebindings': roleBindingCells,
  'coordination.k8s.io/leases': leaseCells,
  'storage.k8s.io/storageclasses': storageClassCells,
  'apps/controllerrevisions': controllerRevisionCells,
  '/resourcequotas': quotaCells,
  'scheduling.k8s.io/priorityclasses': priorityClassCells,
  'storage.k8s.io/volumeattachments': attachmentCells,
  'discovery.k8s.io/endpointslices': endpointSliceCells,
  'storage.k8s.io/csinodes': csiNodeCells,
  'storage.k8s.io/csidrivers': csiDriverCells,
};

const NAME: ColumnDefinition = { ...(definitions['/serviceaccounts'][0] as ColumnDefinition) };
const AGE: ColumnDefinition = { ...(definitions['/serviceaccounts'][1] as ColumnDefinition) };

/** Kinds without a printer of their own: the name and the time of creation. */
const PLAIN: TableShape = {
  columns: [NAME, { ...AGE, name: 'Created At', type: 'date' }],
  cells: ({ metadata }) => [metadata.name, metadata.creationTimestamp],
};

/** A CRD's additionalPrinterColumns. */
export interface PrinterColumn {
  name: string;
  type: string;
  jsonPath: string;
  format?: string;
  description?: string;
  priority?: number;
}

const AGE_COLUMN: PrinterColumn = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };

/** The table of a custom resource. @param read gives a column's value of an object */
export function customTable(
  printer: PrinterColumn[] | undefined,
  read: (object: KubeObject, column: PrinterColumn, now: number) => unknown,
): TableShape {
  const columns = printer ?? [{ ...AGE_COLUMN, description: AGE.description }];
  return {
    columns: [
      NAME,
      ...columns.map(({ name, type, jsonPath, format = '', description, priority = 0 }) => ({
        name,
        type,
        format,
        description: description ?? `Custom resource definition column (in JSONPath format): ${jsonPath}`,
        priority,
      })),
    ],
    cells: (object, now) => [object.metadata.name, ...columns.map((column) => read(object, column, now))],
  };
}

/** The table of a built-in type. */
export function tableShapeOf(info: ResourceInfo): TableShape {
  const key = `${info.group}/${info.resource}` as keyof typeof definitions;
  if (definitions[key]) return { columns: definitions[key] as ColumnDefinition[], cells: CELLS[key] };
  return PLAIN;
}
