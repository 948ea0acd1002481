import { parentPort, workerData } from 'node:worker_threads';
import { loadKey, openJournal, reopeningJournal } from '@toolcrib/guard/journal';
import type { Channel } from '@toolcrib/guard/port/client';
import { state as windowState } from '@toolcrib/guard/way/windows';
import { ToolcribError } from '@toolcrib/model';
import { answeredFrom, type Lineage, lineageOf, mayAnswer } from '../../cage/lineage.ts';
import { runProcesses } from '../../cage/run-processes.ts';
import { forgetRun } from '../../cage/runs.ts';
import { desks } from '../../compose/desks.ts';
import { housekeeping } from '../../compose/housekeeping.ts';
import type { FromKeeper, KeeperSetup, ToKeeper } from '../../compose/keeper-messages.ts';
import { log } from '../../compose/log.ts';
import { unfinishedContexts } from '../../compose/own-journal.ts';
import { personOf } from '../../laptop/api/person.ts';
import type { GuardStatus } from '../../laptop/api/schema.ts';
import { contexts } from '../../laptop/contexts.ts';
import { loadDoorIdentity } from '../../laptop/door-identity.ts';
import { mints } from '../../laptop/mints.ts';
import { pathsOf } from '../../laptop/paths.ts';
import { policyFile } from '../../laptop/policy-file.ts';
import { systemClock } from '../../laptop/system-clock.ts';
import { version } from '../../laptop/version.ts';
import { serveApi } from './server.ts';

/** Milliseconds. */
const AGAIN = 15_000;
const POLICY_EVERY = 2_000;
const AFTER_END = 1_000;

/**
 * The keeper: what people ask of the guard. It never looks at a request or at an object of a cluster, so that nothing that
 * a cluster or a client sends can keep it from answering.
 */
async function main(setup: KeeperSetup, channel: Channel): Promise<void> {
  const { env, home } = setup;
  const startedAt = Date.now();
  const clock = systemClock;
  const post = (message: FromKeeper) => channel.postMessage(message);
  const openOwn = () =>
    openJournal({ folder: setup.journal, key: loadKey({ folder: setup.journal, env }), clock });
  const journal = reopeningJournal(openOwn);
  // A full disk or a read-only folder is no reason to stop reads; a wrong key or a damaged journal is for a person.
  await journal.probe().catch((error: unknown) => {
    if (!(error instanceof ToolcribError) || !['journal', 'newer'].includes(error.code)) throw error;
    log('the journal can not be written now: nothing destructive will pass', { why: error.message });
  });
  const clusters = contexts({ env, home });
  const policy = policyFile(setup.policyPath, undefined, { log });
  const held = desks({ clock, policy: () => policy.text(), answerLimit: setup.answerLimit });
  const keepHouse = housekeeping({
    journal,
    openJournal: openOwn,
    clock,
    keepMs: () => policy.current().keepMs,
    log,
  });
  const readPolicy = (): void => {
    // So that the last good one is known when it breaks.
    policy.current();
    clock.after(POLICY_EVERY, readPolicy);
  };
  readPolicy();

  const minting = mints({
    contexts: clusters,
    ownTokens: async () => Object.values((await loadDoorIdentity(pathsOf(env, home), [])).tokens),
    grant: (token, grant) => post({ type: 'grant', token, grant }),
  });
  const running = runProcesses(clock);
  let opened = false;
  let ending: GuardStatus['ending'] = null;
  const api = await serveApi(
    {
      status: async (): Promise<GuardStatus> => {
        // Whoever starts the guard waits for this: it is up only when its door is open.
        if (!opened) throw new ToolcribError('not-running', 'The guard is starting.', { next: 'Ask again.' });
        return status();
      },
      holds: () => held.list(),
      hold: (code) => held.get(code),
      answer: async (code, body, asker) => {
        // A no is nobody's yes: it may come from anywhere.
        if (body.as !== 'denied') mayAnswer(asker?.pid, running.all(), 'approved');
        const answer = { as: body.as, withoutNet: body.withoutNet, by: personOf(asker) };
        return held.answer(code, answer, answeredFrom(asker?.pid, running.all()));
      },
      async mint(request, asker) {
        const runs = running.all();
        const above: Lineage = asker ? lineageOf(asker.pid, runs) : { of: 'unknown', why: 'it shows none' };
        // What an agent starts under a run of its own is the agent's all the same; whose it is that can't be told may be an agent's.
        const agents =
          above.of === 'unknown' ? runs.some((one) => one.agent) : above.of === 'run' && above.agent;
        const agent = request.agent === true || agents;
        const person = personOf(asker);
        const run = await minting.mint({ ...request, person, ...(agent ? { agent } : {}) });
        running.began(run.id, asker?.pid, agent);
        return run;
      },
      revoke(id) {
        minting.ended(id);
        running.ended(id);
        post({ type: 'revoke', id });
        // A process that is killed lets go of its connections a moment before it is gone.
        forgetRun(setup.runs, id);
        clock.after(AFTER_END, () => forgetRun(setup.runs, id));
      },
      stop: () => post({ type: 'stop' }),
      log,
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
      held: held.list().filter((hold) => hold.state === 'open').length,
      journal: await journal.probe().then(
        () => null,
        (error: unknown) => String(error instanceof Error ? error.message : error),
      ),
      unsettled: held.unsettled(),
      ending,
      policy: policy.state(),
      softened: (await journal.softenings({ state: 'softened' }).catch(() => [])).map((record) => ({
        actId: record.actId,
        what: `${record.owner.kind} ${record.owner.namespace ?? ''}/${record.owner.name}`,
        finishAfter: record.finishAfter,
        state: windowState(record, clock.now(), policy.current().softenMs),
      })),
    };
  }

  channel.on('message', (message: ToKeeper) => {
    switch (message.type) {
      case 'desk':
        return held.join(message.context, message.desk);
      case 'opened':
        opened = true;
        return;
      case 'ending':
        ending = message.waits;
        return;
      case 'close':
        keepHouse();
        api.closeAllConnections();
        api.close();
        void journal
          .close()
          .then(() => clusters.close())
          .finally(() => post({ type: 'closed' }));
    }
  });

  const findUnfinished = async (): Promise<void> => {
    try {
      const unfinished = await unfinishedContexts(journal, clusters.names()[0]);
      held.expect(unfinished);
      post({ type: 'unfinished', contexts: unfinished });
    } catch (error) {
      held.unknown();
      log('what an earlier life left could not be looked up yet', { why: String(error) });
      clock.after(AGAIN, () => void findUnfinished());
    }
  };
  await findUnfinished();
  post({ type: 'ready' });
}

if (parentPort) {
  main(workerData as KeeperSetup, parentPort as unknown as Channel).catch((error: unknown) => {
    // A thrown error would lose its class and code on its way to the parent.
    const known = error instanceof ToolcribError ? error : undefined;
    const message = error instanceof Error ? error.message : String(error);
    const failed: FromKeeper = {
      type: 'start-failed',
      code: known?.code ?? 'journal',
      message,
      next: known?.next,
    };
    parentPort?.postMessage(failed);
  });
}
