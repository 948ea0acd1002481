import type { Effect, SingleEffect } from '@toolcrib/model';
import { effectsIn } from '../effects/index.ts';

/** How it was asked for, where that is another way than usual; '' else. What is hashed into an approval is told here. */
export function howAsked(effect: Effect): string {
  const asked = effectsIn(effect).map(howOneIs);
  return [...new Set(asked)].filter(Boolean).join('; ');
}

function howOneIs(effect: SingleEffect): string | undefined {
  if (!('options' in effect)) return undefined;
  const { gracePeriodSeconds: grace, ignoreStoreReadErrorWithClusterBreakingPotential: breaking } =
    effect.options;
  return [
    grace === 0 ? 'forced: grace period 0' : grace === undefined ? '' : `grace period ${grace} s`,
    effect.propagation === 'Orphan' ? 'cascade orphan: what it owns stays' : '',
    effect.propagation === 'Foreground' ? 'cascade foreground: what it owns goes first' : '',
    breaking ? 'although it can not be read from the store' : '',
  ]
    .filter(Boolean)
    .join('; ');
}
