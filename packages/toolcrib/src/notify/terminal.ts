import {
  closeSync,
  constants,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  writeSync,
} from 'node:fs';
import { type Notifier, wrapped } from '../model/index.ts';

/** How wide somebody else's terminal is can't be asked; hardly one is narrower than this. Columns. */
const WIDTH = 80;

/**
 * Tells the person in front of a waiting kubectl, on that kubectl's own terminal: it has nothing to show until the
 * answer comes, and a silent wait looks like a hang. Linux only (it finds the terminal through /proc), only for a
 * process of the same user, and only where the client's standard error is a terminal. Elsewhere it does nothing.
 */
export function waitingTerminal(
  platform: NodeJS.Platform = process.platform,
  uid = process.getuid?.(),
): Notifier {
  return {
    tell(news) {
      if (platform !== 'linux' || !news.waiting || news.clientPort === undefined) return;
      const terminal = terminalOfPort(news.clientPort, uid);
      if (terminal === undefined) return;
      const lines = [
        '',
        ...wrapped(printable(news.title), WIDTH),
        ...wrapped(`It ${printable(news.text)}.`, WIDTH - 2).map((line) => `  ${line}`),
        ...(news.code ? [`  In another terminal:  toolcrib held ${news.code}`] : []),
        '',
      ];
      const text = lines.join('\r\n');
      // Never wait for a terminal that was stopped with Ctrl-S.
      const file = openSync(terminal, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
      try {
        writeSync(file, text);
      } finally {
        closeSync(file);
      }
    },
  };
}

/** Object names come from the cluster: no escape sequence may reach a terminal. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e\u00a0-\uffff]/g, '?');
}

/** The terminal on standard error of the process that holds this local TCP port towards us. */
function terminalOfPort(port: number, uid: number | undefined): string | undefined {
  const inode = inodeOfPort(port, uid);
  if (inode === undefined) return undefined;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (statSync(`/proc/${pid}`).uid !== uid) continue;
      const holds = readdirSync(`/proc/${pid}/fd`).some(
        (fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === `socket:[${inode}]`,
      );
      if (!holds) continue;
      const stderr = readlinkSync(`/proc/${pid}/fd/2`);
      return /^\/dev\/(pts\/\d+|tty\d*)$/.test(stderr) ? stderr : undefined;
    } catch {
      // The process ended while we looked, or a descriptor was closed.
    }
  }
  return undefined;
}

/** /proc/net/tcp: `sl local_address rem_address st … uid timeout inode`, addresses in hexadecimal. */
function inodeOfPort(port: number, uid: number | undefined): string | undefined {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  for (const file of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of readFileSync(file, 'utf8').split('\n').slice(1)) {
      const columns = line.trim().split(/\s+/);
      if (columns[1]?.endsWith(local) && Number(columns[7]) === uid) return columns[9];
    }
  }
  return undefined;
}
