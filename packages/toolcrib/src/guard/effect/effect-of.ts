import {
  type DeleteOptions,
  decodeBody,
  duplicateKey,
  effectiveDeleteOptions,
  isDryRun,
  mediaTypeOf,
  parseJson,
  parseRequestPath,
  parseYaml,
  type RequestTarget,
  textOf,
} from '@toolcrib/kube';
import type { Effect, Target } from '../../model/index.ts';
import type { AskedRequest } from '../request.ts';
import { isEviction } from './needs-judgement.ts';
import { replicasIn } from './replicas.ts';

/** A scale-down is only known when the server has said what a patch or update comes to. */
export type ReadEffect = Effect | { verb: 'ask-server'; target: Target; why: string };

/**
 * What a request would do, from its method, path, query and body. Pure.
 * Whatever can't be decoded is `not-understood`, never harmless.
 */
export function effectOf(
  request: Pick<AskedRequest, 'method' | 'path' | 'query' | 'headers' | 'body'>,
): ReadEffect {
  const path = parseRequestPath(request.path);
  if (path.type !== 'resource')
    return { verb: 'not-understood', why: `${request.method} ${request.path} is no API object` };
  const query = new URLSearchParams(request.query);
  const target = targetOf(path, query);
  try {
    if (request.method === 'DELETE') return deleteEffect(request, path, target, query);
    if (request.method === 'POST' && isEviction(path)) return evictEffect(request, target, query);
    if (request.method === 'POST') return { verb: 'none' };
    if (request.method === 'PUT' || request.method === 'PATCH')
      return writeEffect(request, path, target, query);
  } catch (error) {
    return { verb: 'not-understood', target, why: error instanceof Error ? error.message : String(error) };
  }
  return { verb: 'not-understood', target, why: `the method ${request.method} is unknown` };
}

type ResourceTarget = Extract<RequestTarget, { type: 'resource' }>;
type Read = Pick<AskedRequest, 'method' | 'headers' | 'body'>;

function targetOf(path: ResourceTarget, query: URLSearchParams): Target {
  const { group, version, resource, name } = path;
  // A Namespace's own request carries its name as the scope too; as a target it is cluster-scoped.
  const namespace = group === '' && resource === 'namespaces' ? undefined : path.namespace;
  return {
    group,
    version,
    resource,
    namespace,
    name,
    labelSelector: query.get('labelSelector') || undefined,
    fieldSelector: query.get('fieldSelector') || undefined,
  };
}

function deleteEffect(request: Read, path: ResourceTarget, target: Target, query: URLSearchParams): Effect {
  if (path.subresource !== undefined) {
    return {
      verb: 'not-understood',
      target,
      why: `DELETE of the subresource ${path.subresource} is unknown`,
    };
  }
  const options = effectiveDeleteOptions(bodyOf(request), query);
  return {
    verb: target.name === undefined ? 'delete-collection' : 'delete',
    target,
    options,
    propagation: propagationOf(options),
    dryRun: isDryRun(options),
  };
}

function evictEffect(request: Read, target: Target, query: URLSearchParams): Effect {
  const body = bodyOf(request) ?? {};
  const named = (body.metadata as { name?: unknown } | undefined)?.name;
  if (named !== undefined && named !== '' && named !== target.name) {
    return { verb: 'not-understood', target, why: 'the Eviction names another Pod than its path' };
  }
  const inner = (body.deleteOptions ?? undefined) as Record<string, unknown> | undefined;
  // Eviction takes its options from the body's deleteOptions, and dryRun from the query as well.
  const options = effectiveDeleteOptions(inner ?? {}, new URLSearchParams());
  const dryRun = isDryRun(options) || query.getAll('dryRun').includes('All');
  return { verb: 'evict', target, options, propagation: propagationOf(options), dryRun };
}

function writeEffect(
  request: Read,
  path: ResourceTarget,
  target: Target,
  query: URLSearchParams,
): ReadEffect {
  const dryRun = query.getAll('dryRun').includes('All');
  if (dryRun) return { verb: 'none' };
  if (path.name === undefined) return { verb: 'none' };
  const body = request.method === 'PATCH' ? patchOf(request) : (bodyOf(request) ?? {});
  const asked = replicasIn(request, path, body, path.subresource === 'scale');
  if (asked === 'unchanged') return { verb: 'none' };
  if (asked === 'ask-server')
    return { verb: 'ask-server', target, why: 'only the server can say what the patch comes to' };
  return { verb: 'scale', target, replicas: asked, dryRun };
}

/** A patch as the object or list that it is. @throws KubeError a format or a body that can't be read */
function patchOf(request: Read): Record<string, unknown> | unknown[] {
  refuseEncoded(request);
  const media = mediaTypeOf(request.headers['content-type']);
  const text = textOf(request.body);
  if (media === 'application/apply-patch+yaml') return parseYaml(text) as Record<string, unknown>;
  if (!/^application\/(json-patch|merge-patch|strategic-merge-patch)\+json$/.test(media)) {
    throw new Error(`a patch of type ${media} can't be read`);
  }
  refuseDuplicateKeys(text);
  return parseJson(text) as Record<string, unknown> | unknown[];
}

function propagationOf(options: DeleteOptions): DeleteOptions['propagationPolicy'] {
  if (options.orphanDependents !== undefined) return options.orphanDependents ? 'Orphan' : 'Background';
  return options.propagationPolicy;
}

/** The decoded body, or undefined when it was empty. @throws KubeError what can't be decoded */
export function bodyOf(request: Pick<AskedRequest, 'headers' | 'body'>): Record<string, unknown> | undefined {
  if (request.body.length === 0) return undefined;
  refuseEncoded(request);
  const media = mediaTypeOf(request.headers['content-type']);
  if (media === 'application/json') refuseDuplicateKeys(textOf(request.body));
  return decodeBody(media, request.body);
}

function refuseEncoded(request: Pick<AskedRequest, 'headers'>): void {
  const encoding = request.headers['content-encoding'];
  if (encoding && encoding !== 'identity')
    throw new Error(`a body in content-encoding ${encoding} can't be read`);
}

/** Of a key that stands twice we would read the last, and the server both, one over the other. */
function refuseDuplicateKeys(text: string): void {
  const key = duplicateKey(text);
  if (key !== undefined) throw new Error(`the key ${JSON.stringify(key)} stands twice in one object`);
}
