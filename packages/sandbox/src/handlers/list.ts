import type { KubeObject } from '@toolcrib/kube';
import { badRequest, tooLargeVersion } from '../apimachinery/api-error.ts';
import type { ResourceRequest } from '../request/context.ts';
import { boolParam, intParam } from '../request/params.ts';
import type { Reply } from '../request/reply.ts';
import type { ContinueToken } from './continue.ts';
import { encodeContinue, parseContinue, tooOldToContinue } from './continue.ts';
import { objectsAt } from './history.ts';
import { checkListOptions } from './list-options.ts';
import { selectionOf } from './selection.ts';
import { listViewOf } from './views.ts';

/** GET of a collection: selectors, paging, and the version at which it is asked for. */
export function listObjects(request: ResourceRequest): Reply {
  const { sandbox, info, query, namespace } = request;
  const { store } = sandbox;
  checkListOptions(query, boolParam(query, 'watch') === true);
  const selection = selectionOf(info, query, namespace);
  const limit = intParam(query, 'limit') ?? 0;
  const token = query.get('continue');
  const from = token ? parseContinue(token) : undefined;
  const version = versionOf(request, from);
  const all = objectsAt(store, info, selection, version);
  if (!all) {
    throw tooOldToContinue(encodeContinue({ rv: -1, start: from?.start ?? '' }), from !== undefined);
  }
  const rest = from ? all.filter((object) => keyOf(object) >= from.start) : all;
  const page = limit > 0 ? rest.slice(0, limit) : rest;
  const next = rest[page.length];
  const metadata: Record<string, unknown> = { resourceVersion: String(version) };
  if (next) {
    metadata.continue = encodeContinue({ rv: version, start: keyOf(next) });
    const selective = (selection.labels?.length ?? 0) + (selection.fields?.length ?? 0) > 0;
    if (!selective) metadata.remainingItemCount = rest.length - page.length;
  }
  return { status: 200, body: listViewOf(request, page, metadata) };
}

function versionOf(request: ResourceRequest, from: ContinueToken | undefined): number {
  const { store } = request.sandbox;
  const current = store.version();
  if (from) return from.rv > 0 ? from.rv : current;
  const asked = request.query.get('resourceVersion') ?? '';
  if (asked === '' || asked === '0') return current;
  if (!/^\d+$/.test(asked)) throw badRequest(badVersion(asked));
  const version = Number(asked);
  if (version > current) throw tooLargeVersion(version, current);
  const match = request.query.get('resourceVersionMatch');
  // Without a match, a page (limit) is served exactly at the version, a whole list at any later one.
  const exact = match === 'Exact' || (match === null && (intParam(request.query, 'limit') ?? 0) > 0);
  return exact ? version : current;
}

function keyOf(object: KubeObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}

/** What the server says of a version that is no number. */
export function badVersion(text: string): string {
  return `invalid resource version: resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`;
}
