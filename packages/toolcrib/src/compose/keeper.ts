import { randomGuard } from '@toolcrib/guard/hold/ids';
import { keepLease } from '@toolcrib/guard/lease/keep-lease';
import { type Hold, toldOnce } from '@toolcrib/model';
import { runProcesses } from '../cage/run-processes.ts';
import { personOf } from '../laptop/api/person.ts';
import type { GuardStatus, RunTokenBody, RunTokens } from '../laptop/api/schema.ts';
import type { Asker } from '../laptop/api/witness.ts';
import { loadDoorIdentity } from '../laptop/door-identity.ts';
import { mints } from '../laptop/mints.ts';
import { pathsOf } from '../laptop/paths.ts';
import { policyFile } from '../laptop/policy-file.ts';
import { systemClock } from '../laptop/system-clock.ts';
import { type Operation, perform } from '../operations/operation.ts';
import { openCommand } from './command.ts';
import { contexts } from './contexts.ts';
import { desks } from './desks.ts';
import { errands } from './errands.ts';
import { guardStatus } from './guard-status.ts';
import { closeInherited, housekeeping } from './housekeeping.ts';
import { inheriting } from './inheriting.ts';
import { keeperGuard } from './keeper-guard.ts';
import type { FromKeeper, KeeperSetup, ToKeeper } from './keeper-messages.ts';
import { keepersJournal } from './keepers-journal.ts';
import { lastGuard } from './last-guard.ts';
import { leftOver } from './left-over.ts';
import { log } from './log.ts';
import { othersHolds } from './others-holds.ts';
import { runTokens } from './run-tokens.ts';

/** Milliseconds. */
const POLICY_EVERY = 2_000;
/** What is under way for somebody is given so long at the end. Milliseconds. */
const ERRANDS = 10_000;

/** What people ask of the guard, for a face to offer. Who asks is whose process the connection shows. */
export interface Office {
  perform(
    operation: Operation,
    input: unknown,
    asker: Asker | undefined,
    tell: (event: unknown) => void,
  ): Promise<unknown>;
  /** Tokens for a run, good until `revoke`. @throws ToolcribError `conflict` for tokens `again` that are not that run's */
  mint(request: RunTokenBody, asker: Asker | undefined): Promise<RunTokens>;
  revoke(id: string): void;
  log(line: string, detail?: Record<string, unknown>): void;
  /** What the door's thread says; `close` is {@link Office.close}. */
  hear(message: Exclude<ToKeeper, { type: 'close' }>): void;
  /** Looks for what an earlier life left, and goes on looking until that is known. */
  begin(): Promise<void>;
  close(): Promise<void>;
}

/**
 * The keeper never looks at a request or at an object of a cluster itself, so that nothing that a cluster or a client sends
 * can keep it from answering.
 * @throws ToolcribError `wrong-key`, `damaged`, `bad-file`
 */
export async function openKeeper(setup: KeeperSetup, post: (message: FromKeeper) => void): Promise<Office> {
  const { env, home } = setup;
  const startedAt = Date.now();
  const clock = systemClock;
  const { journal, openOwn } = await keepersJournal(setup, clock);
  const damaged = toldOnce(log);
  const clusters = contexts({ env, home });
  const policy = policyFile(setup.policyPath, undefined, { log });
  const held = desks({ clock, policy: () => policy.text(), answerLimit: setup.answerLimit });
  const last = lastGuard(setup.lastGuard);
  const lease = keepLease({
    journal,
    clock,
    newId: randomGuard,
    predecessor: last.read(),
    life: setup.lease,
    log,
    told: (news) => {
      held.lease(news);
      last.write(news);
      inherit(news);
      post({ type: 'lease', news });
    },
  });
  const yesLost = ({ code, actId, answer }: Hold) =>
    log('a yes came to its end before all that it was for had gone: nothing goes by it any more', {
      code,
      act: actId,
      by: answer?.by,
    });
  const inherit = inheriting({
    closeHolds: (news) => closeInherited(journal, news, damaged, yesLost),
    found: () => void begin(),
    log,
  });
  const others = othersHolds({ journal, clock, lease, damaged });
  const keepHouse = housekeeping({
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

  const running = runProcesses(clock);
  const runs = runTokens({
    minting: mints({
      contexts: clusters,
      ownTokens: async () => Object.values((await loadDoorIdentity(pathsOf(env, home), [])).tokens),
      grant: (token, grant) => post({ type: 'grant', token, grant }),
    }),
    running,
    clock,
    folder: setup.runs,
    revoked: (id) => post({ type: 'revoke', id }),
  });
  const away = errands({ env, home });
  let opened = false;
  let ending: GuardStatus['ending'] = null;

  const status = () =>
    guardStatus({
      clusters,
      policy,
      held,
      journal,
      damaged,
      clock,
      port: setup.port,
      startedAt,
      opened,
      ending,
    });

  const begin = leftOver({
    journal,
    clock,
    lease,
    held,
    any: () => clusters.names()[0],
    damaged,
    found: (unfinished) => post({ type: 'unfinished', contexts: unfinished }),
  });

  await lease.begin();
  return {
    log,
    begin,
    async perform(operation, input, from, tell) {
      const asker = { person: personOf(from), pid: from?.pid };
      // What may take long, or loads much, is done aside.
      if (!['guard', 'journal'].includes(operation.reaches))
        return away.run(operation, { input, asker, runs: running.all() }, tell);
      const { context, close } = await openCommand({
        env,
        home,
        asker,
        runs: running.all(),
        terminal: false,
      });
      const guard = keeperGuard(asker, {
        held,
        others,
        running,
        clock,
        status,
        stop: () => post({ type: 'stop' }),
      });
      const own = { ...context, journal: async () => journal, guard: async () => guard };
      return perform(operation, own, input, tell).finally(close);
    },
    mint: runs.mint,
    revoke: runs.revoke,
    hear(message) {
      if (message.type === 'desk') held.join(message.context, message.desk);
      else if (message.type === 'opened') opened = true;
      else ending = message.waits;
    },
    async close() {
      keepHouse();
      await away.close(ERRANDS);
      await lease.close();
      await journal.close();
      await clusters.close();
    },
  };
}
