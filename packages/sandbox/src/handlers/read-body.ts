import type { KubeObject } from '@toolcrib/kube';
import { apiVersionOf, decodeBody, KubeError } from '@toolcrib/kube';
import type { ResourceRequest } from '../server/context.ts';
import { badRequest, unsupportedMediaType } from '../store/api-error.ts';

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
    throw asApiError(error);
  }
}

/** The body as an object of the request's own type, checked against the path. @throws ApiError 400 */
export async function readObject(request: ResourceRequest): Promise<KubeObject> {
  const body = (await readBody(request)) as KubeObject;
  const { type, info, namespace, name } = request;
  const expected = apiVersionOf(type);
  const metadata = body.metadata ?? {};
  if (typeof metadata !== 'object' || Array.isArray(metadata)) throw badRequest('metadata is not an object');
  const kind = body.kind ?? '';
  const apiVersion = body.apiVersion ?? '';
  if (kind === '' || apiVersion === '') {
    throw badRequest(`Object 'Kind' is missing in '${JSON.stringify(body)}'`);
  }
  if (kind !== info.kind || apiVersion !== expected) {
    throw badRequest(
      `${info.kind} in version "${type.version}" cannot be handled as a ${info.kind}: no kind "${kind}" is registered for version "${apiVersion}"`,
    );
  }
  const object: KubeObject = { ...body, metadata };
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
