import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { readIfThere, writeOwnFile } from './files.ts';
import type { Paths } from './paths.ts';
import { startOf } from './process-id.ts';
import { inAnEnvironment, type Session } from './session.ts';

type Env = Record<string, string | undefined>;

const recordSchema = z.object({
  /** The person's files, as they stood in this terminal's `KUBECONFIG`. */
  files: z.array(z.string()),
  /** The shells in which it was turned on: with the last of them the terminal is gone. */
  shells: z.array(z.object({ pid: z.int(), start: z.string() })),
  /** Milliseconds since 1970. */
  at: z.number(),
});

/** A terminal where toolcrib is on: with one kubeconfig of its own, made for its own files. */
export interface OwnTerminal extends z.output<typeof recordSchema> {
  id: string;
  kubeconfig: string;
}

/** Milliseconds. A terminal that was turned on a moment ago has nothing in its environment yet. */
const YOUNG = 10 * 60_000;
/** Where nobody can tell whether a program still uses it. */
const FORGOTTEN = 30 * 24 * 3_600_000;

/**
 * The terminal's own folder, made or found again: the same for the same shell with the same files, so that a project
 * that is left and entered again (direnv) finds its context and namespace as they were.
 */
export function openTerminal(
  paths: Paths,
  env: Env,
  files: readonly string[],
  session: Session,
  now: number = Date.now(),
): OwnTerminal {
  const here = terminalIn(paths, env);
  const same = here && isDeepStrictEqual(here.files, files) ? here : undefined;
  const id = same?.id ?? idOf(session, files);
  const before = same ?? terminal(paths, id);
  const shells = [...session.above, ...(before?.shells ?? [])].filter(
    (one, at, all) => all.findIndex(({ pid }) => pid === one.pid) === at && startOf(one.pid) === one.start,
  );
  const record = { files: [...files], shells, at: now };
  writeOwnFile(join(paths.terminals, id, 'terminal.json'), `${JSON.stringify(record, null, 2)}\n`);
  return { ...record, id, kubeconfig: kubeconfigOf(paths, id) };
}

/** All that are remembered, the damaged left out: those are only ours, and made anew by `on`. */
export function terminals(paths: Paths): OwnTerminal[] {
  let names: string[];
  try {
    names = readdirSync(paths.terminals);
  } catch {
    return [];
  }
  return names.sort().flatMap((id) => terminal(paths, id) ?? []);
}

/** The terminal whose file stands in `KUBECONFIG`. */
export function terminalIn(paths: Paths, env: Env): OwnTerminal | undefined {
  for (const path of (env.KUBECONFIG ?? '').split(delimiter)) {
    const id = idOfPath(paths, path);
    const found = id === undefined ? undefined : terminal(paths, id);
    if (found) return found;
  }
  return undefined;
}

/** Whether a path is one of ours, also that of a terminal whose folder is gone. */
export function isOwnPath(paths: Paths, env: Env, path: string): boolean {
  return path === paths.kubeconfig || path === env.TOOLCRIB_KUBECONFIG || idOfPath(paths, path) !== undefined;
}

/**
 * Removes the folders of terminals that are gone. One that a program may still use is left: without its file that
 * program would find no cluster at all.
 * @param rescue called before: what other programs wrote into its file is theirs
 */
export function forgetDeadTerminals(
  paths: Paths,
  rescue: (terminal: OwnTerminal) => void,
  now: number = Date.now(),
): void {
  for (const one of terminals(paths)) {
    if (now - Math.max(one.at, changedAt(one.kubeconfig)) < YOUNG) continue;
    if (one.shells.some(({ pid, start }) => startOf(pid) === start)) continue;
    const used = inAnEnvironment(one.kubeconfig) ?? now - changedAt(one.kubeconfig) < FORGOTTEN;
    if (used) continue;
    rescue(one);
    rmSync(dirname(one.kubeconfig), { recursive: true, force: true });
  }
}

function terminal(paths: Paths, id: string): OwnTerminal | undefined {
  const text = readIfThere(join(paths.terminals, id, 'terminal.json'));
  if (text === undefined) return undefined;
  try {
    return { ...recordSchema.parse(JSON.parse(text)), id, kubeconfig: kubeconfigOf(paths, id) };
  } catch {
    return undefined;
  }
}

function idOf({ key }: Session, files: readonly string[]): string {
  if (key === undefined) return randomBytes(6).toString('hex');
  return createHash('sha256')
    .update(JSON.stringify([key, files]))
    .digest('hex')
    .slice(0, 12);
}

const kubeconfigOf = (paths: Paths, id: string) => join(paths.terminals, id, 'kubeconfig');

function idOfPath(paths: Paths, path: string): string | undefined {
  const folder = `${paths.terminals}/`;
  if (!path.startsWith(folder)) return undefined;
  const [id = '', file, ...more] = path.slice(folder.length).split('/');
  return file === 'kubeconfig' && more.length === 0 && /^[0-9a-f]{12}$/.test(id) ? id : undefined;
}

function changedAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
