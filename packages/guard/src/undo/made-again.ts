import type { KubeObject, OwnerReference } from '@toolcrib/kube';
import { controllerOf } from '@toolcrib/kube';
import { type Act, type Journal, passOver, type RequestRecord, type Snapshot } from '@toolcrib/model';
import { scaleIn } from '../effects/index.ts';
import type { LiveView } from './live.ts';
import { keyOf, keyOfObject } from './steps.ts';

/** UID that an act knew → UID of what undos of other acts made in its place, the last of them. */
export type MadeAgain = ReadonlyMap<string, string>;

/**
 * What stands in the place of what an act knew because undos of later acts made it again, by their own records. Nothing
 * else counts: what somebody else made under the same name may be meant to be as it is.
 * A record of another act that can't be read keeps nobody from this undo: what it may have made stays somebody else's, and is left alone.
 * @throws ToolcribError as the journal does
 */
export async function madeAgain(journal: Journal, { id, startedAt }: Act): Promise<MadeAgain> {
  const direct = new Map<string, string>();
  // Whatever took an object that the act still saw did so after it began.
  const acts = (await journal.acts({ since: startedAt }, passOver, passOver)).filter((act) => act.id !== id);
  const undos = await Promise.all(acts.map((act) => journal.undos(act.id, passOver, passOver)));
  for (const { made = [] } of undos.flat().sort((a, b) => a.at - b.at))
    for (const { was, now } of made) direct.set(was, now);
  const ends = [...direct.keys()].map((uid): [string, string] => [uid, endOf(direct, uid)]);
  return new Map(ends);
}

function endOf(direct: MadeAgain, uid: string): string {
  const passed = new Set([uid]);
  let end = uid;
  for (let next = direct.get(end); next !== undefined && !passed.has(next); next = direct.get(end)) {
    passed.add(next);
    end = next;
  }
  return end;
}

/** What the act itself deleted is its own undo's to make again: it keeps the UID that it had. */
export function withoutOwn(
  again: MadeAgain,
  requests: readonly RequestRecord[],
  softened: readonly { owner: { uid: string }; left: readonly { uid: string }[] }[],
): MadeAgain {
  const own = new Set([
    ...requests.flatMap(({ effect, targetUids }) => (scaleIn(effect) ? [] : targetUids)),
    ...softened.flatMap(({ owner, left }) => [owner.uid, ...left.map(({ uid }) => uid)]),
  ]);
  return new Map([...again].filter(([uid]) => !own.has(uid)));
}

/**
 * With the controllers that what was made again has made in its turn: the ReplicaSet of a Deployment has the name that it
 * had, since its template is the same.
 */
export function withControllers(again: MadeAgain, kept: readonly Snapshot[], live: LiveView): MadeAgain {
  const found = new Map(again);
  const ours = new Set(again.values());
  const look = (uid: string | undefined, now: KubeObject | null | undefined): void => {
    const above = now && controllerOf(now);
    const other = now?.metadata.uid;
    if (uid === undefined || found.has(uid) || other === undefined || other === uid) return;
    if (above && ours.has(above.uid)) found.set(uid, other);
  };
  for (const object of kept.flatMap(({ objects }) => objects)) {
    const by = controllerOf(object);
    if (!by) continue;
    const { namespace } = object.metadata;
    look(by.uid, live.at[keyOf({ ...by, namespace })]);
    // Not what has a name of its own by chance: only what is itself above others.
    if (object.kind === 'ReplicaSet') look(object.metadata.uid, live.at[keyOfObject(object)]);
  }
  return found;
}

/** What was kept and asked for, with the UIDs under which it is known now. Copies; what is not named stays as it is. */
export function asKnownNow(
  again: MadeAgain,
  kept: readonly Snapshot[],
  requests: readonly RequestRecord[],
): { kept: Snapshot[]; requests: RequestRecord[] } {
  if (again.size === 0) return { kept: [...kept], requests: [...requests] };
  const now = (uid: string): string => again.get(uid) ?? uid;
  return {
    kept: kept.map((snapshot) => ({
      ...snapshot,
      objects: snapshot.objects.map((object) => renamed(object, now)),
      promised: snapshot.promised?.map((one) => ({ ...one, uid: now(one.uid) })),
    })),
    requests: requests.map((one) => ({ ...one, targetUids: one.targetUids.map(now) })),
  };
}

function renamed(object: KubeObject, now: (uid: string) => string): KubeObject {
  const { uid, ownerReferences } = object.metadata;
  const metadata = { ...object.metadata };
  if (uid !== undefined) metadata.uid = now(uid);
  if (ownerReferences)
    metadata.ownerReferences = ownerReferences.map(
      (owner): OwnerReference => ({
        ...owner,
        uid: now(owner.uid),
      }),
    );
  const claim = object.kind === 'PersistentVolume' ? object.spec?.claimRef : undefined;
  if (!claim?.uid) return { ...object, metadata };
  return { ...object, metadata, spec: { ...object.spec, claimRef: { ...claim, uid: now(claim.uid) } } };
}
