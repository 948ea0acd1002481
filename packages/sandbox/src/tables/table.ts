import type { KubeObject } from '@toolcrib/kube';
import { badRequest } from '../store/api-error.ts';
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
      return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata };
    default:
      throw badRequest(`unrecognized includeObject value: ${JSON.stringify(include)}`);
  }
}
