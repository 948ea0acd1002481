import type { Softening } from './radius.ts';

/** Per cluster: record what would have happened; say so; or stop it. */
export type Mode = 'observe' | 'warn' | 'enforce';

export type DecisionVerb = 'allow' | 'warn' | 'hold' | 'deny';

export interface Decision {
  then: DecisionVerb;
  /** The rule that decided, or the built-in reason (`default`, `dry-run`, `replaced-pod`, `not-understood` …). */
  rule: string;
  /** One sentence for the person. */
  reason: string;
  softening?: Softening;
  /** In observe and warn mode: what enforce would have said. */
  wouldBe?: DecisionVerb;
}
