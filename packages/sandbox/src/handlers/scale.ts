import type { KubeObject } from '@toolcrib/kube';
import { applyPatch, KubeError, schemaOf } from '@toolcrib/kube';
import { badRequest, conflict, invalid, methodNotAllowed, STALE_VERSION } from '../apimachinery/api-error.ts';
import type { DefinedVersion } from '../custom/definition.ts';
import { readPath, writePath } from '../custom/json-path.ts';
import type { ResourceRequest } from '../request/context.ts';
import { dryRunParam } from '../request/params.ts';
import type { Reply } from '../request/reply.ts';
import { invalidValue } from '../store/meta-rules.ts';
import { formatSelector, NONE } from '../tables/column.ts';
import { managerOf } from './manager.ts';
import { readPatch } from './patch.ts';
import { readBody } from './read-body.ts';

/** `/scale` of Deployments, ReplicaSets and StatefulSets: autoscaling/v1 Scale. */
export async function scaleReply(request: ResourceRequest, verb: string): Promise<Reply> {
  const { sandbox, info, namespace, name = '' } = request;
  const object = sandbox.store.get(info, namespace, name);
  const paths = sandbox.custom.versionOf(info)?.scale;
  const current = scaleOf(object, paths);
  if (verb === 'get') return { status: 200, body: current };
  if (verb !== 'update' && verb !== 'patch') throw methodNotAllowed();
  const wanted =
    verb === 'update' ? ((await readBody(request)) as KubeObject) : await patched(request, current);
  checkSame(wanted, name, namespace);
  const { resourceVersion, uid } = wanted.metadata ?? {};
  if (resourceVersion && resourceVersion !== object.metadata.resourceVersion) {
    throw conflict(info, name, STALE_VERSION);
  }
  if (uid && uid !== object.metadata.uid) {
    throw conflict(
      info,
      name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${object.metadata.uid}`,
    );
  }
  const replicas = wanted.spec?.replicas ?? 0;
  if (!Number.isInteger(replicas)) {
    const why = `json: cannot unmarshal ${typeof replicas} into Go struct field ScaleSpec.spec.replicas of type int32`;
    if (verb === 'update') throw badRequest(`Scale in version "v1" cannot be handled as a Scale: ${why}`);
    throw invalid({ group: '', kind: '' }, '', [invalidValue('patch', JSON.stringify(wanted), why)]);
  }
  if (replicas < 0) {
    throw invalid({ group: 'autoscaling', kind: 'Scale' }, name, [
      {
        type: 'FieldValueInvalid',
        field: 'spec.replicas',
        body: `Invalid value: ${replicas}: must be greater than or equal to 0`,
      },
    ]);
  }
  writePath(object, paths?.specReplicasPath ?? '.spec.replicas', replicas);
  const updated = sandbox.store.update(info, object, {
    dryRun: dryRunParam(request.query),
    manager: managerOf(request, 'Update'),
  });
  return { status: 200, body: scaleOf(updated, paths) };
}

function checkSame(
  { metadata = { name: '' } }: KubeObject,
  name: string,
  namespace: string | undefined,
): void {
  if (metadata.namespace && metadata.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  if (metadata.name && metadata.name !== name) {
    throw badRequest(
      `the name of the object (${metadata.name}) does not match the name on the URL (${name})`,
    );
  }
}

async function patched(request: ResourceRequest, current: KubeObject): Promise<KubeObject> {
  const patch = await readPatch(request);
  try {
    return applyPatch(request.contentType, current, patch, schemaOf(current));
  } catch (error) {
    if (error instanceof KubeError) throw badRequest(error.message);
    throw error;
  }
}

function scaleOf(object: KubeObject, paths?: DefinedVersion['scale']): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const replicas = readPath(object, paths?.specReplicasPath ?? '.spec.replicas');
  const text = paths
    ? readPath(object, paths.labelSelectorPath ?? '')
    : formatSelector(object.spec?.selector);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: replicas ? { replicas } : {},
    status: {
      replicas: readPath(object, paths?.statusReplicasPath ?? '.status.replicas') ?? 0,
      ...(typeof text !== 'string' || text === NONE ? {} : { selector: text }),
    },
  };
}
