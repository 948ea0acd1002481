import type { Brain } from '../request.ts';
import type { Channel } from './client.ts';
import type { FromBrain, ToBrain } from './messages.ts';

/** The worker's end: hands each message to the real brain and its answer back. */
export function hostBrain(
  channel: Channel,
  brain: Omit<Brain, 'watchesCreates'> & { opened(): void; close(): Promise<void> },
): void {
  const send = (message: FromBrain) => channel.postMessage(message);
  channel.on('message', (message: ToBrain) => {
    switch (message.type) {
      case 'judge': {
        const { id } = message.request;
        brain.judge(message.request).then(
          (instruction) => send({ type: 'instruction', id, instruction }),
          (error: unknown) =>
            send({ type: 'failed', id, message: error instanceof Error ? error.message : String(error) }),
        );
        return;
      }
      case 'settled':
        return brain.settled(message.id, message.outcome);
      case 'gone':
        return brain.gone(message.id);
      case 'noticed':
        return brain.noticed(message.read);
      case 'opened':
        return brain.opened();
      case 'close':
        void brain.close().finally(() => send({ type: 'closed' }));
    }
  });
}
