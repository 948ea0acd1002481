import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';

/** Which process asks: its pid, and what it can be recognised by. */
export const ASKER = 'toolcrib-asker';

/** The process that asks; on Linux as the system tells, elsewhere as it says itself. */
export interface Asker {
  pid: number;
}

/**
 * Something by which the guard recognises the process that sends a request: Node can't ask a socket for its peer
 * (SO_PEERCRED). A listening socket, named after what is asked for, that this process alone has open: nobody can show another
 * process's pid, since that has none of that name. It has no file (an abstract one), so that a full disk stops no answer.
 * @param asked path and body of the request
 */
export async function openWitness(asked: string): Promise<{ header: string; close(): void }> {
  if (process.platform !== 'linux') return { header: String(process.pid), close: () => undefined };
  const nonce = randomBytes(8).toString('hex');
  const server = createServer((socket) => socket.destroy());
  server.listen(`\0${nameOf(nonce, asked)}`);
  await once(server, 'listening');
  server.unref();
  return { header: `${process.pid} ${nonce}`, close: () => void server.close() };
}

/**
 * The process that sent a request, looked for while it waits for its answer. undefined where it can't be told: on Linux
 * also where the one that it names has no such socket.
 */
export function askerOf(
  header: string | undefined,
  asked: string,
  platform: NodeJS.Platform = process.platform,
): Asker | undefined {
  const [, pid, nonce] = /^([1-9]\d{0,9})(?: ([0-9a-f]{16}))?$/.exec(header ?? '') ?? [];
  if (pid === undefined) return undefined;
  if (platform !== 'linux') return { pid: Number(pid) };
  if (nonce === undefined) return undefined;
  try {
    // `Num RefCount Protocol Flags Type St Inode Path`
    const ending = ` @${nameOf(nonce, asked)}`;
    const line = readFileSync('/proc/net/unix', 'utf8')
      .split('\n')
      .find((one) => one.endsWith(ending));
    const inode = line?.trim().split(/\s+/)[6];
    if (inode === undefined) return undefined;
    const folder = `/proc/${pid}/fd`;
    const own = readdirSync(folder).some((fd) => linkOf(`${folder}/${fd}`) === `socket:[${inode}]`);
    return own ? { pid: Number(pid) } : undefined;
  } catch {
    return undefined;
  }
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

function nameOf(nonce: string, asked: string): string {
  return `toolcrib-asker-${nonce}-${createHash('sha256').update(`${nonce}${asked}`).digest('hex').slice(0, 32)}`;
}
