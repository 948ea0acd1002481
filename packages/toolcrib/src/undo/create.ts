import type { KubeObject, OwnerReference, ResourceInfo } from '@toolcrib/kube';
import { isCustom } from '@toolcrib/kube';
import { ToolcribError } from '../model/index.ts';
import { prepared, sameIntent } from './prepare.ts';
import { letGo, usersOf } from './rebind.ts';
import type { Run } from './running.ts';
import { explicitNodePorts, withoutAssigned } from './service.ts';
import type { Result, UndoStep } from './steps.ts';
import { isKind, nameOf } from './steps.ts';
import { goneNote, withoutVolume } from './volumes.ts';
import { statusOf, waitFor } from './wait.ts';

/** Creates an object again from its snapshot, once the old one is really gone. */
export async function createStep(run: Run, step: Extract<UndoStep, { do: 'create' }>): Promise<Result[]> {
  const { info } = step;
  let { snapshot } = step;
  const what = nameOf(snapshot);
  const { namespace, name, uid = '' } = snapshot.metadata;
  const at = { namespace: info.namespaced ? namespace : undefined, name };
  const lost = (snapshot.metadata.ownerReferences ?? []).find(
    (owner) => owner.controller && run.missing.has(owner.uid),
  );
  if (lost) {
    run.missing.add(uid);
    return [
      { what, result: 'skipped', note: `${lost.kind} ${lost.name}, which controls it, did not come back` },
    ];
  }
  if (step.waitGone) {
    const gone = await isGone(run, info, at, step.waitGone);
    if (!gone) {
      run.missing.add(uid);
      return [{ what, result: 'failed', note: await stillGoing(run, snapshot) }];
    }
  }
  const notes = [step.note];
  const lostVolume = step.volume && !(await letGo(run, step.volume, uid)) ? step.volume.name : undefined;
  if (lostVolume !== undefined) {
    run.missingVolumes.add(lostVolume);
    snapshot = withoutVolume(snapshot);
    notes.push(goneNote(lostVolume));
  }
  const { object, dropped } = await withOwners(run, prepared(snapshot));
  notes.push(dropped);
  const made = await create(run, info, object, snapshot, notes);
  if ('result' in made) {
    if (made.result.result === 'conflict') run.missing.add(uid);
    else if (made.now.metadata.uid) run.uids.set(uid, made.now.metadata.uid);
    return [made.result];
  }
  if (made.now.metadata.uid) run.uids.set(uid, made.now.metadata.uid);
  await afterwards(run, info, snapshot, made.now, notes);
  const note = notes.filter((one) => one !== undefined).join('; ');
  const lostData: Result[] =
    lostVolume === undefined
      ? []
      : [
          {
            what: `PersistentVolume ${lostVolume}`,
            result: 'failed',
            note: 'it went meanwhile, with its data',
          },
        ];
  return [...lostData, { what, result: 'done', ...(note === '' ? {} : { note }) }];
}

async function isGone(
  run: Run,
  info: ResourceInfo,
  at: { namespace?: string; name: string },
  uid: string,
): Promise<boolean> {
  try {
    return await waitFor(
      run.waiting,
      '',
      async () => (await run.cluster.get(info, at, run.as))?.metadata.uid !== uid,
    );
  } catch (error) {
    if (error instanceof ToolcribError && error.code === 'limit') return false;
    throw error;
  }
}

/** Why nothing was created, and what the person can do about it. */
async function stillGoing(run: Run, snapshot: KubeObject): Promise<string> {
  const seconds = Math.round(run.waiting.limit / 1000);
  const note = `after ${seconds} s it is still on its way out, and nothing was created`;
  if (!isKind(snapshot, '', 'PersistentVolumeClaim')) return `${note}; undo again once it is gone`;
  const { namespace = '', name } = snapshot.metadata;
  const users = await usersOf(run, { namespace, name });
  if (users.length === 0) return `${note}; undo again once it is gone`;
  const pods = `${users.length > 1 ? 'Pods' : 'Pod'} ${users.join(', ')}`;
  return `${note}: ${pods} still ${users.length > 1 ? 'use' : 'uses'} it. Its data is kept. Scale down what runs there, then undo again`;
}

type Made = { now: KubeObject } | { now: KubeObject; result: Result };

async function create(
  run: Run,
  info: ResourceInfo,
  object: KubeObject,
  snapshot: KubeObject,
  notes: (string | undefined)[],
): Promise<Made> {
  const what = nameOf(snapshot);
  const { namespace, name } = object.metadata;
  for (let attempt = 0; ; attempt++) {
    try {
      return { now: await run.cluster.create(info, object, run.as) };
    } catch (error) {
      const status = statusOf(error);
      // A definition is established a moment before its kind is served everywhere.
      if (status === 404 && isCustom(object) && attempt < 20) {
        await run.waiting.sleep(250);
        continue;
      }
      const now = await run.cluster.get(
        info,
        { namespace: info.namespaced ? namespace : undefined, name },
        run.as,
      );
      if (now && status === 409) {
        const same = sameIntent(now, snapshot);
        const note = same
          ? 'the same stands there again'
          : 'something else took its name; it is left as it is';
        return { now, result: { what, result: same ? 'unchanged' : 'conflict', note } };
      }
      const assigned = isKind(object, '', 'Service') && (status === 422 || status === 409 || status === 500);
      if (assigned && attempt === 0) {
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
 * References rewritten to the UIDs of now. What would dangle is left out: the garbage collector would delete the
 * restored object for it. A claim's references to its set or Pod are the set's to write again.
 */
async function withOwners(run: Run, object: KubeObject): Promise<{ object: KubeObject; dropped?: string }> {
  const before = object.metadata.ownerReferences ?? [];
  delete object.metadata.ownerReferences;
  const after: OwnerReference[] = [];
  const dropped: string[] = [];
  for (const owner of before) {
    if (isKind(object, '', 'PersistentVolumeClaim') && /^(StatefulSet|Pod)$/.test(owner.kind)) continue;
    const renewed = { ...owner, uid: run.uids.get(owner.uid) ?? owner.uid };
    const there = !run.missing.has(owner.uid) && (await stands(run, renewed, object.metadata.namespace));
    if (there) after.push(renewed);
    else dropped.push(`${owner.kind} ${owner.name}`);
  }
  if (after.length > 0) object.metadata.ownerReferences = after;
  return {
    object,
    dropped: dropped.length > 0 ? `without its owner ${dropped.join(', ')}, which is gone` : undefined,
  };
}

/** Asked right before it is named: whoever has gone since would take the restored object along. */
export async function stands(
  run: Run,
  owner: OwnerReference,
  namespace: string | undefined,
): Promise<boolean> {
  const type = await run.cluster.typeOf(owner, run.as).catch(() => undefined);
  if (!type) return false;
  const at = { namespace: type.namespaced ? namespace : undefined, name: owner.name };
  return (await run.cluster.get(type, at, run.as))?.metadata.uid === owner.uid;
}

/** What has to be true before what depends on it comes back; and the status of custom resources. */
async function afterwards(
  run: Run,
  info: ResourceInfo,
  snapshot: KubeObject,
  now: KubeObject,
  notes: (string | undefined)[],
): Promise<void> {
  const { name } = now.metadata;
  if (isKind(now, 'apiextensions.k8s.io', 'CustomResourceDefinition')) {
    await waitFor(run.waiting, `${nameOf(now)} is not established`, async () => {
      const crd = await run.cluster.get(info, { name }, run.as);
      const conditions: { type: string; status: string }[] = crd?.status?.conditions ?? [];
      return conditions.some(({ type, status }) => type === 'Established' && status === 'True');
    });
  }
  if (isCustom(now) && snapshot.status !== undefined) notes.push(await writeStatus(run, info, snapshot, now));
}

/** Operators keep what they know in the status (Strimzi its cluster id): it is written back where it is served. */
async function writeStatus(
  run: Run,
  info: ResourceInfo,
  snapshot: KubeObject,
  now: KubeObject,
): Promise<string> {
  try {
    await run.cluster.replace(info, { ...now, status: snapshot.status }, { subresource: 'status' }, run.as);
    return 'with its status';
  } catch (error) {
    const status = statusOf(error);
    if (status === 404 || status === 405) return 'its status is not served';
    return `its status could not be written back (${(error as Error).message})`;
  }
}
