import assert from 'node:assert/strict';
import { type Criterion, type Judgement, viewOf } from '../criteria/criterion.ts';
import type { Gap, Subject } from '../facts/evidence.ts';
import { factsFrom, goodFacts, SUBJECT } from './evidence.ts';
import { NOW } from './repository.ts';

export type GoodFacts = ReturnType<typeof goodFacts>;

interface Given<T> {
  /** Spoils the facts of the good tool. */
  facts?: (facts: GoodFacts) => unknown;
  /** Only these facts, and not the good tool's. */
  only?: Parameters<typeof factsFrom>[0];
  threshold?: Partial<T>;
  gaps?: [type: string, reason: string][];
  subject?: Partial<Subject>;
}

function viewFor<T>({ facts: spoil, only, gaps = [], subject = {} }: Given<T>) {
  const facts = goodFacts();
  spoil?.(facts);
  const holes = gaps.map(([type, reason]): Gap => ({ source: 'test', types: [type], reason }));
  return viewOf({ ...SUBJECT, ...subject }, factsFrom(only ?? facts), holes);
}

/** What one criterion says of the good tool, or of what was made of it. The id of a fact is its type. */
export function judged<T>(criterion: Criterion<T>, given: Given<T> = {}): Judgement {
  return criterion.judge(viewFor(given), criterion.threshold.parse(given.threshold ?? {}), NOW);
}

/** The same as `VERDICT: REASON`. */
export function said<T>(criterion: Criterion<T>, given: Given<T> = {}): string {
  const { verdict, reason } = judged(criterion, given);
  return `${verdict}: ${reason}`;
}

/** The commands with which a person gets its figures: `[figure, command]`. */
export function byHand<T>(criterion: Criterion<T>, given: Given<T> = {}): [string, string][] {
  assert.ok(criterion.byHand !== undefined);
  const lines = criterion.byHand(viewFor(given), criterion.threshold.parse(given.threshold ?? {}), NOW);
  return lines.map(({ figure, command }) => [figure, command]);
}
