import { lookup } from 'node:dns/promises';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { Check, Finding, Patient } from './check.ts';

interface Connection {
  /** Of the far end. */
  address: string;
  port: number;
  inode: string;
}

/** Programs that speak with a cluster at this moment and are not the guard. */
export const connections = {
  name: 'programs now',
  async look(patient) {
    const { platform, person, guard } = patient;
    if (platform !== 'linux') {
      return [
        {
          state: 'unknown',
          text: 'Which programs speak with a cluster directly can only be told on Linux.',
          next: 'lsof -nP -iTCP -sTCP:ESTABLISHED shows all connections.',
        },
      ];
    }
    if (!person)
      return [{ state: 'unknown', text: 'The clusters are not known, so nobody can be seen there.' }];
    const { addresses, findings } = await clusterAddresses(patient);
    const there = established().filter(({ address, port }) => addresses.has(`${address} ${port}`));
    const owners = ownersOf(new Set(there.map(({ inode }) => inode)));
    const seen = new Map<string, Finding>();
    for (const { address, port, inode } of there) {
      const where = addresses.get(`${address} ${port}`) ?? '';
      const owner = owners.get(inode);
      if (owner && (owner.pid === guard?.pid || owner.pid === process.pid)) continue;
      const who = owner ? `${owner.name} (process ${owner.pid})` : 'A program of another user';
      seen.set(`${who} ${where}`, {
        state: 'finding',
        text: `${who} speaks with ${where} directly.`,
        next: owner
          ? `Start it again from a terminal where toolcrib is on, or: toolcrib run -- ${owner.name}`
          : undefined,
      });
    }
    const direct = [...seen.values()];
    if (direct.length > 0 || findings.length > 0) return [...direct, ...findings];
    return [
      {
        state: 'guarded',
        text: 'No program but the guard speaks with one of these clusters at this moment.',
      },
    ];
  },
} satisfies Check;

/** "address port" of each cluster's server, and which it is. */
async function clusterAddresses({ person }: Patient): Promise<{
  addresses: Map<string, string>;
  findings: Finding[];
}> {
  const addresses = new Map<string, string>();
  const findings: Finding[] = [];
  const unknown = (text: string) => findings.push({ state: 'unknown', text });
  const asked = new Set<string>();
  for (const label of person?.contextNames ?? []) {
    let server: string | undefined;
    try {
      const { cluster } = person?.context(label) ?? {};
      server = cluster?.server;
      if (cluster?.['proxy-url']) {
        unknown(`${label} is reached through a proxy: who speaks with it can't be seen.`);
        continue;
      }
    } catch {
      continue;
    }
    const url = server ? URL.parse(server) : null;
    if (!url || asked.has(url.host)) continue;
    asked.add(url.host);
    const port = url.port || (url.protocol === 'http:' ? '80' : '443');
    try {
      const host = url.hostname.replace(/^\[|\]$/g, '');
      for (const { address } of await lookup(host, { all: true }))
        addresses.set(`${address} ${port}`, `${label} (${url.host})`);
    } catch (error) {
      unknown(
        `The address of ${label} is not known here (${(error as NodeJS.ErrnoException).code ?? 'DNS'}).`,
      );
    }
  }
  return { addresses, findings };
}

/** The established TCP connections of this machine. proc(5): addresses are hexadecimal, each word in the host's byte order. */
function established(): Connection[] {
  return ['tcp', 'tcp6'].flatMap((family) => {
    let text: string;
    try {
      text = readFileSync(`/proc/net/${family}`, 'utf8');
    } catch {
      return [];
    }
    return parseConnections(text);
  });
}

export function parseConnections(text: string): Connection[] {
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, , remote = '', state, , , , , , inode = ''] = line.trim().split(/\s+/);
      const [address = '', port = ''] = remote.split(':');
      if (state !== '01') return [];
      return { address: addressOf(address), port: Number.parseInt(port, 16), inode };
    });
}

function addressOf(hex: string): string {
  const words = hex.match(/.{8}/g) ?? [];
  // Little-endian on all that Node runs on.
  const bytes = words.flatMap((word) =>
    (word.match(/../g) ?? []).reverse().map((byte) => Number.parseInt(byte, 16)),
  );
  if (bytes.length === 4) return bytes.join('.');
  const isMapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
  if (isMapped) return bytes.slice(12).join('.');
  const groups: string[] = [];
  for (let at = 0; at < 16; at += 2)
    groups.push((((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)).toString(16));
  // The short form, as a resolver gives it.
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

function ownersOf(inodes: ReadonlySet<string>): Map<string, { pid: number; name: string }> {
  const owners = new Map<string, { pid: number; name: string }>();
  if (inodes.size === 0) return owners;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      for (const fd of readdirSync(`/proc/${pid}/fd`)) {
        const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1];
        if (inode && inodes.has(inode))
          owners.set(inode, { pid: Number(pid), name: readFileSync(`/proc/${pid}/comm`, 'utf8').trim() });
      }
    } catch {
      // Another user's, or just ended.
    }
  }
  return owners;
}
