import { sessionLists } from '@toolcrib/guard/act/sessions';
import type { HoldDesk } from '@toolcrib/guard/hold/desk';
import { randomIds } from '@toolcrib/guard/hold/ids';
import { leasedCluster } from '@toolcrib/guard/lease/leased-cluster';
import { clientProcesses, desktop, processLives, tellAll, waitingTerminal } from '@toolcrib/guard/notify';
import type { Judgements } from '@toolcrib/guard/port/judgements';
import type { FromJudge } from '@toolcrib/guard/port/messages';
import { unmarkLeft } from '@toolcrib/guard/undo';
import { actRegistry } from '@toolcrib/guard/way/act-registry';
import { ahead } from '@toolcrib/guard/way/ahead';
import type { WayDeps } from '@toolcrib/guard/way/deps';
import { earlyLooks } from '@toolcrib/guard/way/early';
import { goingOut } from '@toolcrib/guard/way/going';
import { hookWatches } from '@toolcrib/guard/way/hook-watches';
import { letGo } from '@toolcrib/guard/way/let-go';
import { onTheWay } from '@toolcrib/guard/way/on-the-way';
import { ownedLooks } from '@toolcrib/guard/way/owned';
import { requestHandler } from '@toolcrib/guard/way/request-handler';
import { resumeSoftenings } from '@toolcrib/guard/way/resume-softenings';
import { type Settling, settling } from '@toolcrib/guard/way/settling';
import { softenings } from '@toolcrib/guard/way/softening-records';
import { standingOwners } from '@toolcrib/guard/way/standing';
import { windows } from '@toolcrib/guard/way/windows';
import { type Clock, toldOnce } from '@toolcrib/model';
import { readManifests } from '../../laptop/manifests.ts';
import { rulesStamp } from '../../laptop/policy-stamp.ts';
import { finishing } from '../finishing.ts';
import { log } from '../log.ts';
import type { Recalls } from '../recalls.ts';
import { untimed } from './desk.ts';
import type { Opened } from './opened.ts';

/** What one context's thread does with what it has opened. */
export interface Way {
  thinking: ReturnType<typeof requestHandler>;
  deps: WayDeps;
  windows: ReturnType<typeof windows>;
  settle: Settling;
}

/** What a way stands on. */
export interface Ground {
  opened: Opened;
  desk: HoldDesk;
  running: Judgements;
  recalling: Recalls;
  clock: Clock;
  /** When this thread began. Milliseconds since 1970. */
  startedAt: number;
  env: Record<string, string | undefined>;
  policyPath: string;
  /** To the door's thread. */
  post(message: FromJudge): void;
  /** How many requests of an earlier life are unsettled; -1 where that can't be told. */
  unsettled(count: number): void;
}

/** Puts the way of a request together. From then on windows that are open are watched over, and nothing else is begun. */
export function wayOver(ground: Ground): Way {
  const { desk, clock, post, recalling } = ground;
  const { journal, lease, policy } = ground.opened;
  const clusterFor = async (name: string) => ground.running.announced(ground.opened.cluster(name));
  const ids = randomIds();
  const sessions = sessionLists();
  const clientOf = clientProcesses();
  const ways = onTheWay();
  const windowMs = () => policy.current().softenMs;
  const { isBeingAdopted } = ways;
  const damaged = toldOnce(log);
  const finish = finishing({
    journal,
    clusterFor: async (name) => leasedCluster(await clusterFor(name), lease),
    clock,
    windowMs,
    isBeingAdopted,
  });
  const deps: WayDeps = {
    journal,
    clusterFor,
    policy: () => policy.current(),
    clock,
    ids,
    lease,
    notifier: tellAll([desktop(ground.env, process.platform), waitingTerminal()], log),
    desk: untimed(desk, (told) => post({ type: 'waiting', ...told })),
    sessions,
    hooks: hookWatches(clock, () => opened.republish()),
    acts: actRegistry({
      journal,
      clock,
      ids,
      sessions,
      deniedAt: (actId) => desk.deniedOf(actId)?.at,
      isHeld: (actId) => desk.openOf(actId) !== undefined,
      clientOf,
      lives: processLives,
      manifests: readManifests,
    }),
    ahead: ahead(
      { journal, clock, onTheWay: ways, log },
      { give: (given) => post({ type: 'passes', given }), recall: recalling.ask },
      (id, at) => thinking.late(id, at),
    ),
    early: earlyLooks({ clock, clusterFor, clientOf }),
    rules: () => rulesStamp(ground.policyPath),
    owned: ownedLooks(clock),
    owners: standingOwners(clock),
    letGo: letGo(clock),
    onTheWay: ways,
    going: goingOut(clock),
    softenings: softenings(),
    finish,
    unmark: (cluster, record, all) => unmarkLeft(cluster, record, { all }),
    async windowOpened() {
      // Who needs what was judged before this was softened: asked anew.
      await Promise.all([opened.publish(), deps.ahead.recallAll()]);
    },
    lookLater: () => settle.soon(),
    damaged,
    log,
  };
  const opened = windows({
    journal,
    clock,
    windowMs,
    isOurs: lease.isOurs,
    damaged,
    finish: (softened, why) => finish(softened, why, true),
    resume: () => resumeSoftenings(deps),
    also: () => deps.hooks.keys(),
    publish: (keys) => post({ type: 'create-watches', keys }),
    log,
  });
  const settle = settling(deps, ground.startedAt, ground.unsettled);
  const thinking = requestHandler(deps);
  return { thinking, deps, windows: opened, settle };
}
