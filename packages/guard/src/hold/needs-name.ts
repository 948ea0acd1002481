import type { Decision, Hold } from '@toolcrib/model';

/** What is left of a hold where nothing of it can be kept any more: its name must be typed. */
export function needingName({ decision }: Hold, name: string, why: string): Partial<Hold> {
  const reason = `${decision.reason}; and it could not be kept: ${why}`;
  return { needsName: name, net: 'none', decision: { ...asSentOnly(decision), reason } };
}

/** What was not kept is never softened: its undo needs what was kept. */
export function asSentOnly(decision: Decision): Decision {
  if (!decision.softening?.possible) return decision;
  return { ...decision, softening: { possible: false, why: 'it could not be kept' } };
}
