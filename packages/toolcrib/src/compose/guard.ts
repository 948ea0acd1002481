import { homedir, userInfo } from 'node:os';
import { type Door, type DoorLimits, openDoor } from '@toolcrib/guard/door/door';
import { tokenTable } from '@toolcrib/guard/door/tokens';
import { randomIds } from '@toolcrib/guard/hold/ids';
import type { LeaseNews } from '@toolcrib/guard/lease/lease';
import type { Heartbeat } from '@toolcrib/guard/port/heartbeat';
import { judges } from '@toolcrib/guard/port/judges';
import { messageOf } from '@toolcrib/model';
import { forgetDeadRuns } from '../cage/runs.ts';
import { becomeGuard, reportStartFailure } from '../laptop/daemon.ts';
import { ownFolder } from '../laptop/files.ts';
import { grants } from '../laptop/grants.ts';
import { type Guarded, syncGuardedKubeconfig } from '../laptop/guarded-kubeconfig.ts';
import { type Paths, pathsOf } from '../laptop/paths.ts';
import { rulesStamp } from '../laptop/policy-stamp.ts';
import { systemClock } from '../laptop/system-clock.ts';
import { contexts, meaningIn } from './contexts.ts';
import { CLOSE_WAIT, endingGuard } from './ending-guard.ts';
import type { FromKeeper } from './keeper-messages.ts';
import { log } from './log.ts';
import { refreshing } from './refreshing.ts';
import { judgeThread, startKeeper } from './threads.ts';
import type { WorkerSetup } from './worker-messages.ts';

/** Milliseconds. */
const START_WAIT = 10_000;
const DRAIN = 30_000;

/** Other limits than usual, for tests. */
export interface GuardLimits {
  door?: DoorLimits;
  heartbeat?: Heartbeat;
  /** How long an answer waits for a thread that is busy, in ms. */
  answer?: number;
  /** How long other guards wait for this one after it last gave a sign of life, in ms. */
  lease?: number;
  /** How long it waits for what is under way when it is asked to end, in ms. */
  drain?: number;
}

export interface RunningGuard {
  port: number;
  /** Lets what is under way come to its end, half a minute at most; asked a second time, at once. */
  close(): Promise<void>;
}

/**
 * Starts the guard in this process: the door here, everything that thinks in workers.
 * @throws ToolcribError `conflict` (one runs already), `port-in-use`, `bad-file`, `no-kubeconfig`, `wrong-key`, `journal`
 */
export async function startGuard(
  env: Record<string, string | undefined> = process.env,
  home: string = homedir(),
  limits: GuardLimits = {},
): Promise<RunningGuard> {
  const paths = pathsOf(env, home);
  ownFolder(paths.state);
  const unlock = becomeGuard(paths);
  try {
    return await open(paths, env, home, unlock, limits);
  } catch (error) {
    unlock();
    throw error;
  }
}

async function open(
  paths: Paths,
  env: Record<string, string | undefined>,
  home: string,
  unlock: () => void,
  limits: GuardLimits,
): Promise<RunningGuard> {
  forgetDeadRuns(paths.runs);
  const first = await syncGuardedKubeconfig(paths, env, home);
  const { identity } = first;
  const tokens = tokenTable();
  let cut: Door['cut'] = () => undefined;
  const granted = grants({ tokens, person: userInfo().username, cut: (grant) => cut(grant) });
  const grantAll = ({ identity: now, person }: Pick<Guarded, 'identity' | 'person'>) =>
    granted.renew(now.tokens, (context) => meaningIn(person, context));
  grantAll(first);

  const setup: WorkerSetup = { journal: paths.journal, policyPath: paths.policy, home, env: { ...env } };
  let stop: () => void = () => undefined;
  let lease: LeaseNews | undefined;
  const news = (message: FromKeeper): void => {
    if (message.type === 'grant') granted.add(message.token, message.grant);
    if (message.type === 'revoke') granted.revoke(message.id);
    if (message.type === 'lease') lease = message.news;
    if (message.type === 'stop') stop();
  };
  const keeper = await startKeeper(
    {
      ...setup,
      socket: paths.socket,
      runs: paths.runs,
      port: identity.port,
      answerLimit: limits.answer,
      lastGuard: paths.lastGuard,
      lease: limits.lease,
    },
    news,
    (why) => {
      // Nobody could ask what is held, nor answer it.
      log('the guard ends: its keeper died', { why });
      stop();
    },
  );
  const judging = judges({
    clock: systemClock,
    spawn: () => judgeThread(setup, keeper.introduce),
    log,
    heartbeat: limits.heartbeat,
    rules: () => rulesStamp(paths.policy),
  });
  // What an earlier life left is in hand before anybody comes in.
  keeper.unfinished((unfinished) => judging.start(unfinished, START_WAIT));
  await judging.start(keeper.leftOver(), START_WAIT);

  const clusters = contexts({ env, home });
  const ids = randomIds();
  const endThreads = async (error: unknown): Promise<never> => {
    await judging.close(CLOSE_WAIT);
    await keeper.close();
    throw error;
  };
  const { refreshTokens, close: unwatch } = await refreshing(paths, { env, home }, grantAll).catch(
    endThreads,
  );

  const door = await openDoor({
    port: identity.port,
    tls: identity.tls,
    tokens,
    upstreamFor: async (context) => clusters.upstream(context),
    handler: judging,
    requestId: ids.request,
    lease: () => lease,
    refreshTokens,
    log,
    limits: limits.door,
  }).catch((error: unknown) => {
    unwatch();
    return endThreads(error);
  });

  cut = door.cut;
  const rest = async () => {
    await clusters.close();
    unlock();
  };
  const close = endingGuard({ unwatch, judging, door, keeper, rest }, limits.drain ?? DRAIN);
  stop = () => void close().then(() => process.exit(0));
  keeper.opened();
  log('the guard is up', { port: door.port, pid: process.pid });
  return { port: door.port, close };
}

/**
 * The guard as the whole of a process, until a signal ends it.
 * @throws ToolcribError as startGuard does: for whoever sits there
 */
export async function guardUntilSignal(limits?: GuardLimits): Promise<void> {
  const guard = await startGuard(process.env, homedir(), limits);
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => void guard.close().then(() => process.exit(0)));
  }
}

/** The same in the background, where nobody sits: why it could not start is left for whoever starts it. */
export async function runGuard(limits?: GuardLimits): Promise<void> {
  const paths = pathsOf(process.env);
  try {
    await guardUntilSignal(limits);
  } catch (error) {
    reportStartFailure(paths, error);
    log('the guard could not start', { why: messageOf(error) });
    process.exit(1);
  }
}
