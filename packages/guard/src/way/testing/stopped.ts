import type { KubeObject } from '@toolcrib/kube';
import type { Effect, Hold } from '@toolcrib/model';
import type { Judged } from '../../effects/subject.ts';
import { holdDesk } from '../../hold/desk.ts';
import { aHold, anAct } from '../../journal/testing/records.ts';
import type { HookAt } from '../../look/uninstall.ts';
import { handClock } from '../../testing/hand-clock.ts';
import { holdsInMemory } from '../../testing/holds-in-memory.ts';
import { loneLease } from '../../testing/lease.ts';
import { hookWatches } from '../hook-watches.ts';
import type { LiveAct } from '../live-act.ts';
import { stoppedHook, stoppedUninstall, stopUninstall } from '../stopped-uninstalls.ts';

// The whole way of it is in begun-uninstalls.test.ts; here is what is remembered, and for how long.

const WHY = { why: 'a rule said no' };
export const job: HookAt = { group: 'batch', resource: 'jobs', namespace: 'shop', name: 'web-hook' };

export function recordOf(release: string): Effect & { verb: 'uninstall' } {
  const name = `sh.helm.release.v1.${release}.v1`;
  const target = { group: '', version: 'v1', resource: 'secrets', namespace: 'shop', name };
  return { verb: 'uninstall', target, release, dryRun: false };
}
export const map = (name: string, apiVersion = 'v1'): KubeObject => ({
  apiVersion,
  kind: 'ConfigMap',
  metadata: { namespace: 'shop', name, uid: name },
});
const aimAt = (name: string) => ({
  ref: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name },
  type: { group: '', resource: 'configmaps' },
  effect: { does: 'delete' as const, options: {} },
});
/** The write that begins an uninstall which will delete these. */
export function uninstall(names: string[], hooks?: HookAt[], release = 'web'): Judged {
  return {
    kind: 'destructive',
    effect: recordOf(release),
    objects: [],
    aims: names.map(aimAt),
    ...(hooks ? { hooks } : {}),
  };
}
export function deletes(...objects: KubeObject[]): Judged {
  const [first] = objects;
  const target = {
    group: '',
    version: 'v1',
    resource: 'configmaps',
    namespace: 'shop',
    name: first?.metadata.name,
  };
  return {
    kind: 'destructive',
    effect: { verb: 'delete', target, options: {}, dryRun: false },
    objects,
    aims: [],
  };
}

export function opened() {
  const hand = handClock(1_000_000);
  const { clock } = hand;
  const desk = holdDesk({ clock, journal: holdsInMemory(), lease: loneLease, log: () => undefined });
  const hooks = hookWatches(clock);
  const live: LiveAct = { act: anAct(), expected: new Map() };
  const deps = { clock, desk, hooks };
  const found = (subject: Judged, shared?: Hold) => {
    const stopped = stoppedUninstall(deps, { live, subject }, shared);
    return stopped && ('why' in stopped ? stopped.why : stopped.hold.code);
  };
  return {
    live,
    desk,
    hooks,
    pass: hand.pass,
    stop: (subject: Judged, how: { code?: string; why?: string } = WHY) =>
      stopUninstall(deps, { live, subject }, how),
    found,
    hook(made: HookAt) {
      const stopped = stoppedHook(deps, live, made);
      return stopped && ('why' in stopped ? stopped.why : stopped.hold.code);
    },
    place: (more: Partial<Hold> = {}) =>
      desk.place(aHold({ effect: recordOf('web'), createdAt: 1_000_000, expiresAt: 9_000_000, ...more }), 0),
    yes: () => desk.answer('K7QM', { as: 'as-sent', by: 'ben', withoutNet: false }, 60_000),
  };
}
