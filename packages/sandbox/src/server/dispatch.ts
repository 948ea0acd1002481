import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ResourceInfo, ResourceType } from '@toolcrib/kube';
import { KubeError, parseRequestPath } from '@toolcrib/kube';
import type { User } from '../access/users.ts';
import {
  ApiError,
  badRequest,
  forbidden,
  methodNotAllowed,
  notAcceptable,
  pathNotFound,
  qualified,
} from '../apimachinery/api-error.ts';
import { createObject } from '../handlers/create.ts';
import { deprecationWarnings } from '../handlers/deprecations.ts';
import { getObject } from '../handlers/get.ts';
import { listObjects } from '../handlers/list.ts';
import { patchObject } from '../handlers/patch.ts';
import { deleteCollection, deleteObject } from '../handlers/remove.ts';
import { reviewReply } from '../handlers/reviews.ts';
import { subresourceReply } from '../handlers/subresources.ts';
import { updateObject } from '../handlers/update.ts';
import { storedType } from '../handlers/versions.ts';
import { watchObjects } from '../handlers/watch.ts';
import type { ResourceRequest, Sandbox } from '../request/context.ts';
import type { Negotiated } from '../request/negotiate.ts';
import { isKnownMedia, negotiate } from '../request/negotiate.ts';
import { boolParam } from '../request/params.ts';
import type { Reply } from '../request/reply.ts';
import { errorReply } from '../request/reply.ts';

/** One request, past authentication. */
export interface Incoming {
  request: IncomingMessage;
  response: ServerResponse;
  path: string;
  query: URLSearchParams;
  user: User;
  body(): Promise<Buffer>;
}

/** The served types, in their versions. */
export interface ServedTypes {
  find(type: ResourceType): ResourceInfo | undefined;
  isGroupVersion(group: string, version: string): boolean;
}

/**
 * Answers a request below `/api/VERSION` or `/apis/GROUP/VERSION`; undefined where the path belongs to no served
 * group version. A watch answers for itself and returns 'streamed'.
 */
export async function dispatch(
  sandbox: Sandbox,
  served: ServedTypes,
  incoming: Incoming,
): Promise<{ reply: Reply; negotiated: Negotiated } | 'streamed' | undefined> {
  const target = targetOf(incoming.path);
  if (target.type !== 'resource' || !served.isGroupVersion(target.group, target.version)) return undefined;
  const info = served.find(target);
  if (!info) throw pathNotFound();
  const { namespace, name, subresource } = target;
  if (!info.namespaced && namespace !== undefined && !isNamespaces(target)) throw pathNotFound();
  if (subresource !== undefined && !info.subresources.includes(subresource)) throw pathNotFound();
  const negotiated = negotiate(incoming.request.headers.accept);
  if (!negotiated) {
    const knownMedia = isKnownMedia(incoming.request.headers.accept);
    throw notAcceptable(knownMedia ? MEDIA : [...MEDIA, ...WATCH_MEDIA], knownMedia);
  }
  const stored = storedType({ group: target.group, version: target.version, resource: target.resource });
  const resourceRequest: ResourceRequest = {
    sandbox,
    http: { request: incoming.request, response: incoming.response },
    query: incoming.query,
    user: incoming.user,
    negotiated,
    type: { group: target.group, version: target.version, resource: target.resource },
    info: sandbox.store.find(stored) ?? info,
    namespace: info.namespaced ? namespace : undefined,
    name,
    subresource,
    body: incoming.body,
    contentType: incoming.request.headers['content-type'],
  };
  const verb = verbOf(String(incoming.request.method), name, incoming, target.watchPath);
  authorize(sandbox, resourceRequest, verb);
  if (verb === 'watch') {
    if (!info.verbs.includes('watch')) throw methodNotAllowed();
    watchObjects(resourceRequest);
    return 'streamed';
  }
  try {
    const reply = await answer(resourceRequest, info, verb);
    const warnings = [...deprecationWarnings(target), ...(reply.warnings ?? [])];
    return { reply: { ...reply, warnings }, negotiated };
  } catch (error) {
    const asked = asAsked(error, resourceRequest);
    if (!(asked instanceof ApiError)) throw asked;
    return { reply: { ...errorReply(asked), warnings: deprecationWarnings(target) }, negotiated };
  }
}

const MEDIA = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];
const WATCH_MEDIA = ['application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch'];

/** Errors name the type as it was asked for, not the one that it is kept as. */
function asAsked(error: unknown, { type, info }: ResourceRequest): unknown {
  if (!(error instanceof ApiError) || type.group === info.group) return error;
  const { details, message } = error.status;
  if (details?.kind !== info.resource || details.group) return error;
  const said = message?.replace(`${qualified(info)} "`, `${qualified(type)} "`);
  return new ApiError({ ...error.status, message: said, details: { ...details, group: type.group } });
}

function targetOf(path: string) {
  try {
    const target = parseRequestPath(path);
    const watchPath = /^\/(api\/[^/]+|apis\/[^/]+\/[^/]+)\/watch\//.test(path);
    return { ...target, watchPath } as ReturnType<typeof parseRequestPath> & { watchPath: boolean };
  } catch (error) {
    if (!(error instanceof KubeError)) throw error;
    throw badRequest(error.message);
  }
}

function isNamespaces(type: ResourceType): boolean {
  return type.group === '' && type.resource === 'namespaces';
}

function verbOf(method: string, name: string | undefined, { query }: Incoming, watchPath: boolean): string {
  switch (method) {
    case 'GET':
      if (watchPath || boolParam(query, 'watch') === true) return 'watch';
      return name === undefined ? 'list' : 'get';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return name === undefined ? 'deletecollection' : 'delete';
    default:
      throw methodNotAllowed();
  }
}

function authorize(sandbox: Sandbox, request: ResourceRequest, verb: string): void {
  const { type, namespace, name, subresource, user } = request;
  const answer = sandbox.authorize(user, { verb, ...type, namespace, name, subresource });
  if (answer.allowed) return;
  const what = subresource ? `${type.resource}/${subresource}` : type.resource;
  const where = namespace !== undefined ? ` in the namespace "${namespace}"` : ' at the cluster scope';
  throw forbidden(
    type,
    name ?? '',
    `User "${user.name}" cannot ${verb} resource "${what}" in API group "${type.group}"${where}${answer.reason ? `: ${answer.reason}` : ''}`,
  );
}

async function answer(request: ResourceRequest, info: ResourceInfo, verb: string): Promise<Reply> {
  const { name, subresource } = request;
  if (subresource !== undefined && subresource !== 'status') return subresourceReply(request, verb);
  if (subresource === undefined && !info.verbs.includes(verb)) throw methodNotAllowed();
  if (subresource === 'status' && !['get', 'update', 'patch'].includes(verb)) throw methodNotAllowed();
  if (name === undefined && (verb === 'update' || verb === 'patch')) throw methodNotAllowed();
  if (name !== undefined && verb === 'create') throw methodNotAllowed();
  // Objects of a namespace are made in it, and never over all of them.
  const everywhere = request.info.namespaced && request.namespace === undefined && info.verbs.includes('get');
  if (everywhere && (verb === 'create' || verb === 'deletecollection')) throw methodNotAllowed();
  if (!info.verbs.includes('get')) return reviewReply(request);
  switch (verb) {
    case 'get':
      return getObject(request);
    case 'list':
      return listObjects(request);
    case 'create':
      return createObject(request);
    case 'update':
      return updateObject(request);
    case 'patch':
      return patchObject(request);
    case 'delete':
      return deleteObject(request);
    default:
      return deleteCollection(request);
  }
}
