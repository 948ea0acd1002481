import type { KubeObject } from '@toolcrib/kube';
import { apiVersionOf, decodeBody, groupVersionOf, KubeError, mediaTypeOf } from '@toolcrib/kube';
import type { ApiError } from '../apimachinery/api-error.ts';
import { badRequest, unsupportedMediaType } from '../apimachinery/api-error.ts';
import type { ResourceRequest } from '../request/context.ts';
import { goJsonError, quoted } from './json-errors.ts';

const BODY_TYPES = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];

/** Turns what kube says of a body or patch into the Status that the server would send. */
export function asApiError(error: unknown): unknown {
  if (!(error instanceof KubeError)) return error;
  if (error.code === 'unsupported-media-type') {
    return unsupportedMediaType(
      `the body of the request was in an unknown format - accepted media types include: ${BODY_TYPES.join(', ')}`,
    );
  }
  return badRequest(error.message);
}

/** Decodes a body by its Content-Type. @throws ApiError 400, 415 */
export async function readBody(request: ResourceRequest): Promise<Record<string, unknown>> {
  const bytes = await request.body();
  try {
    return decodeBody(request.contentType, bytes);
  } catch (error) {
    if (error instanceof KubeError && error.code === 'bad-body') throw unreadable(request, bytes);
    throw asApiError(error);
  }
}

function unreadable(request: ResourceRequest, bytes: Buffer): ApiError {
  const text = bytes.toString('utf8');
  const isJson = mediaTypeOf(request.contentType) === 'application/json';
  if (isJson && text.trimStart().startsWith('[')) return isArray(request, bytes);
  const why = isJson ? `json parse error: ${goJsonError(text)}` : 'the body could not be read';
  return badRequest(
    `the object provided is unrecognized (must be of type ${request.info.kind}): couldn't get version/kind; ${why} (${quoted(text)})`,
  );
}

/** The server looks for kind and version with a struct of its own, and quotes a body that it can't type in hex. */
function isArray({ info }: ResourceRequest, bytes: Buffer): ApiError {
  const struct =
    'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';
  return badRequest(
    `the object provided is unrecognized (must be of type ${info.kind}): couldn't get version/kind; json parse error: json: cannot unmarshal array into Go value of type ${struct} (${bytes.toString('hex')})`,
  );
}

/** The body as an object of the request's own type, checked against the path. @throws ApiError 400 */
export async function readObject(request: ResourceRequest): Promise<KubeObject> {
  const body = (await readBody(request)) as KubeObject;
  const { type, info, namespace, name } = request;
  const expected = apiVersionOf(type);
  const metadata = body.metadata ?? {};
  if (typeof metadata !== 'object' || Array.isArray(metadata)) throw badRequest('metadata is not an object');
  // What the body does not say is taken from the path.
  const kind = body.kind || info.kind;
  const apiVersion = body.apiVersion || expected;
  if (kind !== info.kind || apiVersion !== expected) throw wrongKind(request, kind, apiVersion);
  const object: KubeObject = { ...body, kind, apiVersion, metadata };
  if (info.namespaced && namespace !== undefined) {
    if (metadata.namespace !== undefined && metadata.namespace !== '' && metadata.namespace !== namespace) {
      throw badRequest(
        `the namespace of the provided object does not match the namespace sent on the request`,
      );
    }
    object.metadata.namespace = namespace;
  }
  if (name !== undefined) {
    if (metadata.name !== undefined && metadata.name !== '' && metadata.name !== name) {
      throw badRequest(
        `the name of the object (${metadata.name}) does not match the name on the URL (${name})`,
      );
    }
    object.metadata.name = name;
  }
  return object;
}

function wrongKind({ sandbox, info, type }: ResourceRequest, kind: string, apiVersion: string): ApiError {
  const { group, version } = groupVersionOf(apiVersion);
  const known = sandbox.store.findKind(group, kind);
  const to = `${internalName(type.group)}.${info.kind}`;
  const why = known
    ? known.version === version
      ? `converting (${version}.${kind}) to (${to}): unknown conversion`
      : `no kind "${kind}" is registered for version "${apiVersion}" in scheme "pkg/runtime/scheme.go:111"`
    : `no kind "${kind}" is registered for version "${apiVersion}" in scheme "pkg/api/legacyscheme/scheme.go:30"`;
  return badRequest(`${kind} in version "${version}" cannot be handled as a ${info.kind}: ${why}`);
}

/** The Go package of a group's internal types. */
function internalName(group: string): string {
  return group === '' ? 'core' : (group.split('.')[0] ?? group);
}

/** The body as text where it is JSON, for what parsing would hide. */
export async function jsonText(request: ResourceRequest): Promise<string> {
  const isJson = mediaTypeOf(request.contentType) === 'application/json';
  return isJson ? (await request.body()).toString('utf8') : '';
}
