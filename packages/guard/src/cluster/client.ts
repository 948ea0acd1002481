import {
  apiVersionOf,
  deleteOptionsBody,
  groupVersionOf,
  type ResourceInfo,
  type ResourceType,
  resourcePath,
} from '@toolcrib/kube';
import { type As, type Cluster, isAbsent, nameText, shellWord, ToolcribError } from '@toolcrib/model';
import { asking } from './asking.ts';
import { type Discovered, legacyResources } from './discovery.ts';
import { exchange, listOfOthers, objectOf } from './http.ts';
import { rememberedIdentity } from './identity.ts';
import { allPages, isListOf, METADATA_LIST, named, trimmed } from './listing.ts';
import { rememberedDiscovery } from './remembered-discovery.ts';
import type { Upstream } from './upstream.ts';

export interface ClusterOptions {
  /** Milliseconds for one exchange with the cluster; 15 s unless said otherwise. */
  timeout?: number;
  /** Milliseconds, of any epoch, never backwards. */
  now?: () => number;
}

const TIMEOUT = 15_000;
/** A kind that is not found is looked for anew, but not more often than this (ms): it may have just come. */
const DISCOVERY_PAUSE = 2_000;

const PATCH_TYPES = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  strategic: 'application/strategic-merge-patch+json',
} as const;

/** A Cluster over a real API server (see the port for what each method promises). */
export function connectCluster(upstream: Upstream, context: string, options: ClusterOptions = {}): Cluster {
  const timeout = options.timeout ?? TIMEOUT;
  const now = options.now ?? (() => performance.now());
  const { send, object, listPage, fetchDiscovery } = asking(upstream, context, timeout);
  const { resources, resourcesAnew } = rememberedDiscovery(fetchDiscovery, now);
  const identity = rememberedIdentity(upstream, context, send, now);

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
    return new ToolcribError('not-found', `The cluster of context ${nameText(context)} serves no ${what}.`, {
      next: `kubectl --context ${shellWord(context)} api-resources shows what it serves.`,
    });
  }

  return {
    context,

    identity,

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
          `Whether the cluster of context ${nameText(context)} serves the ${what} is not known: its group could not be asked (${broken.why}).`,
        );
      throw notServed(what);
    },

    close: () => upstream.close(),
  };
}
