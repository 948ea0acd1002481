import type { Hold } from '@toolcrib/model';

/** A person's no to a hold of an act. `at` in milliseconds since 1970. */
export interface Denial {
  code: string;
  by: string;
  at: number;
}

/** Of so many denied acts it is remembered; kubectl goes on at once, and nobody else for long. */
const DENIALS = 1000;

/** What was said no to, by act. */
export function denials() {
  const all = new Map<string, Denial>();
  return {
    of: (actId: string): Denial | undefined => all.get(actId),
    add({ actId, code }: Hold, { by, at }: Omit<Denial, 'code'>): void {
      all.set(actId, { code, by, at });
      if (all.size > DENIALS) all.delete(all.keys().next().value ?? '');
    },
  };
}
