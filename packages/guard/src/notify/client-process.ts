import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import type { ClientProcess } from '@toolcrib/model';

/** Processes that asked a moment ago are looked at first: most connections are another one of theirs. */
const REMEMBERED = 16;

/**
 * Finds the process that holds a local TCP port towards us. Linux only, and only processes of the same user; undefined
 * elsewhere, and where it has gone. The connection must still be open: asked while its request waits.
 *
 * @param uid of this process
 */
export function clientProcesses(
  platform: NodeJS.Platform = process.platform,
  uid = process.getuid?.(),
): (port: number) => ClientProcess | undefined {
  const recent: string[] = [];
  return (port) => {
    if (platform !== 'linux' || uid === undefined) return undefined;
    try {
      const inode = inodeOfPort(port, uid);
      if (inode === undefined) return undefined;
      const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
      // The youngest are the likeliest: a command has just been started.
      const rest = all.sort((a, b) => Number(b) - Number(a)).filter((pid) => !recent.includes(pid));
      const pid = [...recent, ...rest].find((one) => holds(one, inode, uid));
      if (pid === undefined) return undefined;
      recent.splice(0, recent.length, pid, ...recent.filter((one) => one !== pid).slice(0, REMEMBERED - 1));
      return describe(pid);
    } catch {
      return undefined;
    }
  };
}

/** Whether a process (`ClientProcess.id`) still runs: not ended, and its pid not given to another. */
export function processLives(id: string): boolean {
  const [pid = '', started] = id.split('@');
  try {
    return /^\d+$/.test(pid) && startOf(pid) === started;
  } catch {
    return false;
  }
}

function startOf(pid: string): string {
  // `pid (name) state …`: the name may hold spaces and brackets, the 20th field after it is the time of its start.
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

function holds(pid: string, inode: string, uid: number): boolean {
  try {
    const folder = `/proc/${pid}`;
    const isSocket = (fd: string) => linkOf(`${folder}/fd/${fd}`) === `socket:[${inode}]`;
    return statSync(folder).uid === uid && readdirSync(`${folder}/fd`).some(isSocket);
  } catch {
    // The process ended while we looked.
    return false;
  }
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

function describe(pid: string): ClientProcess {
  const started = startOf(pid);
  const argv = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
  const cwd = linkOf(`/proc/${pid}/cwd`);
  const stdin = `/proc/${pid}/fd/0`;
  return {
    pid: Number(pid),
    id: `${pid}@${started}`,
    argv,
    ...(cwd === undefined ? {} : { cwd }),
    ...(statSync(stdin, { throwIfNoEntry: false })?.isFile() ? { stdin } : {}),
  };
}

interface TcpLine {
  /** Address and port, in hexadecimal. */
  local: string;
  remote: string;
  inode: string;
}

/**
 * The client's end of a connection from a port to this very process. The port alone is not enough: others may have the
 * same number towards somebody else, or listen on it at another address.
 */
function inodeOfPort(port: number, uid: number): string | undefined {
  const ending = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const lines = tcpLines(uid).filter(
    ({ local, remote }) => local.endsWith(ending) || remote.endsWith(ending),
  );
  const ends = lines.filter(({ local }) => local.endsWith(ending));
  return ends.find((end) =>
    lines.some(
      ({ local, remote, inode }) =>
        local === end.remote && remote === end.local && holds(String(process.pid), inode, uid),
    ),
  )?.inode;
}

/** /proc/net/tcp: `sl local_address rem_address st … uid timeout inode`, addresses in hexadecimal. */
function tcpLines(uid: number): TcpLine[] {
  const lines: TcpLine[] = [];
  for (const file of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of readFileSync(file, 'utf8').split('\n').slice(1)) {
      const [, local, remote, , , , , owner, , inode] = line.trim().split(/\s+/);
      if (local === undefined || remote === undefined || inode === undefined) continue;
      if (Number(owner) === uid && inode !== '0')
        lines.push({ local: plain(local), remote: plain(remote), inode });
    }
  }
  return lines;
}

/** Java's sockets are of the sixth version also where the address is one of the fourth. */
function plain(address: string): string {
  return address.replace(/^0{16}FFFF0000/, '');
}
