import { closeSync, constants, openSync, readlinkSync, writeSync } from 'node:fs';
import { type ClientProcess, type Notifier, wrapped } from '@toolcrib/model';
import { clientProcesses } from './client-process.ts';

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
  const clientOf = clientProcesses(platform, uid);
  return {
    tell(news) {
      if (!news.waiting || news.clientPort === undefined) return;
      const client = clientOf(news.clientPort);
      const terminal = client && terminalOf(client);
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
function terminalOf(client: ClientProcess): string | undefined {
  try {
    const stderr = readlinkSync(`/proc/${client.pid}/fd/2`);
    return /^\/dev\/(pts\/\d+|tty\d*)$/.test(stderr) ? stderr : undefined;
  } catch {
    // It ended while we looked.
    return undefined;
  }
}
