// Step: radius
import { groupVersionOf, type ObjectRef } from '@toolcrib/kube';
import type { As, Clock, Cluster, LossClass, Radius, RadiusMember } from '@toolcrib/model';
import type { EffectOf } from '../effects/effect-kind.ts';
import type { Asked } from './asking.ts';

type Delete = EffectOf<'delete'>;

/** Whose delete, and how. */
interface Sent {
  actId: string;
  /** The person, and which tool or agent, as whom. */
  sender: string;
  effect: Delete;
}

/** What a delete that was let go takes with it, as it was seen then. */
interface Going extends Sent {
  /** The target of that delete: "Namespace shop". */
  by: ObjectRef;
  loss: LossClass;
  complete: boolean;
  at: number;
}

/** What is on its way out, by UID: so that what an answered delete takes anyway is not asked for again. */
export interface GoingOut {
  /** A request's own radius, when it is handed to the door. */
  sent(requestId: string, how: Sent, radius: Radius): void;
  /** What the cluster said to it: only what it took counts. */
  settled(requestId: string, took: boolean): void;
  /**
   * What takes all that a delete would take: a delete of the same act that was no milder and has not come to its end
   * without it, or the deletion of a Namespace that is under way. undefined where anything of it was not shown as going,
   * would be lost for good by now and was not then, or where somebody else sends it.
   */
  taker(how: Sent, radius: Radius, cluster: Cluster, as: As | undefined): Promise<string | undefined>;
}

/** @param effect a delete's */
export function sentBy(
  { request, sender }: Pick<Asked, 'request' | 'sender'>,
  actId: string,
  effect: Delete,
): Sent {
  return { actId, sender: JSON.stringify([request.person, sender]), effect };
}

/** Of so many objects it is remembered, and for so long (milliseconds): what is forgotten is asked for again. */
const MOST = 20_000;
const REMEMBERED = 60 * 60_000;

const LOSSES: readonly LossClass[] = ['returns', 'restorable', 'lost'];

export function goingOut(clock: Pick<Clock, 'now'>): GoingOut {
  const underWay = new Map<string, Sent & { radius: Radius }>();
  const going = new Map<string, Going>();

  const known = (uid: string | undefined): Going | undefined => {
    const found = going.get(uid ?? '');
    return found && clock.now() - found.at <= REMEMBERED ? found : undefined;
  };
  /** A Pod that a controller on its way out has made meanwhile goes with it. */
  const taking = (member: RadiusMember): Going | undefined => {
    const own = known(member.ref.uid);
    if (own || !isPod(member.ref)) return own;
    return member.owners.map(known).find((owner) => owner !== undefined);
  };

  return {
    sent(requestId, how, radius) {
      underWay.set(requestId, { ...how, radius });
      if (underWay.size > MOST) underWay.delete(underWay.keys().next().value ?? '');
    },
    settled(requestId, took) {
      const found = underWay.get(requestId);
      underWay.delete(requestId);
      const [by] = found?.radius.targets ?? [];
      if (!found || !by || !took) return;
      const { radius, ...how } = found;
      for (const { ref, fate, loss } of radius.members) {
        if (fate !== 'deleted' || ref.uid === undefined) continue;
        const complete = radius.state === 'complete';
        going.delete(ref.uid);
        going.set(ref.uid, { ...how, by, loss, complete, at: clock.now() });
      }
      while (going.size > MOST) going.delete(going.keys().next().value ?? '');
    },
    async taker(how, radius, cluster, as) {
      const matter = radius.members.filter(({ loss }) => loss !== 'returns');
      const takers = matter.map(taking);
      if (matter.length === 0 || takers.some((one) => one === undefined)) return undefined;
      const found = takers.filter((one) => one !== undefined);
      const worse = matter.some(
        ({ loss }, at) => LOSSES.indexOf(loss) > LOSSES.indexOf(found[at]?.loss ?? 'returns'),
      );
      if (worse || (radius.state !== 'complete' && found.some(({ complete }) => complete))) return undefined;
      if (found.some((one) => one.sender !== how.sender || isHarsher(how.effect, one.effect)))
        return undefined;
      for (const one of new Map(found.map((each) => [each.by, each])).values()) {
        const goes = one.actId === how.actId ? stillGoes(one.by, cluster, as) : isEnding(one.by, cluster, as);
        if (!(await goes)) return undefined;
      }
      const [first] = found;
      return first && `${first.by.kind} ${first.by.name}`;
    },
  };
}

function isPod({ apiVersion, kind }: ObjectRef): boolean {
  return apiVersion === 'v1' && kind === 'Pod';
}

/** Of another act only the deletion of a Namespace counts, and only while it is under way. */
async function isEnding(by: ObjectRef, cluster: Cluster, as: As | undefined): Promise<boolean> {
  if (by.kind !== 'Namespace' || groupVersionOf(by.apiVersion).group !== '') return false;
  const type = { group: '', version: 'v1', resource: 'namespaces' };
  const found = await cluster.get(type, { name: by.name }, as).catch(() => undefined);
  return found?.metadata.uid === by.uid && found?.metadata.deletionTimestamp !== undefined;
}

/** Of the same act: it is on its way out, or has gone. One that stands as if nothing had been said to it takes nothing. */
async function stillGoes(by: ObjectRef, cluster: Cluster, as: As | undefined): Promise<boolean> {
  try {
    const found = await cluster.get(await cluster.typeOf(by, as), by, as);
    return found?.metadata.uid !== by.uid || found?.metadata.deletionTimestamp !== undefined;
  } catch {
    return false;
  }
}

/**
 * Whether a delete does more to an object than the one that takes it: less time to end, another fate for what hangs on it,
 * or without a look at what is stored.
 */
function isHarsher({ options, propagation }: Delete, taken: Delete): boolean {
  const seconds = ({ options: { gracePeriodSeconds } }: Pick<Delete, 'options'>) => gracePeriodSeconds;
  const [now, then] = [seconds({ options }), seconds(taken)];
  if (now !== undefined && (then === undefined || now < then)) return true;
  if (options.ignoreStoreReadErrorWithClusterBreakingPotential) return true;
  return (propagation === 'Orphan') !== (taken.propagation === 'Orphan');
}
