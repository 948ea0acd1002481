import type { KubeObject, OwnerReference, ResourceInfo } from '@toolcrib/kube';
import { apiVersionOf, describeRef, groupVersionOf, isCustom, resourcePath } from '@toolcrib/kube';
import { answeredObject, mayBeServed, ToolcribError } from '@toolcrib/model';
import { difference } from './difference.ts';
import { giveFieldsBack } from './field-owners.ts';
import { getAs } from './live.ts';
import { othersTaken } from './others-taken.ts';
import { isBareDefault, prepared, sameIntent } from './prepare.ts';
import { letGo } from './rebind.ts';
import type { Run } from './running.ts';
import { explicitNodePorts, withoutAssigned } from './service.ts';
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
  const made = await create(run, info, object, snapshot, notes);
  run.coming.delete(uid);
  if ('result' in made && made.result.result === 'conflict') {
    run.missing.add(uid);
    return [made.result];
  }
  const now = made.now.metadata.uid ?? '';
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

const OWNERS = [['f:metadata', 'f:ownerReferences']];

/** Writes an owner that has just come into what came before it. @returns what did not work */
async function nameOwner(run: Run, was: string): Promise<Result[]> {
  const results: Result[] = [];
  for (const { info, ref, reference, snapshot } of run.unnamed.get(was) ?? []) {
    try {
      await addOwners(run, info, ref, [{ ...reference, uid: run.uids.get(was) ?? '' }]);
      await giveFieldsBack(run, info, snapshot, OWNERS);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const note = `it is back, but could not name its owner ${reference.kind} ${reference.name}: ${why}`;
      results.push({ what: describeRef(ref), result: 'failed', note });
    }
  }
  run.unnamed.delete(was);
  return results;
}

/** Adds owners to an object, pinned to its UID; those that it names already are left. @returns how many were added */
export async function addOwners(
  run: Run,
  info: ResourceInfo,
  ref: { namespace?: string; name: string; uid: string },
  owners: readonly OwnerReference[],
): Promise<number | 'gone'> {
  const at = { namespace: info.namespaced ? ref.namespace : undefined, name: ref.name };
  for (let attempt = 0; ; attempt++) {
    const now = await run.cluster.get(info, at, run.as);
    if (!now || now.metadata.uid !== ref.uid) return 'gone';
    const { uid, resourceVersion, ownerReferences = [] } = now.metadata;
    const missing = owners.filter((owner) => !ownerReferences.some((one) => one.uid === owner.uid));
    if (missing.length === 0) return 0;
    const patch = { metadata: { uid, resourceVersion, ownerReferences: [...ownerReferences, ...missing] } };
    try {
      await run.cluster.patch(info, at, patch, {}, run.as);
      return missing.length;
    } catch (error) {
      // Somebody wrote in between: look again.
      if (statusOf(error) !== 409 || attempt >= 9) throw error;
    }
  }
}

/** How long may be waited without a word. */
const SILENT_MS = 2_000;

async function isGone(
  run: Run,
  info: ResourceInfo,
  at: { namespace?: string; name: string },
  uid: string,
  what: string,
): Promise<boolean> {
  const { now, limit } = run.waiting;
  const begun = now();
  let told = false;
  try {
    return await waitFor(run.waiting, '', async () => {
      if ((await run.cluster.get(info, at, run.as))?.metadata.uid !== uid) return true;
      if (!told && now() - begun > SILENT_MS) {
        told = true;
        run.tell(`${what} is still on its way out: waiting for it, up to ${Math.round(limit / 1000)} s`);
      }
      return false;
    });
  } catch (error) {
    if (error instanceof ToolcribError && error.code === 'limit') return false;
    throw error;
  }
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
      const why = cause instanceof Error ? cause.message : String(cause);
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

/**
 * References rewritten to the UIDs of now. What would dangle is left out: the garbage collector would delete the
 * restored object for it; an owner that is still to come is named once it is there. A claim's reference to its set is
 * the set's to write again.
 */
async function withOwners(
  run: Run,
  object: KubeObject,
): Promise<{ object: KubeObject; dropped?: string; later: OwnerReference[] }> {
  const before = object.metadata.ownerReferences ?? [];
  delete object.metadata.ownerReferences;
  const after: OwnerReference[] = [];
  const later: OwnerReference[] = [];
  const dropped: string[] = [];
  for (const owner of before) {
    if (isKind(object, '', 'PersistentVolumeClaim') && isKind(owner, 'apps', 'StatefulSet')) continue;
    if (run.coming.has(owner.uid)) {
      later.push(owner);
      continue;
    }
    const renewed = { ...owner, uid: run.uids.get(owner.uid) ?? owner.uid };
    const there = !run.missing.has(owner.uid) && (await stands(run, renewed, object.metadata.namespace));
    if (there) after.push(renewed);
    else dropped.push(`${owner.kind} ${owner.name}`);
  }
  if (after.length > 0) object.metadata.ownerReferences = after;
  return {
    object,
    later,
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
