import { createHash } from 'node:crypto';
import {
  apiVersionOf,
  deleteOptionsBody,
  groupVersionOf,
  type KubeList,
  type KubeObject,
  type ResourceInfo,
  type ResourceType,
  resourcePath,
} from '@toolcrib/kube';
import {
  type As,
  type Cluster,
  type ClusterIdentity,
  type ClusterResponse,
  isAbsent,
  ToolcribError,
} from '@toolcrib/model';
import { type Discovered, discover, legacyResources } from './discovery.ts';
import { exchange, jsonOf, listOf, listOfOthers, mustBeOk, objectOf } from './http.ts';
import { allPages, isListOf, METADATA_LIST, named, trimmed } from './listing.ts';
import type { Upstream } from './upstream.ts';

export interface ClusterOptions {
  /** Milliseconds for one exchange with the cluster; 15 s unless said otherwise. */
  timeout?: number;
  /** Milliseconds, of any epoch, never backwards. */
  now?: () => number;
}

const TIMEOUT = 15_000;
const DISCOVERY_LIFE = 60_000;
/** A kind that is not found is looked for anew, but not more often than this (ms): it may have just come. */
const DISCOVERY_PAUSE = 2_000;

/** A cluster is not made again under its address within so long (ms). */
const IDENTITY_LIFE = 10_000;
const NAMESPACES = { group: '', version: 'v1', resource: 'namespaces' };

const PATCH_TYPES = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  strategic: 'application/strategic-merge-patch+json',
} as const;

/** A Cluster over a real API server (see the port for what each method promises). */
export function connectCluster(upstream: Upstream, context: string, options: ClusterOptions = {}): Cluster {
  const timeout = options.timeout ?? TIMEOUT;
  const now = options.now ?? (() => performance.now());
  const discoveries = new Map<string, { at: number; found: Promise<Discovered> }>();
  const anew = new Map<string, Promise<Discovered>>();

  async function send(
    method: string,
    path: string,
    extra: { headers?: Record<string, string>; body?: unknown; type?: string; as?: As } = {},
  ): Promise<ClusterResponse> {
    const { headers, body, type = 'application/json', as } = extra;
    return exchange(upstream, {
      method,
      path,
      timeout,
      headers: {
        Accept: 'application/json',
        'User-Agent': 'toolcrib',
        ...(body === undefined ? {} : { 'Content-Type': type }),
        ...headers,
        ...as,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  }

  /** The object that the answer holds. */
  async function object(
    method: string,
    path: string,
    extra: Parameters<typeof send>[2] = {},
  ): Promise<KubeObject> {
    return objectOf(context, `${method} ${path}`, await send(method, path, extra));
  }

  async function fetchDiscovery(path: string, accept: string, as?: As) {
    const answer = await send('GET', path, { headers: { Accept: accept }, as });
    mustBeOk(context, `GET ${path}`, answer);
    return {
      type: String(answer.headers['content-type'] ?? ''),
      body: jsonOf(context, `GET ${path}`, answer),
    };
  }

  function resources(as?: As, life = DISCOVERY_LIFE): Promise<Discovered> {
    const key = JSON.stringify(Object.entries(as ?? {}).sort());
    const known = discoveries.get(key);
    if (known && now() - known.at < life) return known.found;
    const found = discover((path, accept) => fetchDiscovery(path, accept, as));
    const entry = { at: now(), found };
    discoveries.set(key, entry);
    // A failure is not remembered.
    found.catch(() => {
      if (discoveries.get(key) === entry) discoveries.delete(key);
    });
    return found;
  }

  /**
   * Discovery that begins after this call: one that is under way may have passed by where something new stands. Whoever
   * asks meanwhile shares the next one.
   */
  function resourcesAnew(as?: As): Promise<Discovered> {
    const key = JSON.stringify(Object.entries(as ?? {}).sort());
    const waiting = anew.get(key);
    if (waiting) return waiting;
    const underWay = discoveries.get(key)?.found.catch(() => undefined) ?? Promise.resolve();
    const found = underWay.then(() => {
      anew.delete(key);
      return resources(as, 0);
    });
    anew.set(key, found);
    return found;
  }

  /** The kind of a served resource, also in a version that its group does not prefer. */
  async function infoOf(type: ResourceType, as?: As): Promise<ResourceInfo> {
    const same = (info: ResourceInfo) => info.group === type.group && info.resource === type.resource;
    const found = (await resources(as)).resources.find(same);
    if (found) return { ...found, version: type.version };
    const path = type.group === '' ? `/api/${type.version}` : `/apis/${type.group}/${type.version}`;
    const { body } = await fetchDiscovery(path, 'application/json', as);
    const info = legacyResources(type.group, type.version, body).find(same);
    if (info) return info;
    throw notServed(`${type.resource} of ${apiVersionOf(type)}`);
  }

  function notServed(what: string): ToolcribError {
    return new ToolcribError('not-found', `The cluster of context ${context} serves no ${what}.`, {
      next: `kubectl --context ${context} api-resources shows what it serves.`,
    });
  }

  async function listPage(path: string, accept: string, as?: As): Promise<KubeList> {
    return listOf(context, `GET ${path}`, await send('GET', path, { headers: { Accept: accept }, as }));
  }

  let known: { at: number; found: Promise<ClusterIdentity> } | undefined;
  async function identity(): Promise<ClusterIdentity> {
    const answer = await send('GET', resourcePath(NAMESPACES, { name: 'kube-system' }));
    const address = addressOf(upstream);
    // Many roles may not read namespaces, and some clusters hide this one: the address is all there is then.
    if (isAbsent(answer) || answer.status === 403) return { address };
    const asked = { group: '', name: 'kube-system' };
    const { metadata } = objectOf(context, 'GET the namespace kube-system', answer, { asked });
    return { ...(metadata.uid ? { uid: metadata.uid } : {}), address };
  }

  return {
    context,

    identity() {
      if (known && now() - known.at < IDENTITY_LIFE) return known.found;
      const entry = { at: now(), found: identity() };
      known = entry;
      entry.found.catch(() => {
        if (known === entry) known = undefined;
      });
      return entry.found;
    },

    request: ({ method, path, headers, body, as, signal }) =>
      exchange(upstream, { method, path, headers: { ...headers, ...as }, body, signal, timeout }),

    resources: (as, { anew: now = false } = {}) => (now ? resourcesAnew(as) : resources(as)),

    async get(type, at, as) {
      const path = resourcePath(type, at);
      const answer = await send('GET', path, { as });
      if (isAbsent(answer)) return undefined;
      return objectOf(context, `GET ${path}`, answer, { asked: { group: type.group, ...at } });
    },

    async list(type, query = {}, as) {
      const { namespace, labelSelector, fieldSelector, metadata = false } = query;
      const path = resourcePath(type, { namespace });
      const accept = metadata ? METADATA_LIST : 'application/json';
      const kinds = new Set<string>();
      const [info, items] = await Promise.all([
        infoOf(type, as),
        allPages(async (page) => {
          if (labelSelector) page.set('labelSelector', labelSelector);
          if (fieldSelector) page.set('fieldSelector', fieldSelector);
          const text = page.toString();
          const found = await listPage(text === '' ? path : `${path}?${text}`, accept, as);
          kinds.add(found.kind);
          return found;
        }),
      ]);
      for (const kind of kinds) if (!isListOf(kind, info)) throw listOfOthers(context, path, kind);
      return items.map((item) => (metadata ? trimmed(named(item, info)) : named(item, info)));
    },

    create: (type, body, as) =>
      object('POST', resourcePath(type, { namespace: body.metadata.namespace }), { body, as }),

    patch: (type, at, patch, { type: kind = 'merge' } = {}, as) =>
      object('PATCH', resourcePath(type, at), { body: patch, type: PATCH_TYPES[kind], as }),

    replace(type, body, { subresource } = {}, as) {
      const { namespace, name } = body.metadata;
      return object('PUT', resourcePath(type, { namespace, name, subresource }), { body, as });
    },

    async delete(type, at, deleteOptions, as) {
      const path = resourcePath(type, at);
      const answer = await send('DELETE', path, { body: deleteOptionsBody(deleteOptions), as });
      if (isAbsent(answer)) return undefined;
      return objectOf(context, `DELETE ${path}`, answer, { orSuccess: true });
    },

    async mayI({ group, version, resource, verb, namespace, name, subresource }, as) {
      const review = await object('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
        as,
        body: {
          apiVersion: 'authorization.k8s.io/v1',
          kind: 'SelfSubjectAccessReview',
          spec: { resourceAttributes: { group, version, resource, verb, namespace, name, subresource } },
        },
      });
      const { allowed, reason, evaluationError } = review.status ?? {};
      return { allowed: allowed === true, why: reason || evaluationError || undefined };
    },

    async typeOf(ref, as) {
      const { group } = groupVersionOf(ref.apiVersion);
      const search = ({ resources }: Discovered) =>
        resources.find((info) => info.group === group && info.kind === ref.kind);
      const found = search(await resources(as)) ?? search(await resources(as, DISCOVERY_PAUSE));
      if (found) return found;
      const what = `kind ${ref.kind} of ${ref.apiVersion}`;
      const broken = (await resources(as)).failed.find((item) => item.group === group);
      // Nobody knows what it serves: that is no "not served".
      if (broken)
        throw new ToolcribError(
          'api',
          `Whether the cluster of context ${context} serves the ${what} is not known: its group could not be asked (${broken.why}).`,
        );
      throw notServed(what);
    },

    close: () => upstream.close(),
  };
}

/** The server with its CA, as one hash: a journal holds nobody's address for it. */
function addressOf({ url, tls }: Upstream): string {
  return createHash('sha256')
    .update(JSON.stringify([url.href, tls.ca ?? '']))
    .digest('hex');
}
