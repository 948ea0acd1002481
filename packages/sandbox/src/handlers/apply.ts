import type { Conflict, KubeObject } from '@toolcrib/kube';
import {
  apiVersionOf,
  applyConfiguration,
  isPlainObject,
  KubeError,
  parseYaml,
  textOf,
} from '@toolcrib/kube';
import { canonicalise } from '../canonical/canonicalise.ts';
import type { ResourceRequest } from '../server/context.ts';
import { boolParam, dryRunParam } from '../server/params.ts';
import type { Reply } from '../server/reply.ts';
import { ApiError, applyConflict, badRequest, plainError } from '../store/api-error.ts';
import { cloneJson } from '../store/json.ts';
import { timestamp } from '../store/time.ts';
import { managerOf } from './manager.ts';
import { unknownFieldWarnings } from './strict.ts';
import { fromStorage, toStorage } from './versions.ts';
import { viewOf } from './views.ts';

/** Server-side apply: creates the object, or merges the configuration by the owners of its fields. */
export async function applyObject(request: ResourceRequest): Promise<Reply> {
  const { sandbox, info, type, query, subresource } = request;
  const { store, clock } = sandbox;
  const applied = await readConfiguration(request);
  const warnings = unknownFieldWarnings(request, applied);
  checkTypes(request, applied);
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
  const object = toStorage(type, outcome.object);
  const options = { dryRun: dryRunParam(query), manager };
  if (!live) {
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

/** A value of another type than its field is an error that the server did not foresee, with code 500. */
function checkTypes({ info, type }: ResourceRequest, applied: KubeObject): void {
  try {
    canonicalise(cloneJson(applied));
  } catch (error) {
    const why =
      error instanceof ApiError &&
      /cannot unmarshal (\S+) into Go struct field \w+\.(\S+) of type (\S+)/.exec(error.message);
    if (!why) throw error;
    const { name, namespace = '' } = applied.metadata;
    const what = `${namespace}/${name}; ${type.group}/${type.version}, Kind=${info.kind}`;
    throw plainError(
      500,
      `failed to create typed patch object (${what}): .${why[2]}: expected ${why[3]}, got ${why[1]}`,
    );
  }
}

function liveObject({ sandbox, info, namespace, name = '' }: ResourceRequest): KubeObject | undefined {
  try {
    return sandbox.store.get(info, namespace, name);
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return undefined;
    throw error;
  }
}

async function readConfiguration(request: ResourceRequest): Promise<KubeObject> {
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
  return applied;
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
