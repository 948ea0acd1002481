import type { Socket } from 'node:net';

/** Milliseconds and counts. */
export interface Patience {
  /** How many connections without a good token may be open (each costs TLS state, some 140 kB) … */
  most: number;
  /** … for how long … */
  life: number;
  /** … and for how long at least, while others wait for their place. */
  chance: number;
  /** How many may wait, unread and without TLS. */
  waiting: number;
}

const PATIENCE: Patience = { most: 128, life: 10_000, chance: 2_000, waiting: 4_096 };

interface Stranger {
  since: number;
  close(): void;
}

export interface Strangers {
  /** A new connection: let in at once, or when a place is free. `enter` begins TLS. */
  arrived(socket: Socket, enter: () => void): void;
  /** It has shown a good token: from now on it may be quiet for as long as it likes. */
  known(key: string): void;
  close(): void;
}

/** What a connection is known by on both of its layers. */
export function keyOf(socket: Pick<Socket, 'remoteAddress' | 'remotePort'>): string {
  return `${socket.remoteAddress} ${socket.remotePort}`;
}

/**
 * Connections that have not shown a good token yet: few at a time, and not for long. Any process and any web page of the
 * machine can make them by the thousand. The newest that waits comes next: those who wait for nothing shall not be in the
 * way of one that has something to say.
 */
export function strangers(patience: Partial<Patience> = {}): Strangers {
  const { most, life, chance, waiting } = { ...PATIENCE, ...patience };
  // Both oldest first.
  const inside = new Map<string, Stranger>();
  const queue = new Map<string, { socket: Socket; enter(): void }>();
  let timer: NodeJS.Timeout | undefined;

  const admit = (key: string, { socket, enter }: { socket: Socket; enter(): void }): void => {
    inside.set(key, { since: performance.now(), close: () => socket.destroy() });
    enter();
  };
  const next = (): void => {
    while (inside.size < most && queue.size > 0) {
      const [key, newest] = [...queue].at(-1) as [string, { socket: Socket; enter(): void }];
      queue.delete(key);
      admit(key, newest);
    }
  };
  const sweep = (): void => {
    timer = undefined;
    const now = performance.now();
    let places = Math.min(queue.size, most);
    for (const [key, { since, close }] of inside) {
      const over = now - since >= life || (places > 0 && now - since >= chance);
      if (!over) break;
      places--;
      inside.delete(key);
      close();
    }
    next();
    watch();
  };
  const watch = (): void => {
    if (timer === undefined && inside.size > 0)
      timer = setTimeout(sweep, queue.size > 0 ? chance / 4 : chance).unref();
  };

  return {
    arrived(socket, enter) {
      const key = keyOf(socket);
      socket.once('close', () => {
        queue.delete(key);
        if (inside.delete(key)) next();
      });
      if (inside.size < most) admit(key, { socket, enter });
      else {
        queue.set(key, { socket, enter });
        const [oldest] = queue;
        if (queue.size > waiting && oldest) oldest[1].socket.destroy();
      }
      watch();
    },
    known(key) {
      if (inside.delete(key)) next();
    },
    close() {
      clearTimeout(timer);
      for (const { socket } of [...queue.values()]) socket.destroy();
      for (const { close } of [...inside.values()]) close();
    },
  };
}
