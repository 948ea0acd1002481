import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { sessionLists } from '@toolcrib/guard/act/sessions';
import { holdDesk } from '@toolcrib/guard/hold/desk';
import { randomIds } from '@toolcrib/guard/hold/ids';
import { loadKey, openJournal, reopeningJournal } from '@toolcrib/guard/journal';
import { leaseView } from '@toolcrib/guard/lease/lease';
import { stampedJournal } from '@toolcrib/guard/lease/stamped-journal';
import { clientProcesses, desktop, processLives, tellAll, waitingTerminal } from '@toolcrib/guard/notify';
import type { Channel } from '@toolcrib/guard/port/client';
import { hostBrain } from '@toolcrib/guard/port/host';
import { judgements } from '@toolcrib/guard/port/judgements';
import type { FromJudge } from '@toolcrib/guard/port/messages';
import { unmarkLeft } from '@toolcrib/guard/undo';
import { acts } from '@toolcrib/guard/way/acts';
import { ahead } from '@toolcrib/guard/way/ahead';
import { brain } from '@toolcrib/guard/way/brain';
import type { WayDeps } from '@toolcrib/guard/way/deps';
import { earlyLooks } from '@toolcrib/guard/way/early';
import { goingOut } from '@toolcrib/guard/way/going';
import { hookWatches } from '@toolcrib/guard/way/hook-watches';
import { letGo } from '@toolcrib/guard/way/let-go';
import { onTheWay } from '@toolcrib/guard/way/on-the-way';
import { ownedLooks } from '@toolcrib/guard/way/owned';
import { resumeSoftenings } from '@toolcrib/guard/way/resume';
import { settling } from '@toolcrib/guard/way/settling';
import { softenings } from '@toolcrib/guard/way/softenings';
import { standingOwners } from '@toolcrib/guard/way/standing';
import { windows } from '@toolcrib/guard/way/windows';
import { messageOf } from '@toolcrib/model';
import { contexts } from '../laptop/contexts.ts';
import { readManifests } from '../laptop/manifests.ts';
import { policyFile } from '../laptop/policy-file.ts';
import { rulesStamp } from '../laptop/policy-stamp.ts';
import { systemClock } from '../laptop/system-clock.ts';
import type { FromDesk, ToDesk } from './desk-messages.ts';
import { finishing } from './finishing.ts';
import { answerAtDesk } from './hold-answers.ts';
import { log } from './log.ts';
import { ownJournal } from './own-journal.ts';
import { patient } from './patient.ts';
import { recalls } from './recalls.ts';

/** What the door's thread hands to a worker at its start. */
export interface WorkerSetup {
  /** The journal's folder: database and key. */
  journal: string;
  policyPath: string;
  home: string;
  /** Environment of the guard; KUBECONFIG and the key come from here. */
  env: Record<string, string | undefined>;
}

/** The first message of all: from now on it judges, for one context. */
export interface Serve {
  type: 'serve';
  context: string;
  /** Requests that the door still has from an earlier thread. */
  underWay: string[];
  /** To the thread that people ask. */
  desk: MessagePort;
}

/** Milliseconds. */
const SETTLE_BEFORE = 5_000;

/** Everything that thinks, for one context. The door's thread only moves bytes; people ask the keeper. */
async function main(
  setup: WorkerSetup,
  channel: Channel,
  { context, underWay, desk: port }: Serve,
  begin: Extract<ToDesk, { type: 'begin' }>,
): Promise<void> {
  const { env, home } = setup;
  const startedAt = Date.now();
  const clock = systemClock;
  const post = (message: FromJudge) => channel.postMessage(message);
  const tellDesk = (message: FromDesk) => port.postMessage(message);
  const openOwn = () =>
    openJournal({ folder: setup.journal, key: loadKey({ folder: setup.journal, env }), clock });
  const elsewhere = new Set(underWay);
  const stored = reopeningJournal(openOwn);
  const lease = leaseView({ journal: stored, clock }, begin.lease);
  const journal = stampedJournal(ownJournal(stored, context, elsewhere), lease);
  const clusters = contexts({ env, home });
  const policy = policyFile(setup.policyPath, begin.policy);
  const ids = randomIds();
  const sessions = sessionLists();
  const desk = holdDesk(
    clock,
    (hold) => {
      journal
        .saveHold(hold)
        .catch((error: unknown) => log('a hold could not be written down', { why: String(error) }));
    },
    (hold) => tellDesk({ type: 'hold', hold }),
  );
  for (const hold of begin.holds) desk.restore(hold);
  const running = judgements((id) => post({ type: 'acting', id }));
  const clusterFor = async (name: string) => running.announced(clusters.cluster(name));
  /** While a person is asked no time limit runs. */
  const waiting = async <Result>(id: string, code: string, work: Promise<Result>): Promise<Result> => {
    post({ type: 'waiting', id, code });
    return work.finally(() => post({ type: 'waiting', id }));
  };
  const ways = onTheWay();
  const finish = finishing({
    journal,
    clusterFor,
    clock,
    windowMs: () => policy.current().softenMs,
    isBeingAdopted: ways.isBeingAdopted,
  });
  const recalling = recalls((call, actId) => post({ type: 'recall', call, actId }));
  const clientOf = clientProcesses();
  const ofActs = acts({
    journal,
    clock,
    ids,
    sessions,
    deniedAt: (actId) => desk.deniedOf(actId)?.at,
    isHeld: (actId) => desk.openOf(actId) !== undefined,
    clientOf,
    lives: processLives,
    manifests: readManifests,
  });
  const deps: WayDeps = {
    journal,
    clusterFor,
    policy: () => policy.current(),
    clock,
    ids,
    lease,
    notifier: tellAll([desktop(env, process.platform), waitingTerminal()], log),
    desk: {
      ...desk,
      place: (hold, waitMs) => waiting(hold.requestId, hold.code, desk.place(hold, waitMs)),
      waitOn: (code, requestId, waitMs, by) =>
        waiting(requestId, code, desk.waitOn(code, requestId, waitMs, by)),
    },
    sessions,
    hooks: hookWatches(clock, () => windowsOpen.republish()),
    acts: ofActs,
    ahead: ahead(
      { journal, clock, onTheWay: ways, log },
      {
        give: (given) => post({ type: 'passes', given }),
        recall: recalling.ask,
      },
      (id, at) => thinking.late(id, at),
    ),
    early: earlyLooks({ clock, clusterFor, clientOf }),
    rules: () => rulesStamp(setup.policyPath),
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
      await Promise.all([windowsOpen.publish(), deps.ahead.recallAll()]);
    },
    lookLater: () => settle.soon(),
    log,
  };
  // What of their commands comes on is found to be theirs: a no ends the act whichever thread judges.
  for (const { actId } of begin.holds) void deps.acts.byId(actId);
  const windowsOpen = windows({
    journal,
    clock,
    windowMs: () => policy.current().softenMs,
    isOurs: lease.isOurs,
    finish: (softened, why) => finish(softened, why, true),
    resume: () => resumeSoftenings(deps),
    also: () => deps.hooks.keys(),
    publish: (keys) => post({ type: 'create-watches', keys }),
    log,
  });

  const settle = settling(deps, startedAt, (count) => tellDesk({ type: 'unsettled', count }));

  /** What another thread handed to the door, and its outcome comes here: as if it had been ours. */
  const adopt = async (id: string): Promise<void> => {
    const kept = (await journal.requests({ state: 'kept' })).find((request) => request.id === id);
    if (kept) ways.handedOver(kept);
  };

  const thinking = brain(deps);

  port.on('message', (message: ToDesk) => {
    if (message.type !== 'lease') return;
    const more = message.news.inherited.some((guard) => !lease.inherited().includes(guard));
    lease.hear(message.news);
    if (more) void settle.pass();
  });
  answerAtDesk(port, desk, () => policy.current().passMs);

  hostBrain(
    channel,
    {
      ...thinking,
      recalled: recalling.answered,
      settled(id, outcome) {
        if (!elsewhere.delete(id)) return thinking.settled(id, outcome);
        adopt(id)
          .catch((error: unknown) => log('an outcome could not be looked up', { id, why: String(error) }))
          .finally(() => thinking.settled(id, outcome));
      },
      stopping: () => desk.close(),
      async close() {
        windowsOpen.close();
        settle.close();
        await thinking.close();
        await journal.close();
        await clusters.close();
        port.close();
      },
    },
    running,
  );
  post({ type: 'begun' });
  // The windows that an earlier life left must be watched before anybody can create into them.
  await windowsOpen
    .publish()
    .catch((error: unknown) => log('softened acts are not watched', { why: String(error) }));
  // A cluster that does not answer must not keep the guard of all the others from starting.
  await Promise.race([settle.pass(), new Promise<void>((resolve) => clock.after(SETTLE_BEFORE, resolve))]);
  post({ type: 'ready' });
}

if (parentPort) {
  const own = parentPort;
  own.once('message', (serve: Serve) => {
    const channel = patient(own as unknown as Channel);
    serve.desk.once('message', (begin: Extract<ToDesk, { type: 'begin' }>) => {
      main(workerData as WorkerSetup, channel, serve, begin).catch((error: unknown) => {
        const message = messageOf(error);
        channel.postMessage({ type: 'start-failed', message } satisfies FromJudge);
      });
    });
  });
}
