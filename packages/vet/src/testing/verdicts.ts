import type { Verdict } from '@toolcrib/model';
import { viewOf } from '../criteria/criterion.ts';
import { CRITERIA } from '../criteria/index.ts';
import type { Gap } from '../facts/evidence.ts';
import { factsFrom, SUBJECT } from './evidence.ts';
import { NOW } from './repository.ts';

export type Thresholds = Record<string, object>;

export const DAY = 86_400_000;
/** An instant so many days before the tests' now. */
export const at = (daysAgo: number) => new Date(NOW - daysAgo * DAY).toISOString();

/** Every criterion's verdict over these facts, by its id. */
export function verdicts(
  facts: Parameters<typeof factsFrom>[0],
  thresholds: Thresholds = {},
  gaps: Gap[] = [],
  version: string | undefined = '1.5.0',
): Record<string, Verdict> {
  const view = viewOf({ ...SUBJECT, version }, factsFrom(facts), gaps);
  return Object.fromEntries(
    CRITERIA.map(({ id, judge, threshold }) => [
      id,
      judge(view, threshold.parse(thresholds[id] ?? {}), NOW).verdict,
    ]),
  );
}
