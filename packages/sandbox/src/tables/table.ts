import type { KubeObject } from '@toolcrib/kube';
import { badRequest } from '../apimachinery/api-error.ts';
import type { TableShape } from './columns.ts';

export interface TableOptions {
  /** meta.k8s.io/v1 or v1beta1 */
  apiVersion: string;
  includeObject: string;
  metadata: Record<string, unknown>;
  /** milliseconds since 1970 */
  now: number;
  /** False for all but the first table of a watch. */
  withColumns: boolean;
}

/** meta.k8s.io Table: the columns that kubectl prints, one row an object. @throws ApiError 400 */
export function tableOf(shape: TableShape, objects: readonly KubeObject[], options: TableOptions): unknown {
  const { columns, cells } = shape;
  return {
    kind: 'Table',
    apiVersion: options.apiVersion,
    metadata: options.metadata,
    columnDefinitions: options.withColumns ? columns : null,
    rows: objects.map((object) => ({
      cells: cells(object, options.now),
      ...conditionsOf(object),
      object: included(object, options.includeObject),
    })),
  };
}

function included(object: KubeObject, include: string): unknown {
  switch (include) {
    case 'None':
      return null;
    case 'Object':
      return object;
    case 'Metadata':
    case '':
      return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: metadataOf(object) };
    default:
      throw badRequest(
        `Unable to convert to Table as requested: includeObject: Invalid value: ${JSON.stringify(include)}: must be 'Metadata', 'Object', 'None', or empty`,
      );
  }
}

/** Rows of Pods that have ended say so (source: printers podSuccessConditions, podFailedConditions). */
function conditionsOf({ kind, status }: KubeObject): { conditions?: unknown[] } {
  if (kind !== 'Pod' || (status?.phase !== 'Succeeded' && status?.phase !== 'Failed')) return {};
  const message = status.phase === 'Succeeded' ? 'The pod has completed successfully.' : 'The pod failed.';
  return { conditions: [{ type: 'Completed', status: 'True', reason: status.phase, message }] };
}

const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

/** A DaemonSet's oldest annotation is a field inside the server, and in a Table it is not converted back. */
function metadataOf({ kind, metadata }: KubeObject): unknown {
  if (kind !== 'DaemonSet' || metadata.annotations?.[TEMPLATE_GENERATION] === undefined) return metadata;
  const { [TEMPLATE_GENERATION]: _, ...annotations } = metadata.annotations;
  const { annotations: __, ...rest } = metadata;
  return Object.keys(annotations).length > 0 ? { ...rest, annotations } : rest;
}
