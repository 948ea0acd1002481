import type { KubeObject } from '@toolcrib/kube';
import { apiVersionOf } from '@toolcrib/kube';
import { stringify } from 'yaml';
import { badRequest, expired } from '../apimachinery/api-error.ts';
import type { ResourceRequest } from '../request/context.ts';
import { boolParam, intParam } from '../request/params.ts';
import { fieldGetter } from '../store/fields.ts';
import { matchesQuery } from '../store/match.ts';
import type { StoreEvent } from '../store/store.ts';
import { badVersion } from './list.ts';
import { checkListOptions } from './list-options.ts';
import { selectionOf } from './selection.ts';
import { viewOf } from './views.ts';

const BOOKMARK_EVERY = 60_000;
// The real server ends a watch without timeoutSeconds after 30 to 60 minutes.
const LONGEST = 30 * 60;

interface WatchLine {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  object: unknown;
}

/** Streams the changes of a collection (or one object) until the client goes or the time is over. */
export function watchObjects(request: ResourceRequest): void {
  const { sandbox, info, query, namespace, name } = request;
  const { store, clock } = sandbox;
  checkListOptions(query, true);
  const matches = matchesQuery(selectionOf(info, query, namespace, name), fieldGetter(info));
  const bookmarks = boolParam(query, 'allowWatchBookmarks') === true;
  const asked = query.get('resourceVersion') ?? '';
  if (asked !== '' && !/^\d+$/.test(asked)) {
    throw badRequest(badVersion(asked));
  }
  const initial = boolParam(query, 'sendInitialEvents') ?? (asked === '' || asked === '0');
  const stream = openStream(request);
  let columnsSent = false;
  const send = (type: WatchLine['type'], object: KubeObject) => {
    const view = viewOf(request, object, !columnsSent);
    columnsSent = true;
    stream.write({ type, object: view });
  };
  let last = store.version();
  const sendEvent = (event: StoreEvent) => {
    last = event.version;
    if (event.resource.group !== info.group || event.resource.resource !== info.resource) return;
    const now = event.type !== 'DELETED' && matches(event.object);
    const before = event.previous !== undefined && matches(event.previous);
    if (now) send(before ? 'MODIFIED' : 'ADDED', event.object);
    else if (before) send('DELETED', goneObject(event));
  };
  const bookmark = (annotations?: Record<string, string>) =>
    stream.write({ type: 'BOOKMARK', object: bookmarkOf(request, last, annotations) });

  if (initial) {
    for (const object of store.peek(info, { namespace: info.namespaced ? namespace : undefined })) {
      if (matches(object)) send('ADDED', object);
    }
    if (bookmarks && query.get('sendInitialEvents') !== null)
      bookmark({ 'k8s.io/initial-events-end': 'true' });
  } else {
    const from = asked === '' || asked === '0' ? store.version() : Number(asked);
    const missed = store.since(Math.min(from, store.version()));
    if (!missed) {
      const { status } = expired(`too old resource version: ${from} (${store.oldest()})`);
      stream.write({ type: 'ERROR', object: status });
      stream.end();
      return;
    }
    for (const event of missed) sendEvent(event);
    last = store.version();
  }

  const unsubscribe = store.subscribe(sendEvent);
  const seconds = intParam(query, 'timeoutSeconds') ?? LONGEST;
  const timers = [
    bookmarks ? every(clock, BOOKMARK_EVERY, () => bookmark()) : () => {},
    clock.after((seconds > 0 ? seconds : LONGEST) * 1000, () => {
      if (bookmarks) bookmark();
      stream.end();
    }),
  ];
  stream.onClose(() => {
    unsubscribe();
    for (const stop of timers) stop();
  });
}

/** The last state, under the version of its end. */
function goneObject(event: StoreEvent): KubeObject {
  const object = event.type === 'DELETED' ? event.object : (event.previous ?? event.object);
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(event.version) } };
}

function bookmarkOf(
  request: ResourceRequest,
  version: number,
  annotations?: Record<string, string>,
): unknown {
  const { negotiated, type, info } = request;
  const metadata = {
    resourceVersion: String(version),
    ...(annotations ? { annotations } : {}),
  };
  const meta = `meta.k8s.io/${negotiated.version ?? 'v1'}`;
  if (negotiated.as === 'PartialObjectMetadata')
    return { kind: 'PartialObjectMetadata', apiVersion: meta, metadata };
  if (negotiated.as === 'Table') {
    const object = { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata };
    return {
      kind: 'Table',
      apiVersion: meta,
      metadata: { resourceVersion: String(version) },
      columnDefinitions: null,
      rows: [{ cells: null, object }],
    };
  }
  return { kind: info.kind, apiVersion: apiVersionOf(type), metadata };
}

function every(clock: ResourceRequest['sandbox']['clock'], delay: number, run: () => void): () => void {
  let stop = clock.after(delay, tick);
  function tick(): void {
    run();
    stop = clock.after(delay, tick);
  }
  return () => stop();
}

function openStream(request: ResourceRequest) {
  const { response } = request.http;
  const yaml = request.negotiated.encoding === 'yaml';
  response.writeHead(200, {
    'content-type': yaml ? 'application/yaml' : 'application/json',
    'cache-control': 'no-cache, private',
  });
  // Clients wait for the headers before they believe that the watch stands.
  response.flushHeaders();
  return {
    write(line: WatchLine) {
      if (response.writableEnded) return;
      response.write(yaml ? `---\n${stringify(line)}` : `${JSON.stringify(line)}\n`);
    },
    end: () => void response.end(),
    onClose: (run: () => void) => void response.once('close', run),
  };
}
