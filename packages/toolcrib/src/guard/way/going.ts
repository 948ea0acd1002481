import { groupVersionOf, type ObjectRef } from '@toolcrib/kube';
import type { As, Clock, Cluster, LossClass, Radius, RadiusMember } from '../../model/index.ts';

/** What a delete that was let go takes with it, as it was seen then. */
interface Going {
  actId: string;
  /** The target of that delete: "Namespace shop". */
  by: ObjectRef;
  loss: LossClass;
  complete: boolean;
  at: number;
}

/** What is on its way out, by UID: so that what an answered delete takes anyway is not asked for again. */
export interface GoingOut {
  /** A request's own radius, when it is handed to the door. */
  sent(requestId: string, actId: string, radius: Radius): void;
  /** What the cluster said to it: only what it took counts. */
  settled(requestId: string, took: boolean): void;
  /**
   * What takes all that a radius would take: a delete of the same act, or the deletion of a Namespace that is under way.
   * undefined where anything of it was not shown as going, or would be lost for good by now and was not then.
   */
  taker(actId: string, radius: Radius, cluster: Cluster, as: As | undefined): Promise<string | undefined>;
}

/** Of so many objects it is remembered, and for so long (milliseconds): what is forgotten is asked for again. */
const MOST = 20_000;
const REMEMBERED = 60 * 60_000;

const LOSSES: readonly LossClass[] = ['returns', 'restorable', 'lost'];

export function goingOut(clock: Pick<Clock, 'now'>): GoingOut {
  const underWay = new Map<string, { actId: string; radius: Radius }>();
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
    sent(requestId, actId, radius) {
      underWay.set(requestId, { actId, radius });
      if (underWay.size > MOST) underWay.delete(underWay.keys().next().value ?? '');
    },
    settled(requestId, took) {
      const found = underWay.get(requestId);
      underWay.delete(requestId);
      const [by] = found?.radius.targets ?? [];
      if (!found || !by || !took) return;
      const { actId, radius } = found;
      for (const { ref, fate, loss } of radius.members) {
        if (fate !== 'deleted' || ref.uid === undefined) continue;
        const complete = radius.state === 'complete';
        going.delete(ref.uid);
        going.set(ref.uid, { actId, by, loss, complete, at: clock.now() });
      }
      while (going.size > MOST) going.delete(going.keys().next().value ?? '');
    },
    async taker(actId, radius, cluster, as) {
      const matter = radius.members.filter(({ loss }) => loss !== 'returns');
      const takers = matter.map(taking);
      if (matter.length === 0 || takers.some((one) => one === undefined)) return undefined;
      const found = takers.filter((one) => one !== undefined);
      const worse = matter.some(
        ({ loss }, at) => LOSSES.indexOf(loss) > LOSSES.indexOf(found[at]?.loss ?? 'returns'),
      );
      if (worse || (radius.state !== 'complete' && found.some(({ complete }) => complete))) return undefined;
      for (const by of new Set(found.filter((one) => one.actId !== actId).map((one) => one.by)))
        if (!(await isEnding(by, cluster, as))) return undefined;
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
