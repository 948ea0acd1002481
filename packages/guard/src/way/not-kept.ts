// Step: keep
import { type Hold, NOT_KEPT, netOf } from '@toolcrib/model';
import { beginsUninstall } from '../effects/index.ts';
import type { HoldDesk } from '../hold/desk.ts';
import { asSentOnly } from '../hold/needs-name.ts';
import type { Instruction } from '../request.ts';
import { notKeptAnswer } from './answers.ts';
import { type Holding, holdFor, nameOf } from './new-hold.ts';
import { type Recording, record } from './recording.ts';
import type { Form, Step } from './step.ts';
import { type Stopping, stopUninstall } from './stopped-uninstalls.ts';

/** What it takes to say so, and to ask a person for it by its name. */
type NotKeeping = Recording &
  Stopping &
  Holding & { desk: Pick<HoldDesk, 'openFor' | 'isOutOfReach' | 'void' | 'requireName' | 'place'> };

/** Refused, with a code: it may go only when a person was told that nothing of it is kept and has typed its name. */
export async function notKept(deps: NotKeeping, step: Step, form: Form, why: string): Promise<Instruction> {
  // helm goes on to delete all the same: by a yes that was for the whole of it nothing may go on.
  stopUninstall(deps, step, { why: `it could not be kept: ${why}` });
  if (beginsUninstall(step.subject.effect) && form.code !== undefined) deps.desk.void(form.code);
  const name = nameOf(step.subject);
  const open = openHold(deps, step);
  const { needed } = step.seen;
  const decision = {
    ...asSentOnly(step.decision),
    then: 'hold' as const,
    rule: NOT_KEPT,
    reason: `it could not be kept: ${why}${needed === undefined ? '' : `; and ${needed}`}`,
  };
  const hold = open ?? { ...holdFor(deps, { ...step, decision }), needsName: name, net: 'none' as const };
  if (open) deps.desk.requireName(open.code, name, why);
  else void deps.desk.place(hold, 0);
  await record(deps, { ...step, decision }, 'refused', { note: `not kept: ${why}`, status: 403 });
  return notKeptAnswer(hold.code, name, why, needed);
}

/**
 * The request's open hold, unless no yes could be given to it now, or what was shown there is a net with holes: the same words
 * would mean more by now. One that is made anew was never written, and is nobody else's.
 */
function openHold(
  deps: { desk: Pick<HoldDesk, 'openFor' | 'isOutOfReach' | 'void'> },
  { request, key }: Step,
): Hold | undefined {
  const open = deps.desk.openFor(request.person, key);
  if (open === undefined || (netOf(open) !== 'partial' && !deps.desk.isOutOfReach(open.code))) return open;
  deps.desk.void(open.code);
  return undefined;
}
