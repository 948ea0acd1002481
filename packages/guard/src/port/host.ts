import { messageOf } from '@toolcrib/model';
import type { Outcome, RequestHandler } from '../request.ts';
import type { Channel } from './client.ts';
import type { Judgements } from './judgements.ts';
import type { FromJudge, ToJudge } from './messages.ts';

/** What the worker's end hands messages to. */
export interface Hosted extends Omit<RequestHandler, 'watchesCreates' | 'left'> {
  passed(all: readonly { id: string; outcome: Outcome }[]): void;
  recalled(call: number, taken: string[]): void;
  left(actIds: readonly string[]): void;
  stopping(): void;
  close(): Promise<void>;
}

/** The worker's end: hands each message to the real handler and its answer back. */
export function hostHandler(channel: Channel, handler: Hosted, judgements: Judgements): void {
  const send = (message: FromJudge) => channel.postMessage(message);
  channel.on('message', (message: ToJudge) => {
    switch (message.type) {
      case 'judge': {
        const { id } = message.request;
        judgements
          .run(id, async () => {
            const instruction = await handler.judge(message.request);
            if (!judgements.isGivenUp(id)) return send({ type: 'instruction', id, instruction });
            // Its client was told that nothing was sent, and so it is: the door does not have it any more.
            if (instruction.do === 'forward')
              handler.settled(id, { notSent: 'it could not be judged in time' });
          })
          .catch((error: unknown) => send({ type: 'failed', id, message: messageOf(error) }));
        return;
      }
      case 'give-up':
        if (judgements.giveUp(message.id)) send({ type: 'given-up', id: message.id });
        return;
      case 'settled':
        return handler.settled(message.id, message.outcome);
      case 'passed':
        return handler.passed(message.all);
      case 'recalled':
        return handler.recalled(message.call, message.taken);
      case 'left':
        return handler.left(message.actIds);
      case 'gone':
        return handler.gone(message.id);
      case 'noticed':
        return handler.noticed(message.read);
      case 'stopping':
        return handler.stopping();
      case 'ping':
        return send({ type: 'pong', round: message.round });
      case 'close':
        void handler.close().finally(() => send({ type: 'closed' }));
    }
  });
}
