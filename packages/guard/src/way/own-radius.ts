// Step: radius
import { isFinishedPod, type KubeObject, refOf } from '@toolcrib/kube';
import {
  type BeforeTheAct,
  comebackOf,
  NOTHING_COUNTED,
  type Radius,
  type RadiusMember,
  type UnseenKind,
} from '@toolcrib/model';
import { isClaim, isPod, isVolume } from '../radius/index.ts';

/** The targets alone: where the effect itself tells that nothing else goes. */
export function ownRadius(objects: readonly KubeObject[], seenAt: number): Radius {
  const targets = objects.map(refOf);
  const pods = objects.filter((object) => object.apiVersion === 'v1' && object.kind === 'Pod').length;
  return {
    state: 'complete',
    targets,
    members: objects.map((object) => ({
      ref: refOf(object),
      fate: 'deleted',
      ...ownLoss(object),
      finalizers: object.metadata.finalizers ?? [],
      generation: object.metadata.generation,
      owners: (object.metadata.ownerReferences ?? []).map((owner) => owner.uid),
    })),
    unseen: [],
    opaque: [],
    counts: { ...NOTHING_COUNTED, objects: objects.length, pods },
    seenAt,
  };
}

/** A finished Pod goes by its effect alone too, and nobody makes that again. */
function ownLoss(object: KubeObject): Pick<RadiusMember, 'loss' | 'why' | 'spent'> {
  return object.kind === 'Pod' && isFinishedPod(object)
    ? { loss: 'lost', why: 'it had finished', spent: true }
    : { loss: 'returns', why: 'its controller makes it again' };
}

/** What an object says of itself, where nobody who could make it again was seen. */
const ALONE: BeforeTheAct = {
  get: () => undefined,
  works: () => false,
  volumeOf: (claim) => (claim.spec?.volumeName ? 'unseen' : undefined),
};

/**
 * The targets alone, where the look at what goes with them has failed. That something comes back by itself is promised of
 * nothing, and what holds others is taken for lost with them; the figures that rules see count what the targets may be.
 */
export function unlooked(
  objects: readonly KubeObject[],
  seenAt: number,
  unseen: readonly UnseenKind[],
): Radius {
  const radius = ownRadius(objects, seenAt);
  const members = radius.members.map((member, place): RadiusMember => {
    const object = objects[place] as KubeObject;
    const back = comebackOf(ALONE, object);
    if (back.loss === 'lost') return { ...member, ...back };
    const { spent: _, ...rest } = member;
    const holds = object.metadata.namespace === undefined;
    const why = 'what hangs on it could not be looked at';
    return { ...rest, loss: holds ? 'lost' : 'restorable', why: holds ? `${why}: taken for lost` : why };
  });
  const lost = members.filter(({ ref, loss }) => loss === 'lost' && (isClaim(ref) || isVolume(ref)));
  const counts = {
    ...radius.counts,
    podsNotReplaced: members.filter(({ ref, spent }) => isPod(ref) && !spent).length,
    claims: members.filter(({ ref }) => isClaim(ref)).length,
    volumesLost: lost.length,
  };
  return { ...radius, state: 'incomplete', members, counts, unseen: [...unseen] };
}
