import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { TokenGrant } from './tokens.ts';

/** What tells a token: a run has one for each context. */
export type Granted = Pick<TokenGrant, 'id' | 'context'>;

/** One request under way. */
export interface Passage {
  /** A watch, a followed log, a tunnel: it has no end of its own, so nobody waits for it. @param finish ends it in order */
  endless(finish: () => void): void;
  over(): void;
}

/** Who is in the door, and with what. */
export interface Traffic {
  arrived(socket: Socket): void;
  /** Whose token a connection has shown. */
  belongs(socket: Socket, grant: Granted): void;
  /** A token is worth nothing any more: what it opened is closed. */
  cut(grant: Granted): void;
  begins(socket: Socket, response?: ServerResponse): Passage;
  /** Requests under way that have an end of their own. */
  count(): number;
  /** Nothing new begins any more. */
  readonly ending: boolean;
  /** Waits until what has an end has come to it, `limit` ms at most; then finishes the rest, and lets all go. */
  drain(limit: number): Promise<void>;
  /** At once. */
  close(): void;
}

interface Under {
  socket: Socket;
  response?: ServerResponse;
  finish?: () => void;
}

/** Long enough for a last answer to arrive. Milliseconds. */
const LINGER = 1_000;
const LOOK_EVERY = 20;

export function traffic(): Traffic {
  const sockets = new Set<Socket>();
  const owners = new Map<Socket, Set<string>>();
  const underWay = new Set<Under>();
  let ending = false;
  let closed = false;

  const busy = (socket: Socket): boolean => [...underWay].some((one) => one.socket === socket);
  const wait = async (limit: number, done: () => boolean): Promise<void> => {
    const end = performance.now() + limit;
    while (!done() && !closed && performance.now() < end) await pause(LOOK_EVERY);
  };

  const count = (): number => [...underWay].filter(({ finish }) => finish === undefined).length;

  return {
    count,
    get ending() {
      return ending;
    },
    arrived(socket) {
      sockets.add(socket);
      socket.once('close', () => {
        sockets.delete(socket);
        owners.delete(socket);
      });
      if (closed) socket.destroy();
      else if (ending) socket.end();
    },
    belongs(socket, grant) {
      const known = owners.get(socket) ?? new Set();
      owners.set(socket, known.add(keyOf(grant)));
    },
    cut(grant) {
      for (const [socket, grants] of owners) if (grants.has(keyOf(grant))) socket.destroy();
    },
    begins(socket, response) {
      const one: Under = { socket, response };
      underWay.add(one);
      return {
        endless(finish) {
          one.finish = finish;
        },
        over() {
          underWay.delete(one);
          if (ending && !busy(socket)) socket.end();
        },
      };
    },
    async drain(limit) {
      ending = true;
      for (const socket of sockets) if (!busy(socket)) socket.end();
      for (const { response } of underWay)
        if (response && !response.headersSent) response.setHeader('connection', 'close');
      await wait(limit, () => count() === 0);
      for (const { finish } of underWay) finish?.();
      await wait(LINGER, () => sockets.size === 0);
      this.close();
    },
    close() {
      ending = true;
      closed = true;
      for (const socket of sockets) socket.destroy();
    },
  };
}

function keyOf({ id, context }: Granted): string {
  return JSON.stringify([id, context]);
}
