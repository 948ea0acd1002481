import type { Hold } from '@toolcrib/model';
import { serveOnSocket } from '../compose/own-socket.ts';
import { apiRoutes } from '../faces/api/server.ts';
import { type GuardStatus, unknownCode } from '../laptop/api/schema.ts';
import type { GuardHome } from './running-guard.ts';

/** A guard as the command line sees it: its API alone, on its socket, with what is put there. */
export interface PlayedGuard {
  holds: Hold[];
  /** What was said, in order. */
  answers: { code: string; as: string; withoutNet?: string }[];
  close(): Promise<void>;
}

export const PLAYED_STATUS: GuardStatus = {
  version: '0.1.0',
  pid: 4711,
  port: 7443,
  startedAt: 1,
  contexts: [
    { context: 'prod', mode: 'enforce' },
    { context: 'stage', mode: 'observe' },
  ],
  held: 0,
  journal: null,
  unsettled: 0,
  ending: null,
  policy: { file: null, error: null, rules: [], disabled: [] },
  softened: [],
};

/** @param status what it says of itself */
export async function playGuard(home: GuardHome, status: GuardStatus = PLAYED_STATUS): Promise<PlayedGuard> {
  const played: PlayedGuard = { holds: [], answers: [], close: async () => undefined };
  const holdOf = (code: string) => {
    const found = played.holds.find((hold) => hold.code === code);
    if (!found) throw unknownCode(code);
    return found;
  };
  const app = apiRoutes({
    async perform({ name }, input) {
      const {
        code = '',
        as = 'denied',
        withoutNet,
      } = input as { code?: string; as?: string; withoutNet?: string };
      if (name === 'status') return status;
      if (name === 'held') return played.holds;
      if (name === 'hold') return holdOf(code);
      played.answers.push({ code, as, ...(withoutNet === undefined ? {} : { withoutNet }) });
      return holdOf(code);
    },
    mint: () => Promise.reject(new Error('nobody asks for a run')),
    revoke: () => undefined,
    log: () => undefined,
  });
  const server = await serveOnSocket(home.paths.socket, app.fetch);
  played.close = () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return played;
}
