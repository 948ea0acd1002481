import type { CriterionResult } from '@toolcrib/model';
import type { z } from 'zod';
import type { Gap, Subject } from '../facts/evidence.ts';
import type { Fact } from '../facts/fact.ts';
import type { FactType } from '../facts/index.ts';

/** What a criterion may look at: one subject's facts and the gaps between them. */
export interface EvidenceView {
  subject: Subject;
  all<T extends FactType>(type: T): Fact<T>[];
  /** The first of a type, as most types have one fact a subject. */
  first<T extends FactType>(type: T): Fact<T> | undefined;
  /** Why there is no fact of this type; empty where no source was asked for one. */
  gaps(type: FactType): string[];
}

export type Judgement = Omit<CriterionResult, 'criterion'>;

/** A figure, and the command that prints the same figure without this program. `$GIT` stands for the repository. */
export interface ByHand {
  /** The key in `numbers`. */
  figure: string;
  command: string;
}

/**
 * One criterion. `judge` is pure: the same facts, threshold and moment give the same judgement on any machine, which
 * is what makes a pack checkable. Missing evidence is always `unknown`, never `fail` and never `pass`.
 */
export interface Criterion<Threshold = unknown> {
  /** kebab-case; also its key in a policy. */
  id: string;
  title: string;
  /** What exactly is measured, in words a second person could measure it by. */
  definition: string;
  /** Where the threshold comes from. */
  source: { title: string; url: string };
  /** When it passes by the cited threshold, in one clause: docs/vet.md has its table from here. */
  passes: string;
  /** Where its evidence comes from, in a word or two. */
  from: string;
  /** Parses a threshold; every member has a default, so that `{}` is the cited threshold itself. */
  threshold: z.ZodType<Threshold>;
  /** purl types it can be asked of (`npm`); absent: all. Elsewhere it is left out, not passed. */
  appliesTo?: readonly string[];
  /** @param now milliseconds since 1970: the moment of the assessment */
  judge(evidence: EvidenceView, threshold: Threshold, now: number): Judgement;
  /** How to get the same figures by hand; empty where there is no short way. */
  byHand?(evidence: EvidenceView, threshold: Threshold, now: number): ByHand[];
  /** What the owner of an own tool does to mend it, as commands; for `vet . --publish`. */
  mend?: string;
}

/** The views are built from flat lists, so that a pack read back gives the very same view. */
export function viewOf(subject: Subject, facts: readonly Fact[], gaps: readonly Gap[]): EvidenceView {
  return {
    subject,
    all: <T extends FactType>(type: T) => facts.filter((fact) => fact.type === type) as Fact<T>[],
    first: <T extends FactType>(type: T) => facts.find((fact) => fact.type === type) as Fact<T> | undefined,
    gaps: (type) => gaps.filter((gap) => gap.types.includes(type)).map((gap) => gap.reason),
  };
}

/** `unknown` with the gap's own reason, or that nobody looked. */
export function missing(evidence: EvidenceView, type: FactType, what: string): Judgement {
  const reasons = evidence.gaps(type);
  const reason = reasons.length > 0 ? reasons.join('; ') : `no source gave ${what}`;
  return { verdict: 'unknown', reason, numbers: {}, evidence: [] };
}
