// Step: radius
import { isDeepStrictEqual } from 'node:util';
import { groupVersionOf } from '@toolcrib/kube';
import {
  type As,
  type Clock,
  type Cluster,
  EVERYTHING,
  type Journal,
  type LeftOut,
  type Radius,
  type Softening,
  ToolcribError,
  type UnseenKind,
} from '@toolcrib/model';
import { deleteIn, kindOf } from '../effects/index.ts';
import type { Judged } from '../effects/subject.ts';
import type { RestOfAct } from '../radius/index.ts';
import {
  isPod,
  type LookOptions,
  likelyUnseen,
  look,
  neededBySoftened,
  partOf,
  radiusOf,
  softening,
} from '../radius/index.ts';
import type { Aim, View } from '../radius/view.ts';
import { canRetain, canSoften } from '../soften/index.ts';
import type { Asked } from './asking.ts';
import type { Cheap } from './cheap.ts';
import type { Early } from './early.ts';
import type { Foreseen } from './foretold.ts';
import { isLeaf } from './leaves.ts';
import { type LetGo, withLetGo } from './let-go.ts';
import type { LiveAct, SeenBefore } from './live-act.ts';
import type { Log } from './log.ts';
import { ownRadius, unlooked } from './own-radius.ts';
import { likenessOf } from './request-key.ts';
import { restOfAct, softenedIn } from './rest-of-act.ts';
import { REMEMBERED, type Seen } from './seen.ts';

/** What a look takes besides the cluster. */
export interface Looking {
  journal: Pick<Journal, 'requests' | 'softenings' | 'snapshot'>;
  letGo: Pick<LetGo, 'of' | 'note'>;
  clock: Pick<Clock, 'now' | 'after'>;
  /** Told of records that can't be read. */
  damaged: LeftOut;
  log: Log;
}

/** What is looked at. */
interface LookedAt extends Asked {
  subject: Judged;
  live: LiveAct;
  foreseen: readonly Foreseen[];
  /** It passes by its effect alone: nothing more is looked at. */
  cheap?: Cheap;
  early?: Early;
}

/**
 * Looks at the blast radius of a request: of its own targets and of everything else that its act was seen to go
 * through (`foreseen`). A look that fails gives an *incomplete* radius, never a small one, and promises nothing.
 */
export async function seeRadius(deps: Looking, what: LookedAt): Promise<Seen> {
  const { subject, cluster, as } = what;
  if (subject.blind !== undefined) {
    const kind = subject.effect.target?.resource ?? EVERYTHING;
    const unseen = [{ kind, why: subject.blind }];
    return { radius: unlooked(subject.objects, deps.clock.now(), unseen) };
  }
  // The effect alone proves it; or there is nothing that it would hit.
  if (what.cheap || subject.objects.length === 0) {
    const { unseen = [] } = what.cheap ?? {};
    const own = { ...ownRadius(subject.objects, deps.clock.now()), unseen };
    return { radius: withUnseen(own, subject.unseen ?? []) };
  }
  const aims = withForeseen(subject.aims, what.foreseen);
  const before = seenBefore(deps, what, aims);
  if (before) return before;
  try {
    const looked = await lookAt(what, aims);
    // Without a pause: of requests judged side by side each sees what the others take.
    const { id } = what.request;
    const view = withLetGo(looked, aims, deps.letGo.of(cluster.context, id));
    if (subject.kind === 'destructive' && kindOf(subject.effect).targets !== 'stay')
      deps.letGo.note(cluster.context, id, subject.objects.filter(isPod));
    const unlisted = [...(what.live.unlisted?.values() ?? [])];
    const radius = withUnseen(radiusOf(view, aims), [...(subject.unseen ?? []), ...unlisted]);
    const [aim] = aims;
    const single = aims.length === 1 && isPlainDelete(subject);
    const { records, unread } = await softenedIn(deps, cluster.context);
    const needed = neededBySoftened(view, radius, records, unread);
    const seen: Seen = {
      radius,
      own: aims.length === subject.aims.length ? radius : radiusOf(view, subject.aims),
      ...(needed === undefined ? {} : { needed }),
    };
    if (!single || !aim) {
      const why = kindOf(subject.effect).asSentWhy(subject.effect, aims.length);
      const softening = { possible: false as const, why };
      const told: Seen = { ...seen, softening, versions: versionsIn(looked, aims) };
      remember(deps, what.live, {
        at: radius.seenAt,
        key: keyOf(what, aims),
        seen: told,
      });
      return told;
    }
    const found = await softeningInAct(deps, what, (act) => softening(view, radius, aim, act));
    return { ...seen, softening: await permitted(cluster, found, aim, radius, as) };
  } catch (error) {
    if (!(error instanceof ToolcribError)) throw error;
    if (error.code === 'unreachable' || error.code === 'credentials') throw error;
    const unseen = [{ kind: EVERYTHING, why: error.message }];
    return { radius: unlooked(subject.objects, deps.clock.now(), unseen) };
  }
}

/**
 * Deleting sixty ConfigMaps by a label need not look at their namespace sixty times. What was seen at the first of them
 * is good for the next few seconds, for the same objects with the same options, where the target was seen to take
 * nothing with it and is no Pod. What comes to it within that time is not seen, as with what a Pod owns (`owned.ts`);
 * the target itself was read a moment ago, and is kept as it stands.
 */
function seenBefore(
  deps: Pick<Looking, 'clock'>,
  { live, sender, subject, foreseen }: LookedAt,
  aims: readonly Aim[],
): Seen | undefined {
  const { seen } = live;
  const [object] = subject.objects;
  if (!seen || foreseen.length < 2 || subject.kind !== 'destructive' || !deleteIn(subject.effect))
    return undefined;
  if (!object || isPod(object) || deps.clock.now() - seen.at > REMEMBERED) return undefined;
  if (seen.key !== keyOf({ live, sender, subject }, aims) || seen.seen.needed !== undefined) return undefined;
  const { uid = '', finalizers = [], generation } = object.metadata;
  const part = partOf(seen.seen.radius, new Set([uid]));
  const [own] = part;
  if (part.length !== 1 || own?.ref.uid !== uid || own.loss !== 'restorable') return undefined;
  // Changed since: looked at anew.
  if (own.generation !== generation || own.finalizers?.join() !== finalizers.join()) return undefined;
  return { ...seen.seen, own: { ...seen.seen.radius, targets: [own.ref], members: part } };
}

/** Thousands of objects are no small thing to keep: it is let go of when it is good for nothing any more. */
function remember({ clock }: Pick<Looking, 'clock'>, live: LiveAct, seen: SeenBefore): void {
  live.seen = seen;
  clock.after(REMEMBERED, () => {
    if (live.seen === seen) live.seen = undefined;
  });
}

/** What was begun to be read before it came is old where a target was changed since: its finalizers and owners count as they are. */
async function lookAt(what: LookedAt, aims: readonly Aim[]): Promise<View> {
  const { cluster, as, subject } = what;
  const begun = earlyFor(what.early, aims, as);
  const looked = await look(cluster, aims, as, begun);
  if (begun.listed === undefined) return looked;
  const versions = versionsIn(looked, aims);
  const same = subject.objects.every(
    ({ metadata: { uid = '', resourceVersion } }) => versions.get(uid) === resourceVersion,
  );
  return same ? looked : look(cluster, aims, as);
}

function versionsIn(view: View, aims: readonly Aim[]): Map<string, string | undefined> {
  const uids = new Set(aims.map(({ ref }) => ref.uid));
  const targets = view.objects.filter(({ metadata }) => uids.has(metadata.uid));
  return new Map(targets.map(({ metadata }) => [metadata.uid ?? '', metadata.resourceVersion]));
}

/** What was begun to be read before it came counts where nothing but leaves of its namespace go, for the same person. */
function earlyFor(early: Early | undefined, aims: readonly Aim[], as: As | undefined): LookOptions {
  const fits = aims.every(({ ref, type }) => isLeaf(type) && ref.namespace === early?.list.namespace);
  if (!early || !fits || !isDeepStrictEqual(early.as, as)) return {};
  return { now: () => early.at, listed: early.listed };
}

/** The same for the like requests of one act as long as what they will go through, and what of that is not known, is the same. */
function keyOf(
  { live, sender, subject }: Pick<LookedAt, 'live' | 'sender' | 'subject'>,
  aims: readonly Aim[],
): string {
  const uids = aims.map(({ ref }) => ref.uid).sort();
  const how = subject.kind === 'destructive' ? likenessOf({ sender }, subject.effect) : '';
  return JSON.stringify([how, uids, [...(live.unlisted?.keys() ?? [])]]);
}

function isPlainDelete({ effect }: Judged): boolean {
  const found = deleteIn(effect);
  return found !== undefined && found.through === undefined;
}

/** What could not be seen of the targets themselves, or of the rest of their act, is no less unseen than anything else. */
function withUnseen(radius: Radius, unseen: readonly UnseenKind[]): Radius {
  if (unseen.length === 0) return radius;
  const state = likelyUnseen({ unseen: [...unseen] }).length > 0 ? 'incomplete' : radius.state;
  return { ...radius, state, unseen: [...radius.unseen, ...unseen] };
}

/** Where it is possible by itself, the rest of its act is looked at too: what was kept for it is read only then. */
async function softeningInAct(
  deps: Pick<Looking, 'journal'>,
  { live, request }: LookedAt,
  found: (act?: RestOfAct) => Softening,
): Promise<Softening> {
  const alone = found();
  if (!alone.possible || alone.how !== 'orphan-first') return alone;
  try {
    return found(await restOfAct(deps, live, request.id));
  } catch (error) {
    if (!(error instanceof ToolcribError)) throw error;
    return { possible: false, why: `what its act has taken could not be read (${error.message})` };
  }
}

/** Softening is offered only where every right that it takes was asked for beforehand. */
async function permitted(
  cluster: Cluster,
  found: Softening,
  aim: Aim,
  radius: Radius,
  as: As | undefined,
): Promise<Softening> {
  if (!found.possible) return found;
  const { namespace = '', name, apiVersion } = aim.ref;
  const { version } = groupVersionOf(apiVersion);
  const volumes = radius.members
    .filter((member) => member.ref.kind === 'PersistentVolume' && member.loss === 'lost')
    .map(({ ref }) => ref.name);
  const rights =
    found.how === 'retain-first'
      ? await canRetain(cluster, volumes, as)
      : await canSoften(cluster, { ...aim.type, version, namespace, name }, as);
  return rights.allowed ? found : { possible: false, why: rights.why };
}

/** Like the first aim, for each further object that the act will go through, of whatever kind; evicted are only Pods. */
function withForeseen(aims: readonly Aim[], foreseen: readonly Foreseen[]): Aim[] {
  const [first] = aims;
  if (!first || first.effect.does === 'scale') return [...aims];
  const known = new Set(aims.map((aim) => aim.ref.uid));
  const evicts = first.effect.does === 'evict';
  const more = foreseen.filter(({ ref }) => !known.has(ref.uid) && (!evicts || ref.kind === first.ref.kind));
  return [...aims, ...more.map(({ ref, type }) => ({ ...first, ref, type }))];
}
