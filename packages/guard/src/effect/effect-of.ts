import {
  type DeleteOptions,
  decodeBody,
  isDryRun,
  mediaTypeOf,
  parseRequestPath,
  type RequestTarget,
  readExactJson,
  readQuery,
  textOf,
} from '@toolcrib/kube';
import type { Effect, Target } from '@toolcrib/model';
import type { AskedRequest } from '../request.ts';
import { isEncoded, judgedByServer } from './canonical.ts';
import { releaseNamed, statusOf, UNINSTALLING } from './helm.ts';
import { isEviction } from './needs-judgement.ts';
import { certainDeleteOptions, isDryRunQuery } from './options.ts';
import { namesOrdinals } from './ordinals.ts';
import { replicasIn } from './replicas.ts';
import { isOnScale, mayChangeSize } from './scalable.ts';

/** A scale-down is only known when the server has said what a patch or update comes to. */
export type ReadEffect = Effect | { verb: 'ask-server'; target: Target; why: string };

/**
 * What a request would do, from its method, path, query and body. Pure. Meant for a request in its canonical form
 * (`canonical.ts`), in which it is sent too. Whatever can't be decoded is `not-understood`, never harmless.
 */
export function effectOf(
  request: Pick<AskedRequest, 'method' | 'path' | 'query' | 'headers' | 'body'>,
): ReadEffect {
  const path = parseRequestPath(request.path);
  if (path.type !== 'resource')
    return { verb: 'not-understood', why: `${request.method} ${request.path} is no API object` };
  let target: Target | undefined;
  try {
    const query = new URLSearchParams(readQuery(request.query));
    target = targetOf(path, query);
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

/** What a path names, with the selectors of its query. */
export function targetOf(path: ResourceTarget, query: URLSearchParams): Target {
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
  const options = certainDeleteOptions(bodyOf(request), query);
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
  const options = certainDeleteOptions(inner ?? {}, new URLSearchParams());
  const dryRun = isDryRun(options) || isDryRunQuery(query);
  return { verb: 'evict', target, options, propagation: propagationOf(options), dryRun };
}

function writeEffect(
  request: Read,
  path: ResourceTarget,
  target: Target,
  query: URLSearchParams,
): ReadEffect {
  if (isDryRunQuery(query)) return { verb: 'none' };
  if (path.name === undefined) return { verb: 'none' };
  const release = releaseNamed(path);
  // Whatever else it writes has no size; whom it names as owners is asked separately (`owners.ts`).
  if (release === undefined && !mayChangeSize(path)) return { verb: 'none' };
  refuseEncoded(request);
  if (release !== undefined) return recordEffect(request, target, release);
  const written = judgedByServer(request) ? undefined : writtenIn(request);
  const asked =
    judgedByServer(request) || namesOrdinals(path, written)
      ? 'ask-server'
      : replicasIn(request, path, written, isOnScale(path));
  if (asked === 'unchanged') return { verb: 'none' };
  if (asked === 'ask-server')
    return { verb: 'ask-server', target, why: 'only the server can say what the write comes to' };
  return { verb: 'scale', target, replicas: asked, dryRun: false };
}

/** A release's record is written in an install, an upgrade and a rollback too; only one status begins an uninstall. */
function recordEffect(request: Read, target: Target, release: string): Effect {
  const media = mediaTypeOf(request.headers['content-type']);
  // helm writes its record in protobuf, and it is as large as the release.
  const written =
    request.method === 'PUT' && media === 'application/vnd.kubernetes.protobuf'
      ? decodeBody(media, request.body, { strict: true })
      : writtenIn(request);
  if (statusOf(written) !== UNINSTALLING) return { verb: 'none' };
  return { verb: 'uninstall', target, release, dryRun: false };
}

/** The value that a PUT or a patch in JSON holds. @throws KubeError a format or a body that can't be read */
function writtenIn(request: Read): unknown {
  const media = mediaTypeOf(request.headers['content-type']);
  const readable =
    request.method === 'PUT'
      ? media === 'application/json'
      : /^application\/(strategic-)?merge-patch\+json$/.test(media);
  if (!readable) throw new Error(`a ${request.method} of type ${media} can't be read`);
  return readExactJson(textOf(request.body)).value;
}

function propagationOf(options: DeleteOptions): DeleteOptions['propagationPolicy'] {
  if (options.orphanDependents !== undefined) return options.orphanDependents ? 'Orphan' : 'Background';
  return options.propagationPolicy;
}

/** Options and evictions are small; YAML and protobuf take longer to read than they take to send. In bytes. */
const LARGEST_BODY = 256 * 1024;

/**
 * The decoded body, or undefined when it was empty. What is decoded here is written anew, or only looked at: a body of
 * which something would be lost is refused.
 * @throws KubeError, Error what can't be decoded
 */
export function bodyOf(request: Pick<AskedRequest, 'headers' | 'body'>): Record<string, unknown> | undefined {
  if (request.body.length === 0) return undefined;
  refuseEncoded(request);
  const media = mediaTypeOf(request.headers['content-type']);
  if (media !== 'application/json' && request.body.length > LARGEST_BODY)
    throw new Error(`a body of type ${media} larger than ${LARGEST_BODY / 1024} KiB is not read`);
  // What creates something by applying it is an object in YAML.
  return decodeBody(media === 'application/apply-patch+yaml' ? 'application/yaml' : media, request.body, {
    strict: true,
  });
}

function refuseEncoded(request: Pick<AskedRequest, 'headers'>): void {
  if (isEncoded(request))
    throw new Error(`a body in content-encoding ${request.headers['content-encoding']} can't be read`);
}
