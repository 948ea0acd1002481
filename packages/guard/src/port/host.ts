import { messageOf } from '@toolcrib/model';
import type { Brain, Outcome } from '../request.ts';
import type { Channel } from './client.ts';
import type { Judgements } from './judgements.ts';
import type { FromJudge, ToJudge } from './messages.ts';

/** What the worker's end hands messages to. */
export interface Hosted extends Omit<Brain, 'watchesCreates' | 'left'> {
  passed(all: readonly { id: string; outcome: Outcome }[]): void;
  recalled(call: number, taken: string[]): void;
  left(actIds: readonly string[]): void;
  stopping(): void;
  close(): Promise<void>;
}

/** The worker's end: hands each message to the real brain and its answer back. */
export function hostBrain(channel: Channel, brain: Hosted, judgements: Judgements): void {
  const send = (message: FromJudge) => channel.postMessage(message);
  channel.on('message', (message: ToJudge) => {
    switch (message.type) {
      case 'judge': {
        const { id } = message.request;
        judgements
          .run(id, async () => {
            const instruction = await brain.judge(message.request);
            if (!judgements.isGivenUp(id)) return send({ type: 'instruction', id, instruction });
            // Its client was told that nothing was sent, and so it is: the door does not have it any more.
            if (instruction.do === 'forward')
              brain.settled(id, { notSent: 'it could not be judged in time' });
          })
          .catch((error: unknown) => send({ type: 'failed', id, message: messageOf(error) }));
        return;
      }
      case 'give-up':
        if (judgements.giveUp(message.id)) send({ type: 'given-up', id: message.id });
        return;
      case 'settled':
        return brain.settled(message.id, message.outcome);
      case 'passed':
        return brain.passed(message.all);
      case 'recalled':
        return brain.recalled(message.call, message.taken);
      case 'left':
        return brain.left(message.actIds);
      case 'gone':
        return brain.gone(message.id);
      case 'noticed':
        return brain.noticed(message.read);
      case 'stopping':
        return brain.stopping();
      case 'ping':
        return send({ type: 'pong', round: message.round });
      case 'close':
        void brain.close().finally(() => send({ type: 'closed' }));
    }
  });
}
