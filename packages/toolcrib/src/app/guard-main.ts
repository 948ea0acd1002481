import { homedir, userInfo } from 'node:os';
import { Worker } from 'node:worker_threads';
import { openDoor } from '../guard/door/door.ts';
import { tokenTable } from '../guard/door/tokens.ts';
import { randomIds } from '../guard/hold/ids.ts';
import { brainClient, type Channel } from '../guard/port/client.ts';
import type { FromBrain } from '../guard/port/messages.ts';
import { ToolcribError } from '../model/index.ts';
import { contexts } from './contexts.ts';
import { becomeGuard, reportStartFailure } from './daemon.ts';
import { ownFolder } from './files.ts';
import type { WorkerSetup } from './guard-worker.ts';
import { syncGuardedKubeconfig, watchedFiles } from './guarded-kubeconfig.ts';
import { log } from './log.ts';
import { type Paths, pathsOf } from './paths.ts';
import { watchFiles, watchFolder } from './watch.ts';

/** Milliseconds. */
const REFRESH_PAUSE = 500;
/** A program that has begun to write is given so long (ms) after its last write. */
const QUIET = 60;
const BUSY_PAUSE = 200;

export interface RunningGuard {
  port: number;
  close(): Promise<void>;
}

/**
 * Starts the guard in this process: the door here, everything that thinks in a worker.
 * @throws ToolcribError `conflict` (one runs already), `port-in-use`, `bad-file`, `no-kubeconfig`, `wrong-key`, `journal`
 */
export async function startGuard(
  env: Record<string, string | undefined> = process.env,
  home: string = homedir(),
): Promise<RunningGuard> {
  const paths = pathsOf(env, home);
  ownFolder(paths.state);
  const unlock = becomeGuard(paths);
  try {
    return await open(paths, env, home, unlock);
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
): Promise<RunningGuard> {
  const { identity } = await syncGuardedKubeconfig(paths, env, home);
  const person = userInfo().username;
  const tokens = tokenTable();
  const granted = new Map<string, string>();
  const grantAll = (byContext: Record<string, string>) => {
    for (const context of granted.keys()) {
      if (Object.hasOwn(byContext, context) && byContext[context] === granted.get(context)) continue;
      tokens.remove(`ctx-${context}`);
      granted.delete(context);
    }
    for (const [context, token] of Object.entries(byContext)) {
      tokens.add(token, { id: `ctx-${context}`, context, person });
      granted.set(context, token);
    }
  };
  grantAll(identity.tokens);

  const setup: WorkerSetup = {
    state: paths.state,
    journal: paths.journal,
    policyPath: paths.policy,
    socket: paths.socket,
    port: identity.port,
    home,
    env: { ...env },
  };
  const worker = new Worker(new URL(workerFile, import.meta.url), { workerData: setup });
  const brain = brainClient(worker as unknown as Channel);
  let stop: () => void = () => undefined;
  const ready = new Promise<void>((resolve, reject) => {
    worker.once('error', reject);
    worker.on('message', (message: FromBrain) => {
      if (message.type === 'ready') resolve();
      if (message.type === 'start-failed')
        reject(new ToolcribError(message.code, message.message, { next: message.next }));
      if (message.type === 'grant') tokens.add(message.token, message.grant);
      if (message.type === 'revoke') tokens.remove(message.id);
      if (message.type === 'stop') stop();
    });
  });
  await ready.catch(async (cause: unknown) => {
    await worker.terminate();
    throw cause instanceof ToolcribError ? cause : new ToolcribError('journal', messageOf(cause), { cause });
  });
  worker.on('error', (error) => {
    // Without the part that thinks nothing destructive may pass; reads go on.
    log('the worker died', { why: messageOf(error) });
    brain.failAll(
      `the guard's worker died (${messageOf(error)}); restart it: toolcrib guard stop; toolcrib guard start`,
    );
  });

  const clusters = contexts({ env, home });
  const ids = randomIds();
  // Other terminals may name other files, and other programs add contexts: which files count changes, too.
  let unwatch = (): void => undefined;
  let again: NodeJS.Timeout | undefined;
  const refresh = async (): Promise<void> => {
    clearTimeout(again);
    try {
      const { identity: now, busy } = await syncGuardedKubeconfig(paths, env, home);
      grantAll(now.tokens);
      if (busy) refreshSoon(BUSY_PAUSE);
      unwatch();
      unwatch = watchFiles(watchedFiles(paths, env, home), () => void refresh());
    } catch (error) {
      log('the kubeconfig could not be read again', { why: messageOf(error) });
    }
  };
  const refreshSoon = (pause: number): void => {
    clearTimeout(again);
    again = setTimeout(() => void refresh(), pause).unref();
  };
  await refresh();
  // What another program writes into a terminal's file is guarded within this pause, not at the next look.
  const unwatchTerminals = watchFolder(paths.terminals, () => refreshSoon(QUIET));
  let refreshed = 0;
  const refreshTokens = async (): Promise<void> => {
    // Whoever guesses tokens must not keep us reading files.
    if (Date.now() - refreshed < REFRESH_PAUSE) return;
    refreshed = Date.now();
    await refresh();
  };

  const door = await openDoor({
    port: identity.port,
    tls: identity.tls,
    tokens,
    upstreamFor: async (context) => clusters.upstream(context),
    brain,
    requestId: ids.request,
    refreshTokens,
    log,
  }).catch(async (error: unknown) => {
    await brain.close();
    await worker.terminate();
    throw error;
  });

  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= (async () => {
      clearTimeout(again);
      unwatch();
      unwatchTerminals();
      await brain.close();
      await door.close();
      await worker.terminate();
      await clusters.close();
      unlock();
    })();
    return closing;
  };
  stop = () => void close().then(() => process.exit(0));
  brain.opened();
  log('the guard is up', { port: door.port, pid: process.pid });
  return { port: door.port, close };
}

/** Beside this file, in the sources (.ts) and in the built form (.js) alike. */
const workerFile = import.meta.url.endsWith('.ts') ? './guard-worker.ts' : './guard-worker.js';

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The guard as a process of its own: what `guard start` runs in the background. */
export async function runGuard(): Promise<void> {
  const paths = pathsOf(process.env);
  try {
    const guard = await startGuard();
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
      process.once(signal, () => void guard.close().then(() => process.exit(0)));
    }
  } catch (error) {
    reportStartFailure(paths, error);
    log('the guard could not start', { why: messageOf(error) });
    process.exit(1);
  }
}

if (process.argv[1] && import.meta.url.endsWith(process.argv[1].split('/').pop() ?? '?')) await runGuard();
