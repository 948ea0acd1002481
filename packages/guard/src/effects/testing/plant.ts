import type { AnyKind } from '../effect-kind.ts';
import { KINDS } from '../index.ts';

/** One more kind in the registry of this process, asked before all others. @returns takes it out again */
export function plant(verb: string, kind: AnyKind): () => void {
  const kinds = KINDS as unknown as Record<string, AnyKind>;
  const before = { ...kinds };
  const set = (to: typeof kinds) => {
    for (const name of Object.keys(kinds)) delete kinds[name];
    Object.assign(kinds, to);
  };
  set({ [verb]: kind, ...before });
  return () => set(before);
}
