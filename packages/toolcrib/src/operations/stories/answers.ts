import { type Hold, isYesLost, netOf } from '@toolcrib/model';
import type { AnswerStory } from './story.ts';

/** Every yes and no to holds, oldest first; a yes that was taken back is both. Old records don't say all of it. */
export function answersOf(holds: readonly Hold[]): AnswerStory[] {
  return holds.flatMap((hold): AnswerStory[] => {
    const { code, requestId, createdAt, state, answer, denied } = hold;
    const frame = { code, requestId, createdAt, state };
    const net = netOf(hold) ?? 'none';
    const yes = answer && {
      ...frame,
      as: answer.as,
      by: answer.by,
      at: answer.at,
      ...(answer.withoutNet ? { withoutNet: net } : {}),
      ...(answer.from ? { from: answer.from } : {}),
      ...(isYesLost(hold) ? { lost: true as const } : {}),
    };
    const no = denied && { ...frame, as: 'denied' as const, ...denied };
    return [...(yes ? [yes] : []), ...(no ? [no] : [])];
  });
}
