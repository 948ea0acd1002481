import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { childEnvironment } from '@toolcrib/model/child-environment';

/**
 * When a process began, as text that only this process of this boot has: a pid alone is given to another
 * process one day. undefined where there is no such process, or nobody can tell.
 */
export function startOf(pid: number): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Behind the last bracket: a program's name may hold spaces and brackets. starttime is field 22 of proc(5).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie has ended; its parent has not looked yet.
    return fields[0] === 'Z' ? undefined : `${boot} ${fields[19]}`;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || isLinux()) return undefined;
  }
  try {
    const options = {
      encoding: 'utf8',
      stdio: 'pipe',
      env: { ...childEnvironment(process.env), LC_ALL: 'C' },
    } as const;
    const began = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], options).trim();
    // Without a boot id: the boot's own time, to the minute, since clocks are corrected a little all the time.
    return began === '' ? undefined : `${Math.round((Date.now() / 1000 - uptime()) / 60)} ${began}`;
  } catch {
    return undefined;
  }
}

function isLinux(): boolean {
  return process.platform === 'linux';
}
