import type { Conflict, KubeObject } from '@toolcrib/kube';
import {
  apiVersionOf,
  applyConfiguration,
  isPlainObject,
  KubeError,
  parseYaml,
  textOf,
} from '@toolcrib/kube';
import { ApiError, applyConflict, badRequest, conflict, plainError } from '../apimachinery/api-error.ts';
import { canonicalise } from '../apimachinery/canonicalise.ts';
import { cloneJson } from '../apimachinery/json.ts';
import { timestamp } from '../apimachinery/time.ts';
import type { ResourceRequest } from '../request/context.ts';
import { boolParam, dryRunParam } from '../request/params.ts';
import type { Reply } from '../request/reply.ts';
import { checkEscalation } from './escalation.ts';
import { managerOf } from './manager.ts';
import { unknownFieldWarnings } from './strict.ts';
import { fromStorage, toStorage } from './versions.ts';
import { viewOf } from './views.ts';

/** Server-side apply: creates the object, or merges the configuration by the owners of its fields. */
export async function applyObject(request: ResourceRequest): Promise<Reply> {
  const { sandbox, info, type, query, subresource } = request;
  const { store, clock } = sandbox;
  const { applied, givenNamespace } = await readConfiguration(request);
  const warnings = unknownFieldWarnings(request, applied);
  const unknown = warnings.map((warning) => /^unknown field "(.*)"$/.exec(warning)?.[1]).find(Boolean);
  if (unknown !== undefined)
    throw untyped(request, applied, givenNamespace, `.${unknown}: field not declared in schema`);
  checkTypes(request, applied, givenNamespace);
  const live = liveObject(request);
  const manager = managerOf(request, 'Apply');
  const outcome = applyConfiguration(live && fromStorage(type, live), applied, {
    schema: sandbox.schemaOf({ apiVersion: apiVersionOf(type), kind: info.kind }),
    manager,
    time: timestamp(clock.now()),
    hasStatus: info.subresources.includes('status'),
    force: boolParam(query, 'force') === true,
  });
  if ('conflicts' in outcome) throw conflictError(outcome.conflicts);
  if (manager.name === 'kubectl') followLastApplied(outcome.object, applied);
  checkEscalation(request, outcome.object);
  const object = toStorage(type, outcome.object);
  const options = { dryRun: dryRunParam(query), manager };
  if (!live) {
    const { uid } = applied.metadata;
    if (uid !== undefined) {
      const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
      throw conflict(info, applied.metadata.name, why);
    }
    if (subresource) throw badRequest('a subresource can only be applied to an object that is there');
    return { status: 201, body: viewOf(request, store.create(info, object, options)), warnings };
  }
  // The version that the configuration names is a precondition; without one it can't be stale.
  object.metadata.resourceVersion = applied.metadata.resourceVersion ?? live.metadata.resourceVersion;
  const updated = store.update(info, object, {
    ...options,
    subresource: subresource === 'status' ? 'status' : undefined,
  });
  return { status: 200, body: viewOf(request, updated), warnings };
}

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** While kubectl moves from its own apply to the server's, its annotation is kept true, so that it can move back. */
function followLastApplied(object: KubeObject, applied: KubeObject): void {
  if (object.metadata.annotations?.[LAST_APPLIED] === undefined) return;
  const { [LAST_APPLIED]: _, ...annotations } = applied.metadata.annotations ?? {};
  const metadata = { ...applied.metadata, annotations };
  const { annotations: none, ...bare } = metadata;
  const configuration = { ...applied, metadata: Object.keys(none).length > 0 ? metadata : bare };
  object.metadata.annotations = {
    ...object.metadata.annotations,
    [LAST_APPLIED]: `${sortedJson(configuration)}\n`,
  };
}

function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, item) =>
    isPlainObject(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}

/** A value of another type than its field is an error that the server did not foresee, with code 500. */
function checkTypes(request: ResourceRequest, applied: KubeObject, namespace: string): void {
  try {
    canonicalise(cloneJson(applied));
  } catch (error) {
    const why =
      error instanceof ApiError &&
      /cannot unmarshal (\S+) into Go struct field \w+\.(\S+) of type (\S+)/.exec(error.message);
    if (!why) throw error;
    throw untyped(request, applied, namespace, `.${why[2]}: expected ${why[3]}, got ${why[1]}`);
  }
}

/** The namespace is told as the configuration gave it. */
function untyped(
  { info, type }: ResourceRequest,
  applied: KubeObject,
  namespace: string,
  why: string,
): ApiError {
  const what = `${namespace}/${applied.metadata.name}; ${type.group}/${type.version}, Kind=${info.kind}`;
  return plainError(500, `failed to create typed patch object (${what}): ${why}`);
}

function liveObject({ sandbox, info, namespace, name = '' }: ResourceRequest): KubeObject | undefined {
  try {
    return sandbox.store.get(info, namespace, name);
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return undefined;
    throw error;
  }
}

async function readConfiguration(
  request: ResourceRequest,
): Promise<{ applied: KubeObject; givenNamespace: string }> {
  const { info, type, namespace, name } = request;
  let body: unknown;
  try {
    body = parseYaml(textOf(await request.body()));
  } catch (error) {
    throw error instanceof KubeError ? badRequest(`error decoding YAML: ${error.message}`) : error;
  }
  if (!isPlainObject(body)) throw badRequest('the configuration is not an object');
  const applied = body as KubeObject;
  const expected = apiVersionOf(type);
  if (applied.kind !== info.kind || applied.apiVersion !== expected) {
    throw badRequest(
      `Incorrect version specified in apply patch. Specified patch version: ${applied.apiVersion}, expected: ${expected}`,
    );
  }
  const metadata = applied.metadata ?? {};
  if (metadata.managedFields && metadata.managedFields.length > 0) {
    throw badRequest('metadata.managedFields must be nil');
  }
  if (metadata.name !== undefined && metadata.name !== name) {
    throw badRequest(
      `the name of the object (${metadata.name}) does not match the name on the URL (${name})`,
    );
  }
  applied.metadata = { ...metadata, name: name ?? '', ...(info.namespaced ? { namespace } : {}) };
  return { applied, givenNamespace: metadata.namespace ?? '' };
}

function conflictError(conflicts: Conflict[]): ApiError {
  const causes = conflicts.map(({ owner, field }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${owner}`,
    field,
  }));
  const [first] = conflicts;
  if (conflicts.length === 1 && first) {
    return applyConflict(
      `Apply failed with 1 conflict: conflict with ${first.owner}: ${first.field}`,
      causes,
    );
  }
  const owners = [...new Set(conflicts.map(({ owner }) => owner))].sort();
  const lines = owners.flatMap((owner) => [
    `conflicts with ${owner}:`,
    ...conflicts.filter((item) => item.owner === owner).map(({ field }) => `- ${field}`),
  ]);
  return applyConflict(`Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`, causes);
}
