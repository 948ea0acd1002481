import type { MessagePort } from 'node:worker_threads';
import type { holdDesk } from '@toolcrib/guard/hold/desk';
import { type AnsweredFrom, type Hold, messageOf, netOf, shellWord, ToolcribError } from '@toolcrib/model';
import { whyOver } from '../laptop/api/over.ts';
import { unknownCode } from '../laptop/api/schema.ts';
import type { Answer, FromDesk, ToDesk } from './desk-messages.ts';

type Desk = Pick<ReturnType<typeof holdDesk>, 'get' | 'answer'>;

/**
 * Answers what comes from the thread that people ask.
 * @param passMs how long a yes is good for, as the policy has it now
 */
export function answerAtDesk(
  port: Pick<MessagePort, 'on' | 'postMessage'>,
  desk: Desk,
  passMs: () => number,
): void {
  const tell = (message: FromDesk) => port.postMessage(message);
  port.on('message', (message: ToDesk) => {
    if (message.type !== 'answer') return;
    const { call, code, body, from, until } = message;
    const answered = async (): Promise<Hold> => {
      if (Date.now() > until) throw new ToolcribError('conflict', 'It came too late.');
      // From here on it may count: whoever gave it waits for what becomes of it.
      tell({ type: 'answering', call });
      return answerHold(desk, code, body, from, passMs());
    };
    answered().then(
      (hold) => tell({ type: 'answered', call, hold }),
      (error: unknown) => {
        const known = error instanceof ToolcribError ? error : undefined;
        const told = { code: known?.code ?? ('internal' as const), message: messageOf(error) };
        tell({ type: 'not-answered', call, ...told, next: known?.next });
      },
    );
  });
}

/**
 * A yes or a no to a hold, where that is one that can be said to it.
 * @param passMs how long a yes is good for
 * @throws ToolcribError `not-found`, `usage` for a form that it can't go in, `conflict` where it was answered or used
 */
export async function answerHold(
  desk: Desk,
  code: string,
  body: Answer,
  from: AnsweredFrom | undefined,
  passMs: number,
): Promise<Hold> {
  const hold = desk.get(code);
  if (!hold) throw unknownCode(code);
  // In which form it could go is no answer for one that goes in none.
  const over = body.as === 'denied' ? undefined : whyOver(hold, Date.now());
  if (over) throw over;
  refuseForm(hold, body);
  const where = from === undefined ? {} : { from };
  const given =
    body.as === 'denied'
      ? { as: 'denied' as const, by: body.by, ...where }
      : { as: body.as, by: body.by, withoutNet: body.withoutNet !== undefined, ...where };
  const result = await desk.answer(code, given, passMs);
  if (result === 'unknown' || result === 'closed')
    throw (
      whyOver(desk.get(code) ?? hold, Date.now()) ??
      new ToolcribError('conflict', `${code} was answered already, or its time is over.`, {
        next: `Look what it says now: toolcrib held ${code}`,
      })
    );
  if (result === 'unwritten')
    throw new ToolcribError(
      'conflict',
      `The journal can't be written for so long that another guard may have ${code} by now.`,
      { next: 'Send it again: it is held under a new code, and that can be approved.' },
    );
  if (body.as === 'denied' && result.state === 'used')
    throw new ToolcribError(
      'conflict',
      `The yes to ${code} was used already. What of its act has not left by now is stopped.`,
      { next: `toolcrib log ${result.actId} tells what went; toolcrib undo ${result.actId} takes it back.` },
    );
  return result;
}

function refuseForm(hold: Hold, body: Answer): void {
  const { code, needsName, decision } = hold;
  const { softening } = decision;
  if (needsName && body.as !== 'denied' && body.withoutNet !== needsName) {
    const what = netOf(hold) === 'none' ? 'This could not be kept' : 'Not all of this can be kept';
    const as = softening?.possible ? body.as : 'as-sent';
    throw new ToolcribError('usage', `${what}, so it goes without a net or not at all.`, {
      next: `To let it go: toolcrib approve ${code} --${as} --without-net ${shellWord(needsName)}`,
    });
  }
  if (!needsName && body.withoutNet !== undefined) {
    throw new ToolcribError('usage', 'This can be kept, so it does not go without a net.', {
      next: `Leave --without-net out: toolcrib approve ${code} --as-sent`,
    });
  }
  if (body.as === 'softened' && !softening?.possible) {
    const why = softening?.why ?? 'this can only go as it was sent';
    throw new ToolcribError('usage', `This can't be softened: ${why}.`, {
      next: `toolcrib approve ${code} --as-sent`,
    });
  }
}
