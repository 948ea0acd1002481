import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { childEnvironment } from '@toolcrib/model';
import { startOf } from './process-id.ts';

/** A process that another one can't be taken for later. */
export interface Process {
  pid: number;
  start: string;
}

/** Whose terminal this process runs in. */
export interface Session {
  /** The same for every program that is started in this terminal; undefined where nobody can tell. */
  key?: string;
  /** The shells (and what stands between) above this process, within its terminal; nearest first. */
  above: Process[];
}

/** The terminal's session, as the operating system has it: each window, pane or login has one of its own. */
export function sessionOf(pid: number = process.pid): Session {
  const own = parentAndSession(pid);
  if (!own) return { above: [] };
  const leader = startOf(own.session);
  const above: Process[] = [];
  for (let at = own.parent; at > 1 && above.length < 50; ) {
    const start = startOf(at);
    const next = parentAndSession(at);
    if (start === undefined || !next || next.session !== own.session) break;
    above.push({ pid: at, start });
    at = next.parent;
  }
  return { ...(leader === undefined ? {} : { key: `${own.session} ${leader}` }), above };
}

/**
 * Whether a process of ours still has this text in its environment: a tmux server, a program in the background. Where
 * nobody can tell: undefined.
 */
export function inAnEnvironment(text: string): boolean | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    return readdirSync('/proc').some((name) => {
      if (!/^\d+$/.test(name) || Number(name) === process.pid) return false;
      try {
        return readFileSync(`/proc/${name}/environ`).includes(text);
      } catch {
        // Another person's, or just ended.
        return false;
      }
    });
  } catch {
    return undefined;
  }
}

function parentAndSession(pid: number): { parent: number; session: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [, parent, , session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { parent: Number(parent), session: Number(session) };
  } catch {
    if (process.platform === 'linux') return undefined;
  }
  try {
    // Elsewhere the terminal's device stands for it: there is no session's number that means the same everywhere.
    const options = { encoding: 'utf8', stdio: 'pipe', env: childEnvironment(process.env) } as const;
    const line = execFileSync('ps', ['-o', 'ppid=', '-p', String(pid)], options).trim();
    const parent = Number(line);
    return line === '' || Number.isNaN(parent) ? undefined : { parent, session: 0 };
  } catch {
    return undefined;
  }
}
