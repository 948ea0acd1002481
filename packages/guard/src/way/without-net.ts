// Step: keep
import { type Clock, type Journal, ToolcribError } from '@toolcrib/model';
import type { Instruction } from '../request.ts';
import { stoodStillAnswer } from './answers.ts';
import type { OnTheWay } from './on-the-way.ts';
import { type Recording, record, requestRecord } from './recording.ts';
import type { Step } from './step.ts';
import { type Stopping, stopUninstall } from './stopped-uninstalls.ts';

/** Where something is written down before it goes. */
export type Writing = Recording &
  Stopping & {
    journal: Pick<Journal, 'saveRequest'>;
    onTheWay: Pick<OnTheWay, 'handedOver'>;
    clock: Pick<Clock, 'now'>;
  };

/**
 * What goes without a net is written down all the same, where anything can be written. A journal that fails stops nothing: a
 * person has said so. One that says whose it is by now does.
 * @returns the refusal where another guard may have it
 */
export async function recordWithoutNet(
  deps: Writing,
  step: Step,
  why: string,
): Promise<Instruction | undefined> {
  const written = requestRecord(step, 'without-net', { at: deps.clock.now(), note: `not kept: ${why}` });
  try {
    await deps.acts.save(step.live);
    await deps.journal.saveRequest(written);
    deps.onTheWay.handedOver(written);
  } catch (error) {
    if (isAnothers(error)) return refusedAsAnothers(deps, step, error);
    deps.log('sent without a net, and not written down', { path: step.request.path, why: String(error) });
  }
  return undefined;
}

/** The journal's word that this guard's lease has ended, or that the record is another guard's. */
export function isAnothers(error: unknown): error is ToolcribError {
  return error instanceof ToolcribError && error.code === 'conflict';
}

/** Nothing was sent, and nothing is offered: what this guard has judged it may not act upon. */
export async function refusedAsAnothers(
  deps: Recording & Stopping,
  step: Step,
  { message }: ToolcribError,
): Promise<Instruction> {
  // helm goes on to delete all the same: by a yes that was for the whole of it nothing may go on.
  stopUninstall(deps, step, { why: message.replace(/\.$/, '') });
  await record(deps, step, 'refused', { note: message, status: 503 });
  return stoodStillAnswer();
}
