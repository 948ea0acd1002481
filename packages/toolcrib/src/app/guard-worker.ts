import { randomBytes } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import type { AnswerBody, GuardStatus } from '../api/schema.ts';
import { serveApi, unknownCode } from '../api/server.ts';
import { sessionLists } from '../guard/act/sessions.ts';
import { holdDesk } from '../guard/hold/desk.ts';
import { randomIds } from '../guard/hold/ids.ts';
import type { Channel } from '../guard/port/client.ts';
import { hostBrain } from '../guard/port/host.ts';
import type { FromBrain } from '../guard/port/messages.ts';
import { acts } from '../guard/way/acts.ts';
import { brain } from '../guard/way/brain.ts';
import type { WayDeps } from '../guard/way/deps.ts';
import { ownedLooks } from '../guard/way/owned.ts';
import { recover } from '../guard/way/recover.ts';
import { resumeSoftenings } from '../guard/way/resume.ts';
import { softenings } from '../guard/way/softenings.ts';
import { loadKey, openJournal, reopeningJournal } from '../journal/index.ts';
import { type Hold, netOf, ToolcribError } from '../model/index.ts';
import { clientProcesses, desktop, tellAll, waitingTerminal } from '../notify/index.ts';
import { finishAct } from './acts.ts';
import { contexts } from './contexts.ts';
import { housekeeping } from './housekeeping.ts';
import { log } from './log.ts';
import { policyFile } from './policy-file.ts';
import { systemClock } from './system-clock.ts';
import { version } from './version.ts';
import { state as windowState, windows } from './windows.ts';

/** What the door's thread hands to the worker at its start. */
export interface WorkerSetup {
  state: string;
  /** The journal's folder: database and key. */
  journal: string;
  policyPath: string;
  socket: string;
  port: number;
  home: string;
  /** Environment of the guard; KUBECONFIG and the key come from here. */
  env: Record<string, string | undefined>;
}

/** Milliseconds. */
const RETRY_UNSETTLED = 15_000;
/** A context that was removed never answers: after so long it is left to the next start. */
const GIVE_UP_UNSETTLED = 60 * 60_000;
const SETTLE_BEFORE = 5_000;

/** The worker: everything that thinks, and the API that people ask. The door's thread only moves bytes. */
async function main(setup: WorkerSetup, channel: Channel): Promise<void> {
  const { env, home } = setup;
  const startedAt = Date.now();
  const clock = systemClock;
  const post = (message: FromBrain) => channel.postMessage(message);
  const openOwn = () =>
    openJournal({ folder: setup.journal, key: loadKey({ folder: setup.journal, env }), clock });
  const journal = reopeningJournal(openOwn);
  // A full disk or a read-only folder is no reason to stop reads; a wrong key or a damaged journal is for a person.
  await journal.probe().catch((error: unknown) => {
    if (!(error instanceof ToolcribError) || error.code !== 'journal') throw error;
    log('the journal can not be written now: nothing destructive will pass', { why: error.message });
  });
  const clusters = contexts({ env, home });
  const policy = policyFile(setup.policyPath);
  const ids = randomIds();
  const sessions = sessionLists();
  const desk = holdDesk(clock, (hold) => {
    journal
      .saveHold(hold)
      .catch((error: unknown) => log('a hold could not be written down', { why: String(error) }));
  });
  const clusterFor = async (context: string) => clusters.cluster(context);
  const finish = async (actId: string, why: string) => {
    const records = await finishAct({ journal, clusterFor, clock, by: `the guard (${why})` }, actId, {
      windowMs: policy.current().softenMs,
      byItself: true,
    });
    const failed = records.flatMap(({ results }) => results).find(({ result }) => result === 'failed');
    if (failed) throw new ToolcribError('api', `${failed.what}: ${failed.note ?? 'it could not be deleted'}`);
  };
  const deps: WayDeps = {
    journal,
    clusterFor,
    policy: () => policy.current(),
    clock,
    ids,
    notifier: tellAll([desktop(env, process.platform), waitingTerminal()], log),
    desk,
    sessions,
    acts: acts({
      journal,
      clock,
      ids,
      sessions,
      deniedAt: (actId) => desk.deniedOf(actId)?.at,
      clientOf: clientProcesses(),
    }),
    owned: ownedLooks(clock),
    onTheWay: new Map(),
    gone: new Set(),
    whenCreated: new Map(),
    softenings: softenings(),
    finish,
    windowOpened: () => windowsOpen.publish(),
    log,
  };
  const windowsOpen = windows({
    journal,
    clock,
    windowMs: () => policy.current().softenMs,
    finish,
    resume: () => resumeSoftenings(deps),
    publish: (keys) => post({ type: 'create-watches', keys }),
    log,
  });

  let unsettled = 0;
  const settleAll = async () => {
    const last = clock.now() - startedAt > GIVE_UP_UNSETTLED;
    let again = true;
    try {
      const found = await recover(deps, startedAt, last);
      unsettled = found.unsettled.length;
      again = found.again.length > 0;
    } catch (error) {
      unsettled = -1;
      log('what an earlier life left could not be settled yet', { why: String(error) });
    }
    if (again && !last) clock.after(RETRY_UNSETTLED, () => void settleAll());
  };

  const keepHouse = housekeeping({
    journal,
    openJournal: openOwn,
    clock,
    keepMs: () => policy.current().keepMs,
    log,
  });
  const thinking = brain(deps);
  let opened = false;
  const api = await serveApi(
    {
      status: async (): Promise<GuardStatus> => {
        // Whoever starts the guard waits for this: it is up only when its door is open.
        if (!opened) throw new ToolcribError('not-running', 'The guard is starting.', { next: 'Ask again.' });
        return status();
      },
      holds: () => desk.list(),
      hold: (code) => desk.get(code),
      answer: (code, body) => answerHold(code, body),
      mint({ tool, agent, person }) {
        const id = `run-${randomBytes(6).toString('hex')}`;
        const tokens = Object.fromEntries(
          clusters.names().map((context) => {
            const token = randomBytes(32).toString('base64url');
            post({ type: 'grant', token, grant: { id, context, person, tool, agent } });
            return [context, token];
          }),
        );
        return { id, tokens };
      },
      revoke: (id) => post({ type: 'revoke', id }),
      stop: () => post({ type: 'stop' }),
    },
    setup.socket,
  );

  async function status(): Promise<GuardStatus> {
    return {
      version,
      pid: process.pid,
      port: setup.port,
      startedAt,
      contexts: clusters
        .names()
        .map((context) => ({ context, mode: policy.current().modeFor(context, undefined) })),
      held: desk.list().filter((hold) => hold.state === 'open').length,
      journal: await journal.probe().then(
        () => null,
        (error: unknown) => String(error instanceof Error ? error.message : error),
      ),
      unsettled,
      policy: policy.state(),
      softened: (await journal.softenings({ state: 'softened' }).catch(() => [])).map((record) => ({
        actId: record.actId,
        what: `${record.owner.kind} ${record.owner.namespace ?? ''}/${record.owner.name}`,
        finishAfter: record.finishAfter,
        state: windowState(record, clock.now(), policy.current().softenMs),
      })),
    };
  }

  function answerHold(code: string, body: AnswerBody): Hold {
    const hold = desk.get(code);
    if (!hold) throw unknownCode(code);
    if (hold.needsName && body.as !== 'denied' && body.withoutNet !== hold.needsName) {
      const what = netOf(hold) === 'none' ? 'This could not be kept' : 'Not all of this can be kept';
      const as = hold.decision.softening?.possible ? body.as : 'as-sent';
      throw new ToolcribError('usage', `${what}, so it goes without a net or not at all.`, {
        next: `To let it go: toolcrib approve ${code} --${as} --without-net ${hold.needsName}`,
      });
    }
    if (!hold.needsName && body.withoutNet !== undefined) {
      throw new ToolcribError('usage', 'This can be kept, so it does not go without a net.', {
        next: `Leave --without-net out: toolcrib approve ${code} --as-sent`,
      });
    }
    if (body.as === 'softened' && !hold.decision.softening?.possible) {
      const why = hold.decision.softening?.why ?? 'this can only go as it was sent';
      throw new ToolcribError('usage', `This can't be softened: ${why}.`, {
        next: `toolcrib approve ${code} --as-sent`,
      });
    }
    const given =
      body.as === 'denied'
        ? { as: 'denied' as const, by: body.by }
        : { as: body.as, by: body.by, withoutNet: body.withoutNet !== undefined };
    const result = desk.answer(code, given, policy.current().passMs);
    if (result === 'unknown') throw unknownCode(code);
    if (result === 'closed')
      throw new ToolcribError('conflict', `${code} was answered already, or its time is over.`);
    return result;
  }

  hostBrain(channel, {
    ...thinking,
    opened: () => {
      opened = true;
    },
    async close() {
      windowsOpen.close();
      keepHouse();
      await thinking.close();
      api.closeAllConnections();
      api.close();
      await journal.close();
      await clusters.close();
    },
  });
  // The windows that an earlier life left must be watched before anybody can create into them.
  await windowsOpen
    .publish()
    .catch((error: unknown) => log('softened acts are not watched', { why: String(error) }));
  // A cluster that does not answer must not keep the guard of all the others from starting.
  await Promise.race([settleAll(), new Promise<void>((resolve) => clock.after(SETTLE_BEFORE, resolve))]);
  post({ type: 'ready' });
}

if (parentPort) {
  main(workerData as WorkerSetup, parentPort as unknown as Channel).catch((error: unknown) => {
    // A thrown error would lose its class and code on its way to the parent.
    const known = error instanceof ToolcribError ? error : undefined;
    const message = error instanceof Error ? error.message : String(error);
    const failed: FromBrain = {
      type: 'start-failed',
      code: known?.code ?? 'journal',
      message,
      next: known?.next,
    };
    parentPort?.postMessage(failed);
  });
}
