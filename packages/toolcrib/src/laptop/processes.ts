import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { childEnvironment } from '@toolcrib/model';

/** A process, as far as this system tells of it. */
export interface ProcessSeen {
  pid: number;
  /** 0 where it comes from outside of what can be seen. */
  parent: number;
  /** 0 where nobody can tell. */
  session: number;
  /** Its process group; absent where nobody can tell. */
  group?: number;
  /** Its terminal is its group's at this moment: it was typed, and the shell waits for it. */
  foreground?: boolean;
  name: string;
  /** Of what it sits at; absent where it has none. */
  terminal?: string;
  /** In ticks since the boot; absent where nobody can tell. */
  start?: number;
  uid?: number;
  /** The run whose mark it was started with. */
  mark?: string;
}

/** Marks whatever a run starts: an environment goes on where the parents are lost. */
export const RUN_MARK = 'TOOLCRIB_RUN';

/** undefined where there is no such process. */
export function processSeen(pid: number): ProcessSeen | undefined {
  return process.platform === 'linux' ? fromProc(pid) : fromPs(pid);
}

function fromProc(pid: number): ProcessSeen | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // `pid (name) state ppid pgrp session tty_nr tpgid …`, starttime is field 22 of proc(5); a name may hold brackets.
    const end = stat.lastIndexOf(')');
    const fields = stat.slice(end + 2).split(' ');
    const terminal = terminalOf(Number(fields[4]));
    const mark = markOf(pid);
    return {
      pid,
      parent: Number(fields[1]),
      session: Number(fields[3]),
      group: Number(fields[2]),
      foreground: terminal !== undefined && fields[2] === fields[5],
      name: stat.slice(stat.indexOf('(') + 1, end),
      start: Number(fields[19]),
      uid: statSync(`/proc/${pid}`).uid,
      ...(terminal === undefined ? {} : { terminal }),
      ...(mark === undefined ? {} : { mark }),
    };
  } catch {
    return undefined;
  }
}

/** As it was when its program began: what a shell unsets in itself still stands here. */
function markOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8')
      .split('\0')
      .find((line) => line.startsWith(`${RUN_MARK}=`))
      ?.slice(RUN_MARK.length + 1);
  } catch {
    // Another person's.
    return undefined;
  }
}

/** tty_nr of proc(5): the major number in bits 8 to 15, the minor one in the others. */
function terminalOf(device: number): string | undefined {
  if (device === 0) return undefined;
  const major = (device >> 8) & 0xff;
  const minor = (device & 0xff) | ((device >>> 20) << 8);
  return major >= 136 && major <= 143 ? `pts/${(major - 136) * 256 + minor}` : `tty ${major}:${minor}`;
}

function fromPs(pid: number): ProcessSeen | undefined {
  try {
    const options = { encoding: 'utf8', stdio: 'pipe', env: childEnvironment(process.env) } as const;
    const line = execFileSync('ps', ['-o', 'ppid=,tty=,comm=', '-p', String(pid)], options).trim();
    const [, parent, terminal = '', name = ''] = /^(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    if (parent === undefined) return undefined;
    const own = pid === process.pid ? process.env[RUN_MARK] : undefined;
    return {
      pid,
      parent: Number(parent),
      session: 0,
      name,
      ...(/^\?+$/.test(terminal) ? {} : { terminal }),
      ...(own === undefined ? {} : { mark: own }),
    };
  } catch {
    return undefined;
  }
}
