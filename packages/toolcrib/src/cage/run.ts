import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, createReadStream, realpathSync, statSync } from 'node:fs';
import { homedir, constants as osConstants } from 'node:os';
import { basename, delimiter, join, resolve } from 'node:path';
import { childEnvironment, messageOf, nameText, ToolcribError } from '@toolcrib/model';
import { guardClient } from '../laptop/api/client.ts';
import { ensureGuard } from '../laptop/daemon.ts';
import { withLock, writeOwnFile } from '../laptop/files.ts';
import { guardedKubeconfigFor } from '../laptop/guarded-kubeconfig.ts';
import { pathsOf } from '../laptop/paths.ts';
import { RUN_MARK } from '../laptop/processes.ts';
import { rememberSources } from '../laptop/remember-sources.ts';
import { sourceHere } from '../laptop/sources.ts';
import { forgetDeadRuns, type OpenRun, openRun, rememberRun, removeRun } from './runs.ts';

type Env = Record<string, string | undefined>;

/**
 * Runs one tool behind the guard, with tokens of its own: bound to the binary's SHA-256, the person, and this run.
 * Nothing of the terminal is changed.
 *
 * @returns the tool's exit code (128 + n for a signal); 125 the guard failed, 126 can't be run, 127 not found
 */
export async function runGuarded(
  command: readonly string[],
  options: { agent: boolean; env: Env },
): Promise<number> {
  const { env } = options;
  const [name = '', ...args] = command;
  const found = findBinary(name, env);
  if ('why' in found) return fail(found.code, found.why);
  const { path: binary } = found;
  let folder: string | undefined;
  let run: OpenRun | undefined;
  try {
    const paths = pathsOf(env, homedir());
    // This terminal's clusters, whatever others have: the guard must know them before it mints.
    await withLock(paths.startLock, 30_000, async () => rememberSources(paths, env));
    await ensureGuard(paths, { env });
    const client = guardClient(paths.socket);
    // The file is hashed; its name is started, since one file may be many programs (busybox, version managers' shims).
    const tool = { name: basename(binary), sha256: await sha256(realpathSync(binary)) };
    run = await openRun(client, { tool, agent: options.agent });
    forgetDeadRuns(paths.runs);
    folder = rememberRun(paths.runs, run.id, sourceHere(paths, env, homedir()).added, options.agent);
    const kubeconfig = join(folder, 'kubeconfig');
    writeOwnFile(kubeconfig, await guardedKubeconfigFor(paths, env, run.tokens));
    return await child(binary, args, {
      ...childEnvironment(env),
      KUBECONFIG: kubeconfig,
      [RUN_MARK]: run.id,
    });
  } catch (error) {
    const next = error instanceof ToolcribError && error.next ? ` ${error.next}` : '';
    return fail(125, `${messageOf(error)}${next}`);
  } finally {
    await run?.end();
    if (folder) removeRun(folder);
  }
}

function child(binary: string, args: string[], env: Env): Promise<number> {
  return new Promise((done) => {
    const running = spawn(binary, args, { stdio: 'inherit', env });
    // Ctrl-C goes to the whole group; the tool decides what it means, we wait for it.
    const ignore = () => undefined;
    const pass = (signal: NodeJS.Signals) => void running.kill(signal);
    process.on('SIGINT', ignore).on('SIGTERM', pass).on('SIGHUP', pass);
    running.on('error', (error) => done(fail(126, `${binary} can't be executed: ${error.message}`)));
    running.on('exit', (code, signal) => {
      process.off('SIGINT', ignore).off('SIGTERM', pass).off('SIGHUP', pass);
      done(code ?? 128 + (signal ? osConstants.signals[signal] : 0));
    });
  });
}

/** As a shell finds it: a path as it stands, else each folder of PATH, where folders of its name do not count. */
function findBinary(name: string, env: Env): { path: string } | { code: 126 | 127; why: string } {
  const isPath = name.includes('/');
  const places = isPath
    ? [resolve(name)]
    : (env.PATH ?? '').split(delimiter).map((folder) => join(folder || '.', name));
  let found: { code: 126 | 127; why: string } = {
    code: 127,
    why: `${nameText(name)} was not found${isPath ? '' : ' in PATH'}.`,
  };
  for (const place of places) {
    try {
      if (statSync(place).isFile()) {
        accessSync(place, constants.X_OK);
        return { path: place };
      }
      if (isPath) return { code: 126, why: `${name} is a folder, or no file that can be executed.` };
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      const isThere = isPath ? code !== 'ENOENT' : code === 'EACCES';
      if (isThere) found = { code: 126, why: `${name} can't be executed (${code}).` };
    }
  }
  return found;
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

function fail(code: number, why: string): number {
  process.stderr.write(`toolcrib run: ${why}\n`);
  return code;
}
