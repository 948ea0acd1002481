import type { KubeObject, ResourceInfo } from '@toolcrib/kube';
import { apiVersionOf, groupVersionOf, isCustom, resourcePath } from '@toolcrib/kube';
import { answeredObject, messageOf, ToolcribError } from '@toolcrib/model';
import { getAs } from './live.ts';
import { isBareDefault, sameIntent } from './prepare.ts';
import type { Run } from './running.ts';
import { explicitNodePorts, withoutAssigned } from './service.ts';
import type { Result } from './steps.ts';
import { isKind, nameOf } from './steps.ts';
import { statusOf } from './wait.ts';

/** What stands now; with a `result` where it was not this run that made it. */
export type Made = { now: KubeObject } | { now: KubeObject; result: Result };

/**
 * Creates an object, again and again where the cluster is only behind: never over what stands under its name.
 * @param object as it is sent: `prepared`, with the owners of now
 * @param snapshot as it was kept
 * @param notes what is to be told of it is added to them
 * @throws ToolcribError `api` where the cluster does not take it
 */
export async function make(
  run: Run,
  info: ResourceInfo,
  object: KubeObject,
  snapshot: KubeObject,
  notes: (string | undefined)[],
): Promise<Made> {
  const what = nameOf(snapshot);
  const { namespace, name } = object.metadata;
  let reassigned = false;
  for (let attempt = 0; ; attempt++) {
    try {
      return { now: await createAs(run, info, object, notes) };
    } catch (error) {
      const status = statusOf(error);
      // A definition is established a moment before its kind is served everywhere.
      if (status === 404 && isCustom(object) && attempt < 20) {
        await run.waiting.sleep(250);
        continue;
      }
      if (status === 403 && attempt < 40 && (await isFreshNamespace(run, error, namespace))) {
        await run.waiting.sleep(250);
        continue;
      }
      const at = { namespace: info.namespaced ? namespace : undefined, name };
      const now = await getAs(run.cluster, info, object.apiVersion, at, run.as);
      if (now && status === 409) {
        const same = sameIntent(now, snapshot);
        if (!same && isBareDefault(snapshot, now)) return { now: await fillIn(run, info, object, now) };
        const note = same
          ? 'the same stands there again'
          : 'something else took its name; it is left as it is';
        return { now, result: { what, result: same ? 'unchanged' : 'conflict', note } };
      }
      const assigned = isKind(object, '', 'Service') && (status === 422 || status === 409 || status === 500);
      if (assigned && !reassigned) {
        reassigned = true;
        // Somebody has its address or port by now: it gets new ones, but for those that were written down.
        object.spec = withoutAssigned(object, explicitNodePorts(snapshot)).spec;
        notes.push('its cluster IP or node port was taken: it got another');
        continue;
      }
      throw error;
    }
  }
}

/**
 * The server's admission remembers the Namespace of this name that was going, a moment after the new one was made: it
 * refuses what is created there as if it still went.
 */
async function isFreshNamespace(run: Run, error: unknown, name: string | undefined): Promise<boolean> {
  if (name === undefined || !(error instanceof Error) || !/being terminated/.test(error.message))
    return false;
  const at = { group: '', version: 'v1', resource: 'namespaces' };
  const now = await run.cluster.get(at, { name }, run.as);
  return now !== undefined && now.metadata.deletionTimestamp === undefined;
}

/** The version in which an object was kept is the one that it is made in: its body fits no other. */
async function createAs(
  run: Run,
  info: ResourceInfo,
  object: KubeObject,
  notes: (string | undefined)[],
): Promise<KubeObject> {
  const { version } = groupVersionOf(object.apiVersion);
  if (version === info.version) return run.cluster.create(info, object, run.as);
  try {
    return await run.cluster.create({ ...info, version }, object, run.as);
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
    const { group } = groupVersionOf(object.apiVersion);
    const served = await run.cluster
      .request({
        method: 'GET',
        path: group === '' ? `/api/${version}` : `/apis/${group}/${version}`,
        as: run.as,
      })
      .then(({ status }) => status !== 404);
    if (served) throw error;
    const now = apiVersionOf(info);
    try {
      const made = await createStrictly(run, info, { ...object, apiVersion: now });
      notes.push(`made as ${now}: ${object.apiVersion}, in which it was kept, is no longer served`);
      return made;
    } catch (cause) {
      const why = messageOf(cause);
      throw new ToolcribError(
        'api',
        `It was kept as ${object.apiVersion}, which the cluster no longer serves, and what was kept does not fit ${now}: ${why}`,
        { cause },
      );
    }
  }
}

/** A field that the newer version does not know is an error here, and never dropped in silence. */
async function createStrictly(run: Run, info: ResourceInfo, object: KubeObject): Promise<KubeObject> {
  const { namespace } = object.metadata;
  const path = `${resourcePath(info, { namespace: info.namespaced ? namespace : undefined })}?fieldValidation=Strict`;
  const answer = await run.cluster.request({
    method: 'POST',
    path,
    headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'User-Agent': 'toolcrib' },
    body: JSON.stringify(object),
    as: run.as,
  });
  const made = answeredObject(answer);
  if (made) return made;
  const { status, body } = answer;
  const message = messageIn(body) ?? `HTTP ${status}`;
  throw new ToolcribError('api', message, { cause: { status, message } });
}

function messageIn(body: Uint8Array): string | undefined {
  try {
    return (JSON.parse(Buffer.from(body).toString('utf8')) as { message?: string }).message;
  } catch {
    return undefined;
  }
}

/** The controller manager was faster, and made a bare one: it gets what the kept one had. */
function fillIn(run: Run, info: ResourceInfo, object: KubeObject, now: KubeObject): Promise<KubeObject> {
  const { uid, resourceVersion } = now.metadata;
  const { labels, annotations, ownerReferences, finalizers } = object.metadata;
  const { apiVersion: _version, kind: _kind, metadata: _metadata, ...body } = object;
  const metadata = { uid, resourceVersion, labels, annotations, ownerReferences, finalizers };
  const at = { namespace: now.metadata.namespace, name: now.metadata.name };
  return run.cluster.patch(info, at, { ...body, metadata }, {}, run.as);
}
