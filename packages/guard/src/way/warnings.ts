// Step: forward
import { kindOf } from '../effects/index.ts';
import { notInTheNet } from '../radius/index.ts';
import type { Recording } from './recording.ts';
import type { Step } from './step.ts';

/**
 * Where a yes let it go, or enforce would have asked for one: how to take it back, once for each act. What is softened,
 * or warned of, says so itself.
 */
export function wayBack({ decision, live }: Step, approved: boolean): string[] {
  const observed =
    decision.then === 'allow' && decision.wouldBe !== undefined && decision.wouldBe !== 'allow';
  if ((!approved && !observed) || live.toldUndo) return [];
  live.toldUndo = true;
  const what = approved
    ? 'sent as it was approved'
    : `enforce would have ${decision.wouldBe === 'warn' ? 'warned of' : 'held'} this (rule ${decision.rule}): ${decision.reason}`;
  return [`toolcrib: ${what}`, undoLine(live)];
}

/** Its answer says only that something was written: that it deletes is said with it, once for each. */
export function throughWrite({ subject: { effect }, live }: Step, kept: boolean): string[] {
  const how = kindOf(effect).besides(effect);
  if (how === undefined || !('target' in effect)) return [];
  const warnings = [`toolcrib: ${effect.target?.resource} ${effect.target?.name ?? ''}: ${how}`];
  if (kept && !live.toldUndo) warnings.push(undoLine(live));
  live.toldUndo = true;
  return warnings;
}

/** A warning of its own, which begins with the command. */
function undoLine({ act }: Step['live']): string {
  return `toolcrib undo ${act.id}   takes it back`;
}

/** What a warned request is told; and why nothing of it was kept, where it goes all the same. */
export function warningsOf({ decision, live }: Step, notKeptWhy: string | undefined): string[] {
  const warnings: string[] = [];
  if (decision.then === 'warn') {
    const would = decision.wouldBe
      ? `would be ${decision.wouldBe === 'hold' ? 'held' : 'denied'} in enforce mode`
      : 'take care';
    warnings.push(`toolcrib: ${would} (rule ${decision.rule}): ${decision.reason}`, undoLine(live));
  }
  if (notKeptWhy) warnings.push(`toolcrib: sent without a net, it can't be undone (${notKeptWhy})`);
  return warnings;
}

/**
 * It goes although not everything that could go with it was seen: a person has said so, or no rule holds it. Said to the
 * client and in the log; the journal has it with the request, and undo tells it again.
 */
export function unseenOf(deps: Pick<Recording, 'log'>, { request, seen, live }: Step): string[] {
  const unseen = notInTheNet(seen.radius).filter(({ unlikely }) => !unlikely);
  if (unseen.length === 0) return [];
  deps.log('let go although not everything was seen', { act: live.act.id, path: request.path, unseen });
  const kinds = unseen.slice(0, 5).map(({ kind }) => kind);
  const more = unseen.length > kinds.length ? ` and ${unseen.length - kinds.length} more` : '';
  return [
    `toolcrib could not see all that this may take: ${kinds.join(', ')}${more}. What of that goes is not kept, and no undo brings it back`,
  ];
}
