// Step: many of one act
import { isDeepStrictEqual } from 'node:util';
import { canonicalPath, type KubeObject, refOf, resourcePath } from '@toolcrib/kube';
import type { Clock, Ids } from '@toolcrib/model';
import type { SessionLists } from '../act/sessions.ts';
import type { RuleAnswers } from '../decide/decide.ts';
import { aimOfDelete } from '../effects/deletes.ts';
import type { EffectOf } from '../effects/effect-kind.ts';
import { deleteIn } from '../effects/index.ts';
import type { Judged } from '../effects/subject.ts';
import type { HoldDesk } from '../hold/desk.ts';
import type { GuardPolicy } from '../policy/policy.ts';
import { aloneIn, likelyUnseen } from '../radius/index.ts';
import type { AskedRequest } from '../request.ts';
import type { Ahead } from './ahead.ts';
import type { Asked } from './asking.ts';
import { decideOn } from './decided.ts';
import { type Early, firstPage } from './early.ts';
import type { Foreseen } from './foretold.ts';
import { isLeaf } from './leaves.ts';
import type { LiveAct } from './live-act.ts';
import { requestKey } from './request-key.ts';
import { REMEMBERED } from './seen.ts';
import type { Step } from './step.ts';

type Delete = EffectOf<'delete'>;

/** What is known of a request before it was looked at. */
interface Begun extends Asked {
  subject: Judged;
  live: LiveAct;
  foreseen: readonly Foreseen[];
  early: Early | undefined;
}

/** By what it is known whether an act's next requests may be judged before they come. */
export interface Offering {
  ahead: Pick<Ahead, 'mayBegin'>;
  desk: Pick<HoldDesk, 'deniedOf' | 'list'>;
}

/** By what they are judged. */
export interface JudgingAhead extends Offering {
  desk: Pick<HoldDesk, 'deniedOf' | 'list' | 'seePass'>;
  clock: Pick<Clock, 'now'>;
  ids: Pick<Ids, 'request'>;
  policy(): GuardPolicy;
}

/**
 * Begins to read what a kubectl session will delete after this request: the next ones of its own LIST, whole. Nothing where
 * one by one is the right way.
 * @returns undefined, or the objects; never rejects, since nobody has asked for it
 */
export function beginToRead(
  deps: Offering & { sessions: Pick<SessionLists, 'of'> },
  begun: Begun,
): Promise<readonly KubeObject[]> | undefined {
  const { request, subject, live, foreseen, cluster, as, early } = begun;
  const effect = deleteIn(subject.effect);
  if (foreseen.length < 2 || !effect || !isPlain(effect) || !isAsWritten(request, effect)) return undefined;
  if (subject.kind !== 'destructive' || subject.blind !== undefined) return undefined;
  if (!mayReadAhead(deps, live) || !deps.ahead.mayBegin(live)) return undefined;
  const { group, resource, namespace } = effect.target;
  const list = deps.sessions
    .of(request.context, request.headers['kubectl-session'])
    .find((one) => one.group === group && one.resource === resource && one.namespace === namespace);
  if (!list) return undefined;
  if (early && isDeepStrictEqual([early.list, early.as], [list, as])) return early.page.catch(() => []);
  return firstPage(cluster, list, as, subject.objects[0]).then(
    ({ items }) => items,
    () => [],
  );
}

/**
 * Whether what an act will come to may go without being asked about again. Not where it is not known how much that is. Nor where
 * anything of it is held, was denied, or has a yes: a no to that, or the yes taken back, ends the act at once, and what the door has
 * by then would still go. All of these come from judging a request of the act, before which what was read ahead is taken back: so it
 * is enough to ask for them while nothing else of it is judged.
 */
function mayReadAhead(deps: Pick<Offering, 'desk'>, live: LiveAct): boolean {
  const { act, shares, stopped, untold, unlisted } = live;
  if (shares !== undefined || stopped !== undefined || untold !== undefined) return false;
  if (likelyUnseen({ unseen: [...(unlisted?.values() ?? [])] }).length > 0) return false;
  if (deps.desk.deniedOf(act.id)) return false;
  return !deps.desk
    .list()
    .some(({ actId, usedIn, alsoBy = [] }) => [actId, usedIn, ...alsoBy].includes(act.id));
}

/** One that goes out as a delete: a write that comes to one can't be pinned to the version that was kept. */
function isPlain({ through, options, target }: Delete): boolean {
  return through === undefined && options.preconditions === undefined && isLeaf(target);
}

/** It came in the form in which it is judged, so that the next one can be told by its bytes. */
function isAsWritten({ path }: AskedRequest, { target }: Delete): boolean {
  return path === pathOf(target, target.name ?? '');
}

function pathOf(target: Delete['target'], name: string): string {
  return canonicalPath(resourcePath(target, { namespace: target.namespace, name }));
}

/** Whether the door may have what was read ahead of its act, as it stands at this moment. */
export function mayOffer(deps: Offering, { live, seen }: Pick<Step, 'live' | 'seen'>): boolean {
  return mayReadAhead(deps, live) && deps.ahead.mayBegin(live, seen.radius.seenAt);
}

/**
 * What will be asked next, judged now: each as if it had come, one after the other, with what was seen for all of them
 * together. Only what goes by itself, stands as it was seen, and passes; whatever is special is judged when it comes.
 */
export function nextOnes(deps: JudgingAhead, step: Step, objects: readonly KubeObject[]): Step[] {
  const { request, as, sender, cluster, subject, seen, live } = step;
  const effect = deleteIn(subject.effect);
  if (!effect || seen.needed !== undefined || seen.radius.state !== 'complete') return [];
  if (deps.clock.now() - seen.radius.seenAt > REMEMBERED || !mayOffer(deps, step)) return [];
  const [first] = subject.objects;
  const alone = aloneIn(seen.radius);
  const members = new Map(seen.radius.members.map((member) => [member.ref.uid, member]));
  const steps: Step[] = [];
  const answers: RuleAnswers = new Map();
  for (const object of objects) {
    const { uid = '', name, finalizers = [], deletionTimestamp, resourceVersion } = object.metadata;
    const member = members.get(uid);
    if (uid === first?.metadata.uid || !alone.has(uid) || member?.loss !== 'restorable') continue;
    if (member.fate !== 'deleted' || finalizers.length > 0 || deletionTimestamp !== undefined) continue;
    // What is kept and pinned is what was looked at.
    if (resourceVersion === undefined || seen.versions?.get(uid) !== resourceVersion) continue;
    const target = { ...effect.target, name };
    const own: Delete = { ...effect, target };
    const asked = { ...request, id: deps.ids.request(), path: pathOf(target, name) };
    // Somebody has said yes to just this one: that is taken when it comes.
    const key = requestKey({ request: asked, sender }, own);
    if (deps.desk.seePass(request.person, key)) continue;
    const aims = [aimOfDelete(own, refOf(object))];
    const judged: Judged = { kind: 'destructive', effect: own, objects: [object], aims };
    const act = { ...live.act, soFar: live.act.soFar + steps.length + 1 };
    const next: Omit<Step, 'decision'> = {
      request: asked,
      as,
      sender,
      cluster,
      subject: judged,
      seen: { ...seen, own: { ...seen.radius, targets: [member.ref], members: [member] } },
      live: { ...live, act },
      key,
    };
    const decision = decideOn(deps, next, answers);
    if (decision.then !== 'allow' && decision.then !== 'warn') continue;
    steps.push({ ...next, live, decision });
  }
  return steps;
}
