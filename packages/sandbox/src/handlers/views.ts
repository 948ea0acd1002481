import type { KubeObject, ResourceType } from '@toolcrib/kube';
import { apiVersionOf } from '@toolcrib/kube';
import { notAcceptable } from '../apimachinery/api-error.ts';
import type { ResourceRequest } from '../request/context.ts';
import { tableShapeOf } from '../tables/columns.ts';
import { tableOf } from '../tables/table.ts';
import { fromStorage } from './versions.ts';

/** An object as this request wants it: in its version, or as Table or metadata only. */
export function viewOf(request: ResourceRequest, object: KubeObject, first = true): unknown {
  const { negotiated, type } = request;
  const versioned = fromStorage(type, object);
  const meta = `meta.k8s.io/${negotiated.version ?? 'v1'}`;
  switch (negotiated.as) {
    case undefined:
      return versioned;
    case 'Table':
      return tableOf(shapeOf(request), [versioned], {
        apiVersion: meta,
        includeObject: request.query.get('includeObject') ?? 'Metadata',
        metadata: { resourceVersion: object.metadata.resourceVersion },
        now: request.sandbox.clock.now(),
        withColumns: first,
      });
    case 'PartialObjectMetadata':
      return { kind: 'PartialObjectMetadata', apiVersion: meta, metadata: versioned.metadata };
    default:
      throw notAcceptable(['application/json', 'application/yaml']);
  }
}

function shapeOf({ sandbox, info, type }: ResourceRequest) {
  return sandbox.custom.tableOf({ ...info, version: type.version }) ?? tableShapeOf(info);
}

/** A list in the form that the request asked for. */
export function listViewOf(
  request: ResourceRequest,
  objects: readonly KubeObject[],
  metadata: Record<string, unknown>,
): unknown {
  const { negotiated, type, info } = request;
  const meta = `meta.k8s.io/${negotiated.version ?? 'v1'}`;
  const items = objects.map((object) => fromStorage(type, object));
  switch (negotiated.as) {
    case undefined:
      return listOf(type, info.kind, items, metadata, request.sandbox.custom.versionOf(info) !== undefined);
    case 'Table':
      return tableOf(shapeOf(request), items, {
        apiVersion: meta,
        includeObject: request.query.get('includeObject') ?? 'Metadata',
        metadata,
        now: request.sandbox.clock.now(),
        withColumns: true,
      });
    case 'PartialObjectMetadataList':
      return {
        kind: 'PartialObjectMetadataList',
        apiVersion: meta,
        metadata,
        items: items.map((item) => ({
          kind: 'PartialObjectMetadata',
          apiVersion: meta,
          metadata: item.metadata,
        })),
      };
    default:
      throw notAcceptable(['application/json', 'application/yaml']);
  }
}

/** The items of a built-in list carry no kind of their own; those of custom resources do. */
function listOf(
  type: ResourceType,
  kind: string,
  items: KubeObject[],
  metadata: Record<string, unknown>,
  isCustom: boolean,
): unknown {
  if (isCustom) {
    const own = items.map((item) => ({ ...item, apiVersion: apiVersionOf(type) }));
    return {
      apiVersion: apiVersionOf(type),
      items: own,
      kind: `${kind}List`,
      metadata: { continue: '', ...metadata },
    };
  }
  return {
    kind: `${kind}List`,
    apiVersion: apiVersionOf(type),
    metadata,
    items: items.map(({ kind: _, apiVersion: __, ...rest }) => rest),
  };
}
