// Step: act
import { groupVersionOf, type ObjectRef, refOf } from '@toolcrib/kube';
import type { Clock, Effect, Hold, Target } from '@toolcrib/model';
import { ACT_PAUSE } from '../act/group.ts';
import { beginsUninstall, kindOf, unreadWhy } from '../effects/index.ts';
import type { Judged } from '../effects/subject.ts';
import type { HoldDesk } from '../hold/desk.ts';
import type { HookAt } from '../look/uninstall.ts';
import type { HookWatches } from './hook-watches.ts';
import type { LiveAct, StoppedUninstall } from './live-act.ts';

/** Where the creates of helm's hooks are watched, once its uninstall was stopped. */
export interface Stopping {
  clock: Pick<Clock, 'now'>;
  hooks: Pick<HookWatches, 'watch'>;
}

/** By what it is known whether an uninstall is still stopped. */
export interface Stopped {
  clock: Pick<Clock, 'now'>;
  desk: Pick<HoldDesk, 'get' | 'list' | 'deniedOf'>;
}

/** Remembers that the write which would have begun an uninstall was not sent; for another write than that nothing. */
export function stopUninstall(
  { clock, hooks }: Stopping,
  { live, subject }: { live: LiveAct; subject: Judged },
  how: Pick<StoppedUninstall, 'code' | 'why'>,
): void {
  if (!beginsUninstall(subject.effect)) return;
  const foretold = subject.kind === 'not-understood' ? undefined : subject.aims.map(({ ref }) => ref);
  live.stopped ??= new Map();
  const one = { ...stopped(clock.now(), foretold, how), hooks: subject.hooks };
  live.stopped.set(recordIn(subject.effect), one);
  live.begun?.delete(recordIn(subject.effect));
  hooks.watch(live.act.context, hooksOf(one, recordTarget(subject.effect)?.namespace));
}

/** It was let go after all. */
export function beginUninstall(live: LiveAct, effect: Effect): void {
  if (beginsUninstall(effect)) live.stopped?.delete(recordIn(effect));
}

/**
 * The stopped uninstall that a request is a further step of: it deletes what that was about to delete, by its name, as
 * helm does. A program that does other things too (k9s uninstalls by itself) is not stopped in those; and what is left
 * is nobody's step any more, once a pause lies after the last one. One `helm uninstall` does nothing else as long as it runs.
 *
 * @param shared the hold of another act under which this one was held too
 */
export function stoppedUninstall(
  deps: Stopped,
  { live, subject }: { live: LiveAct; subject: Judged },
  shared: Hold | undefined,
): { why: string } | { hold: Hold } | undefined {
  // helm neither evicts nor scales, and the write that begins an uninstall is judged anew.
  if (!kindOf(subject.effect).helmSends || beginsUninstall(subject.effect)) return undefined;
  fromDesk(deps, live, shared);
  const now = deps.clock.now();
  for (const [record, one] of live.stopped ?? []) {
    if (now - one.at > ACT_PAUSE && !live.oneUninstall) {
      live.stopped?.delete(record);
      continue;
    }
    const hold = one.code === undefined ? undefined : deps.desk.get(one.code);
    // With a no the act has ended; what is over is judged anew.
    const why = one.why ?? stoppedBefore(hold);
    if (why === undefined && hold?.state !== 'open') continue;
    if (!isStepOf(one, subject, now)) continue;
    if (why !== undefined) return { why };
    if (hold) return { hold };
  }
  return undefined;
}

/**
 * A yes is for an uninstall from its record on: what goes on of one whose record was not let go (that is forgotten here
 * once it is) would delete before anything was written, while its person has just been told to send it again.
 */
function stoppedBefore(hold: Hold | undefined): string | undefined {
  if (hold?.state !== 'approved' && hold?.state !== 'used') return undefined;
  return `it was stopped before the yes to it (${hold.code}); send it again`;
}

/** After the thread that stopped it has ended, only the desk knows of it. */
function fromDesk({ desk }: Stopped, live: LiveAct, shared: Hold | undefined): void {
  for (const hold of desk.list()) {
    if (hold.state !== 'open' || !beginsUninstall(hold.effect)) continue;
    const record = recordIn(hold.effect);
    if ((hold.actId !== live.act.id && hold !== shared) || live.stopped?.has(record)) continue;
    const foretold = unreadWhy(hold.effect) === undefined ? hold.radius.targets : undefined;
    live.stopped ??= new Map();
    live.stopped.set(record, stopped(hold.createdAt, foretold, { code: hold.code }));
  }
}

function stopped(
  at: number,
  foretold: readonly ObjectRef[] | undefined,
  how: Pick<StoppedUninstall, 'code' | 'why'>,
): StoppedUninstall {
  return { ...how, at, tried: new Set(), ...(foretold ? { foretold: new Set(foretold.map(nameIn)) } : {}) };
}

/** A step of it that is new begins the pause anew: a large release takes its time. The same once more is no step. */
function isStepOf(one: StoppedUninstall, { objects }: Judged, now: number): boolean {
  const { foretold, tried } = one;
  if (foretold === undefined) return true;
  const names = objects.map((object) => nameIn(refOf(object))).filter((name) => foretold.has(name));
  if (names.some((name) => !tried.has(name))) one.at = now;
  for (const name of names) tried.add(name);
  return names.length > 0;
}

function nameIn({ apiVersion, kind, namespace, name }: ObjectRef): string {
  return JSON.stringify([groupVersionOf(apiVersion).group, kind, namespace, name]);
}

/**
 * What helm would make of a stopped uninstall's hooks. It refuses to be stopped by a refusal of its record: a hook runs
 * then although nobody has said yes, and it may delete what it likes.
 */
export function stoppedHook(
  { clock, desk }: Stopped,
  live: LiveAct,
  made: HookAt,
): { why: string } | { hold: Hold } | undefined {
  for (const [record, one] of live.stopped ?? []) {
    const namespace = namespaceIn(record);
    if (clock.now() - one.at > ACT_PAUSE && !live.oneUninstall) continue;
    if (!hooksOf(one, namespace).some((hook) => isHook(hook, made))) continue;
    const hold = one.code === undefined ? undefined : desk.get(one.code);
    const why = one.why ?? stoppedBefore(hold);
    if (why !== undefined) return { why: `its uninstall was refused: ${why}` };
    if (hold?.state === 'open') return { hold };
    const no = desk.deniedOf(hold?.actId ?? live.act.id);
    if (no) return { why: `${no.by} said no to its uninstall (${no.code})` };
  }
  return undefined;
}

/** Where the record can't be read: what hooks are made of. */
function hooksOf(
  { hooks }: Pick<StoppedUninstall, 'hooks'>,
  namespace: string | undefined,
): readonly HookAt[] {
  return (
    hooks ?? [
      { group: 'batch', resource: 'jobs', namespace },
      { group: '', resource: 'pods', namespace },
    ]
  );
}

/** One that names nothing that can be read may be any. */
function isHook(hook: HookAt, made: HookAt): boolean {
  const same = hook.group === made.group && hook.resource === made.resource;
  if (!same || hook.namespace !== made.namespace) return false;
  return hook.name === undefined || made.name === undefined || hook.name === made.name;
}

/** The release's record that a request writes. */
export function recordIn(effect: Effect): string {
  const target = recordTarget(effect);
  return JSON.stringify([target?.resource, target?.namespace, target?.name]);
}

function namespaceIn(record: string): string | undefined {
  return (JSON.parse(record) as (string | null)[])[1] ?? undefined;
}

function recordTarget(effect: Effect): Target | undefined {
  return 'target' in effect ? effect.target : undefined;
}
