import type { KubeObject, Schema } from '@toolcrib/kube';
import {
  apiVersionOf,
  applyPatch,
  KubeError,
  mediaTypeOf,
  PATCH_TYPES,
  PatchDoesNotApply,
  parseJson,
  schemaOf,
  textOf,
} from '@toolcrib/kube';
import {
  ApiError,
  badRequest,
  invalid,
  plainError,
  unsupportedMediaType,
} from '../apimachinery/api-error.ts';
import type { ResourceRequest } from '../request/context.ts';
import { dryRunParam } from '../request/params.ts';
import type { Reply } from '../request/reply.ts';
import { invalidValue } from '../store/meta-rules.ts';
import { applyObject } from './apply.ts';
import { checkEscalation } from './escalation.ts';
import { goJsonError } from './json-errors.ts';
import { managerOf } from './manager.ts';
import { unknownFieldWarnings } from './strict.ts';
import { fromStorage, toStorage } from './versions.ts';
import { viewOf } from './views.ts';
import { checkWriteOptions } from './write-options.ts';

/** PATCH of an object or its status: JSON, merge and strategic merge patches. */
export async function patchObject(request: ResourceRequest): Promise<Reply> {
  const { sandbox, info, type, query, namespace, name = '', subresource } = request;
  const { store } = sandbox;
  const isApply = mediaTypeOf(request.contentType) === PATCH_TYPES.apply;
  checkWriteOptions(query, 'PatchOptions', isApply);
  if (isApply) return applyObject(request);
  const patch = await readPatch(request);
  const current = fromStorage(type, store.get(info, namespace, name));
  const patched = patchedObject(request, current, patch);
  checkIdentity(patched, current, info.kind, apiVersionOf(type));
  const warnings = unknownFieldWarnings(request, patched);
  // A patch without a version of its own can't be stale: it was applied to what is there now.
  if (!patched.metadata.resourceVersion) patched.metadata.resourceVersion = current.metadata.resourceVersion;
  if (patched.metadata.uid && patched.metadata.uid !== current.metadata.uid) {
    // The server finds it twice: in the common rules and in the kind's own.
    const fault = invalidValue('metadata.uid', patched.metadata.uid, 'field is immutable');
    throw invalid(info, name, [fault, fault]);
  }
  checkEscalation(request, patched);
  const updated = writePatched(
    () =>
      store.update(info, toStorage(type, patched), {
        subresource: subresource === 'status' ? 'status' : undefined,
        dryRun: dryRunParam(query),
        manager: managerOf(request, 'Update'),
      }),
    patched,
  );
  return { status: 200, body: viewOf(request, updated), warnings };
}

/** A patch that leaves a field with a value of another type is a 422 that quotes the whole object. */
function writePatched(write: () => KubeObject, patched: KubeObject): KubeObject {
  try {
    return write();
  } catch (error) {
    const why =
      error instanceof ApiError && / cannot be handled as a .*?: (json: .*)$/.exec(error.message)?.[1];
    if (!why) throw error;
    throw invalid({ group: '', kind: '' }, '', [invalidValue('patch', JSON.stringify(patched), why)]);
  }
}

/** The decoded patch. @throws ApiError 400 for what is no JSON, 415 for a type that this kind does not take */
export async function readPatch(request: ResourceRequest): Promise<unknown> {
  const media = mediaTypeOf(request.contentType);
  const accepted = acceptedPatches(request);
  if (!accepted.includes(media)) {
    const isPatch = Object.values(PATCH_TYPES).some((known) => known === media);
    if (!isPatch) throw unsupportedMediaType('415: Unsupported Media Type', {});
    throw unsupportedMediaType(
      `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
    );
  }
  try {
    return parseJson(textOf(await request.body()));
  } catch (error) {
    if (!(error instanceof KubeError)) throw error;
    const text = (await request.body()).toString('utf8');
    throw badRequest(`error decoding patch: ${goJsonError(text)}`);
  }
}

function acceptedPatches(request: ResourceRequest): string[] {
  const strategic = schemaFor(request) ? [PATCH_TYPES.strategic] : [];
  return [PATCH_TYPES.json, PATCH_TYPES.merge, ...strategic, PATCH_TYPES.apply];
}

function schemaFor(request: ResourceRequest): Schema | undefined {
  return schemaOf({ apiVersion: apiVersionOf(request.type), kind: request.info.kind });
}

/** @throws ApiError 422 for a patch that does not fit the object, 400 for one that is none */
function patchedObject(request: ResourceRequest, current: KubeObject, patch: unknown): KubeObject {
  try {
    return applyPatch(request.contentType, current, patch, schemaFor(request));
  } catch (error) {
    if (error instanceof PatchDoesNotApply) throw unprocessable();
    if (!(error instanceof KubeError)) throw error;
    const { message } = error;
    const lacksKey = /(map: .* does not contain declared merge key: \S+)\.$/.exec(message)?.[1];
    if (lacksKey) throw plainError(500, lacksKey);
    if (mediaTypeOf(request.contentType) === PATCH_TYPES.json) {
      throw badRequest(
        `error decoding patch: json: cannot unmarshal ${Array.isArray(patch) ? 'array' : typeof patch} into Go value of type []handlers.jsonPatchOp`,
      );
    }
    throw badRequest(message);
  }
}

/** The server does not tell which operation it was. */
function unprocessable(): ApiError {
  return new ApiError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'the server rejected our request due to an error in our request',
    reason: 'Invalid',
    details: {},
    code: 422,
  });
}

function checkIdentity(patched: KubeObject, current: KubeObject, kind: string, apiVersion: string): void {
  if (patched.kind !== kind || patched.apiVersion !== apiVersion) {
    throw badRequest(`the patch would make it a ${patched.kind} of ${patched.apiVersion}`);
  }
  const { name, namespace } = patched.metadata ?? {};
  if (name !== current.metadata.name) {
    throw badRequest(
      `the name of the object (${name ?? ''}) does not match the name on the URL (${current.metadata.name})`,
    );
  }
  if (namespace !== current.metadata.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
}
