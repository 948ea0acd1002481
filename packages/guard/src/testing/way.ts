import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock, Cluster, Journal } from '@toolcrib/model';
import { sessionLists } from '../act/sessions.ts';
import { holdDesk } from '../hold/desk.ts';
import { randomIds } from '../hold/ids.ts';
import { loadKey, openJournal } from '../journal/index.ts';
import { builtInRules, loadPolicy } from '../policy/policy.ts';
import { passes } from '../port/passes.ts';
import type { AskedRequest } from '../request.ts';
import { actRegistry } from '../way/act-registry.ts';
import { ahead } from '../way/ahead.ts';
import type { WayDeps } from '../way/deps.ts';
import { earlyLooks } from '../way/early.ts';
import { goingOut } from '../way/going.ts';
import { hookWatches } from '../way/hook-watches.ts';
import { letGo } from '../way/let-go.ts';
import { onTheWay } from '../way/on-the-way.ts';
import { ownedLooks } from '../way/owned.ts';
import { softenings } from '../way/softening-records.ts';
import { standingOwners } from '../way/standing.ts';
import { holdsInMemory } from './holds-in-memory.ts';
import { loneLease } from './lease.ts';

export const testClock: Clock = {
  now: Date.now,
  after(delay, run) {
    // As the system's own clock: what is forgotten in ten minutes keeps no process for so long.
    const timer = setTimeout(run, delay).unref();
    return () => clearTimeout(timer);
  },
};

const DISABLED = JSON.stringify(builtInRules.map(({ name }) => name));

/** A policy for the context `prod`, in enforce mode unless said otherwise, where no client waits: these rules and no others. */
export function policyOf(rules: string, mode = 'enforce'): string {
  return `{apiVersion: toolcrib.dev/v1alpha1, kind: GuardPolicy, spec: {clusters: [{context: prod, mode: ${mode}}], hold: {waitSeconds: 0}, disable: ${DISABLED}, rules: ${rules}}}`;
}

/** The way of a request in this process, over a cluster (or several, by context) and a real journal. `change` may put in what a test needs. */
export function openWay(
  over: Cluster | WayDeps['clusterFor'],
  policy: string,
  change: (journal: Journal) => Journal = (it) => it,
  clock: Clock = testClock,
) {
  const clusterFor = typeof over === 'function' ? over : async () => over;
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-way-'));
  const stored = openJournal({ folder, key: loadKey({ folder, env: {} }), clock });
  const journal = change(stored);
  const loaded = loadPolicy(policy, 'guard.yaml');
  const [ids, sessions] = [randomIds(), sessionLists()];
  const desk = holdDesk({ clock, journal: holdsInMemory(), lease: loneLease, log: () => undefined });
  /** In the place of the door's thread. */
  const door = passes(clock, () => 'rules');
  const link = { give: door.give, recall: async (actId: string) => door.recall(actId) };
  const [going, log] = [onTheWay(), () => undefined];
  const deps: WayDeps = {
    journal,
    clusterFor,
    policy: () => loaded,
    clock,
    ids,
    lease: loneLease,
    notifier: { tell: () => undefined },
    desk,
    sessions,
    acts: actRegistry({
      journal,
      clock,
      ids,
      sessions,
      deniedAt: (actId) => desk.deniedOf(actId)?.at,
      isHeld: (actId) => desk.openOf(actId) !== undefined,
    }),
    hooks: hookWatches(clock),
    ahead: ahead({ journal, clock, onTheWay: going, log }, link, () => undefined),
    early: earlyLooks({ clock, clusterFor }),
    rules: () => 'rules',
    owned: ownedLooks(clock),
    owners: standingOwners(clock),
    letGo: letGo(clock),
    onTheWay: going,
    going: goingOut(clock),
    softenings: softenings(),
    finish: async () => undefined,
    unmark: async () => 0,
    windowOpened: async () => undefined,
    lookLater: () => undefined,
    damaged: ({ message }) => assert.fail(message),
    log,
  };
  const close = async () => {
    await stored.close();
    rmSync(folder, { recursive: true });
  };
  return { deps, journal: stored, door, close };
}

let count = 0;

/** A request as the door hands it on. */
export function asked(method: string, path: string, more: Partial<AskedRequest> = {}): AskedRequest {
  return {
    id: `req-${++count}`,
    context: 'prod',
    person: 'aiko',
    tokenId: 't1',
    method,
    path,
    query: '',
    headers: { 'user-agent': 'dashboard/1.0' },
    body: new Uint8Array(),
    ...more,
  };
}
