import {
  apiVersionOf,
  isBuiltInGroup,
  type KubeList,
  type KubeObject,
  type ResourceInfo,
} from '@toolcrib/kube';
import { type ApiFailure, ToolcribError } from '@toolcrib/model';

/** Metadata only, where the server can (all do since 1.15); whole objects from those that can't. */
export const METADATA_LIST =
  'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';

const PAGE = 500;
/** kubectl's copy of the last applied object: as large as the object itself. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * All pages of a list, as the server gives them. Where it has forgotten the list in the middle (410: its
 * history was compacted), it is asked once for everything in one piece, as client-go's pager does.
 */
export async function allPages(
  fetchPage: (query: URLSearchParams) => Promise<KubeList>,
): Promise<KubeObject[]> {
  const items: KubeObject[] = [];
  let next: string | undefined;
  do {
    const query = new URLSearchParams({ limit: String(PAGE) });
    if (next) query.set('continue', next);
    let page: KubeList;
    try {
      page = await fetchPage(query);
    } catch (error) {
      if (!next || !isGone(error)) throw error;
      return (await fetchPage(new URLSearchParams())).items ?? [];
    }
    for (const item of page.items ?? []) items.push(item);
    next = page.metadata?.continue || undefined;
  } while (next);
  return items;
}

function isGone(error: unknown): boolean {
  return error instanceof ToolcribError && (error.cause as ApiFailure | undefined)?.status === 410;
}

/**
 * Whether a list holds what was asked for: whoever answers in the API server's place may say that there is nothing, too.
 * A custom kind's list may have a name of its own.
 */
export function isListOf(kind: string, { group, kind: one }: Pick<ResourceInfo, 'group' | 'kind'>): boolean {
  return kind === `${one}List` || kind === 'PartialObjectMetadataList' || !isBuiltInGroup(group);
}

/** Items of a list carry neither kind nor apiVersion; metadata items carry foreign ones. */
export function named(item: KubeObject, type: Pick<ResourceInfo, 'group' | 'version' | 'kind'>): KubeObject {
  const { apiVersion: _, kind: __, ...rest } = item;
  return { apiVersion: apiVersionOf(type), kind: type.kind, ...rest } as KubeObject;
}

/** Only what a blast radius needs: about 1 kB an object before, 350–480 B after. */
export function trimmed(item: KubeObject): KubeObject {
  const { managedFields: _, annotations, ...metadata } = item.metadata;
  const kept =
    annotations && Object.fromEntries(Object.entries(annotations).filter(([name]) => name !== LAST_APPLIED));
  return {
    apiVersion: item.apiVersion,
    kind: item.kind,
    metadata: kept ? { ...metadata, annotations: kept } : metadata,
  };
}
