import type { KubeObject, ResourceInfo } from '@toolcrib/kube';
import { isCustom, uidOf } from '@toolcrib/kube';
import { mayBeServed } from '@toolcrib/model';
import { difference } from './difference.ts';
import { giveFieldsBack } from './field-owners.ts';
import { isGone } from './is-gone.ts';
import { make } from './make.ts';
import { othersTaken } from './others-taken.ts';
import { nameOwner, withOwners } from './owners.ts';
import { prepared } from './prepare.ts';
import { letGo } from './rebind.ts';
import type { Run } from './running.ts';
import type { Result, UndoStep } from './steps.ts';
import { isKind, nameOf } from './steps.ts';
import { stillGoing } from './still-going.ts';
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
    run.coming.delete(uid);
    return [
      { what, result: 'skipped', note: `${lost.kind} ${lost.name}, which controls it, did not come back` },
    ];
  }
  if (step.waitGone) {
    const gone = await isGone(run, info, at, step.waitGone, what);
    if (!gone) {
      run.missing.add(uid);
      if (isKind(snapshot, '', 'Namespace')) run.closed.add(name);
      return [{ what, result: 'failed', note: await stillGoing(run, info, snapshot) }];
    }
  }
  const notes = [step.note];
  const lostVolume = step.volume && !(await letGo(run, step.volume, uid)) ? step.volume.name : undefined;
  if (lostVolume !== undefined) {
    run.missingVolumes.add(lostVolume);
    snapshot = withoutVolume(snapshot);
    notes.push(goneNote(lostVolume));
  }
  const { object, dropped, later } = await withOwners(run, prepared(snapshot));
  notes.push(dropped);
  const others = await othersTaken(run, info, object);
  if (others && 'conflict' in others) {
    run.unmade.add(uid);
    run.missing.add(uid);
    run.coming.delete(uid);
    return [{ what, result: 'conflict', note: others.conflict }];
  }
  notes.push(others?.note);
  const made = await make(run, info, object, snapshot, notes);
  run.coming.delete(uid);
  if ('result' in made && made.result.result === 'conflict') {
    run.missing.add(uid);
    return [made.result];
  }
  const now = uidOf(made.now.metadata);
  if (now !== '') run.uids.set(uid, now);
  for (const reference of later) {
    const ref = { apiVersion: object.apiVersion, kind: object.kind, namespace, name, uid: now };
    const waiting = run.unnamed.get(reference.uid) ?? [];
    run.unnamed.set(reference.uid, [...waiting, { info, ref, reference, snapshot }]);
  }
  const unnamed = await nameOwner(run, uid);
  if ('result' in made) return [made.result, ...unnamed];
  if (now !== '') run.made.set(uid, now);
  await afterwards(run, info, snapshot, made.now, notes);
  notes.push(changedOnTheWay(snapshot, made.now));
  const known = snapshot.status === undefined || !isCustom(snapshot) ? made.now : undefined;
  notes.push(await giveFieldsBack(run, info, snapshot, 'made', known), ...remarks(snapshot));
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
  return [...lostData, { what, result: 'done', ...(note === '' ? {} : { note }) }, ...unnamed];
}

/** An admission plugin or webhook of today (a LimitRange that came after it) has its word on what is made again. */
function changedOnTheWay(snapshot: KubeObject, now: KubeObject): string | undefined {
  if (!isKind(snapshot, '', 'Pod')) return undefined;
  const changed = difference(snapshot, now);
  return changed === undefined ? undefined : `the cluster changed it on the way in: ${changed}`;
}

/** What is back, and not as it was. */
function remarks(snapshot: KubeObject): (string | undefined)[] {
  const balancer = isKind(snapshot, '', 'Service') && snapshot.spec?.type === 'LoadBalancer';
  const addresses: { ip?: string; hostname?: string }[] = snapshot.status?.loadBalancer?.ingress ?? [];
  const old = addresses.map(({ ip, hostname }) => ip ?? hostname).join(', ');
  return [
    balancer
      ? `its load balancer is made anew and may get another address${old === '' ? '' : ` than ${old}`}`
      : undefined,
    isKind(snapshot, 'batch', 'Job') ? 'it starts over: what it had done is not remembered' : undefined,
    isKind(snapshot, '', 'Pod') ? 'its containers start anew: what was only in them is gone' : undefined,
    snapshot.type === 'kubernetes.io/service-account-token'
      ? 'with a new token: the old one stays void'
      : undefined,
  ];
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
    // What was known of the kinds is older than this one, and what it owns is asked for next.
    const versions: { served?: boolean }[] = now.spec?.versions ?? [];
    const kind = { group: now.spec?.group, resource: now.spec?.names?.plural };
    if (versions.some(({ served }) => served))
      await waitFor(run.waiting, `what ${nameOf(now)} defines is not served`, () =>
        mayBeServed(run.cluster, kind, run.as),
      );
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
