import type { AnsweredFrom } from '@toolcrib/model';
import type { AnswerStory } from '../../operations/stories/story.ts';
import { clean, dateTime } from './terminal.ts';

/** `BCDFG: yes, as-sent, by aiko at 2026-11-30 14:03:05 +01:00, from process 4711 (pts/3, under bash)` */
export function answerText({ code, as, by, at, withoutNet, from, lost }: AnswerStory): string {
  const how = as === 'denied' ? 'no' : `yes, ${as}`;
  const net =
    withoutNet === undefined ? '' : withoutNet === 'none' ? ', without a net' : ', without a whole net';
  const when = at === undefined ? '' : ` at ${dateTime(at)}`;
  return clean(
    `${code}: ${how}${net}, by ${by}${when}${from ? `, from ${fromText(from)}` : ''}${lost ? `; ${LOST}` : ''}`,
  );
}

/** Of a yes: `isYesLost`. */
export const LOST = 'not all that it was for has gone, and nothing goes by it any more';

function fromText({ pid, terminal, under, run }: AnsweredFrom): string {
  const more = [terminal, under && `under ${under}`, run && `of the run ${run}`].filter(Boolean);
  return `process ${pid}${more.length > 0 ? ` (${more.join(', ')})` : ''}`;
}
