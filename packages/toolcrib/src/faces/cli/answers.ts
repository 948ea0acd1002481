import type { AnsweredFrom } from '@toolcrib/model';
import type { AnswerStory } from '../../operations/stories/story.ts';
import { clean, dateTime } from './terminal.ts';

/** `BCDFG: yes, as-sent, by aiko at 2026-11-30 14:03:05 +01:00, from process 4711 (pts/3, under bash)` */
export function answerText({ code, as, by, at, withoutNet, from, state }: AnswerStory): string {
  const how = as === 'denied' ? 'no' : `yes, ${as}`;
  const net =
    withoutNet === undefined ? '' : withoutNet === 'none' ? ', without a net' : ', without a whole net';
  const when = at === undefined ? '' : ` at ${dateTime(at)}`;
  const lost = state === 'expired' && as !== 'denied' ? `; ${NO_MORE_BY_IT}` : '';
  return clean(`${code}: ${how}${net}, by ${by}${when}${from ? `, from ${fromText(from)}` : ''}${lost}`);
}

/** Of a yes that was not used, or not for all that it was for. */
export const NO_MORE_BY_IT = 'its guard ended, and nothing more goes by it';

function fromText({ pid, terminal, under, run }: AnsweredFrom): string {
  const more = [terminal, under && `under ${under}`, run && `of the run ${run}`].filter(Boolean);
  return `process ${pid}${more.length > 0 ? ` (${more.join(', ')})` : ''}`;
}
