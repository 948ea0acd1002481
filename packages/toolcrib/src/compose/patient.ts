import type { Channel } from '@toolcrib/guard/port/client';

/** The same channel, whose messages wait for the first listener. */
export function patient(channel: Channel): Channel {
  const early: unknown[] = [];
  let listener: ((message: never) => void) | undefined;
  channel.on('message', (message: unknown) => {
    if (listener) listener(message as never);
    else early.push(message);
  });
  return {
    postMessage: (message) => channel.postMessage(message),
    on(_event, wanted) {
      listener = wanted;
      for (const message of early.splice(0)) wanted(message as never);
    },
  };
}
