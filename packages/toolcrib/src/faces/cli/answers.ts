import { type AnsweredFrom, type Hold, type Net, netOf } from '@toolcrib/model';
import { clean, dateTime } from './terminal.ts';

/** What was said to one hold of an act: what the journal has of it, without what was shown. */
export interface AnswerStory {
  code: string;
  /** The request that was held. */
  requestId: string;
  createdAt: number;
  state: Hold['state'];
  as: 'as-sent' | 'softened' | 'denied';
  by: string;
  at?: number;
  /** Its name was typed: how much of a net was missing. */
  withoutNet?: Net;
  from?: AnsweredFrom;
}

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
    };
    const no = denied && { ...frame, as: 'denied' as const, ...denied };
    return [...(yes ? [yes] : []), ...(no ? [no] : [])];
  });
}

/** `BCDFG: yes, as-sent, by aiko at 2026-11-30 14:03:05 +01:00, from process 4711 (pts/3, under bash)` */
export function answerText({ code, as, by, at, withoutNet, from }: AnswerStory): string {
  const how = as === 'denied' ? 'no' : `yes, ${as}`;
  const net =
    withoutNet === undefined ? '' : withoutNet === 'none' ? ', without a net' : ', without a whole net';
  const when = at === undefined ? '' : ` at ${dateTime(at)}`;
  return clean(`${code}: ${how}${net}, by ${by}${when}${from ? `, from ${fromText(from)}` : ''}`);
}

function fromText({ pid, terminal, under, run }: AnsweredFrom): string {
  const more = [terminal, under && `under ${under}`, run && `of the run ${run}`].filter(Boolean);
  return `process ${pid}${more.length > 0 ? ` (${more.join(', ')})` : ''}`;
}
