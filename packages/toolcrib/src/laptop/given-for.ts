import { z } from 'zod';
import { readIfThere } from './files.ts';
import type { Paths } from './paths.ts';

// A label is only a name, and files may be away, lose a context, or get one of that name, at any time and without a command
// of ours. Who holds a label's token still means what it led to when it was given out. So each token says what it was given
// for, and to whom: it comes to mean something else only where all these files say so themselves.

/** What a label's token was given for. */
export interface GivenFor {
  /** A digest, see `meaningOf`. */
  meaning: string;
  /** By the mark of each list whose terminals may hold it: those of its files that were there. */
  lists: Record<string, string[]>;
}

export const givenForSchema = z.record(
  z.string(),
  z.object({ meaning: z.string(), lists: z.record(z.string(), z.array(z.string())) }),
);

/** Whether the label means something else by now, and not because its holders' own files say so. */
export function changedHands(before: GivenFor | undefined, now: GivenFor): boolean {
  if (!before || before.meaning === now.meaning) return false;
  return !Object.entries(before.lists).every(([mark, files]) =>
    files.every((file) => now.lists[mark]?.includes(file) ?? false),
  );
}

/** What is remembered from now on. One whose file is away keeps its token, and so stays a holder. */
export function givenForNow(before: GivenFor | undefined, now: GivenFor): GivenFor {
  if (!before || changedHands(before, now)) return now;
  return { meaning: now.meaning, lists: { ...before.lists, ...now.lists } };
}

/** As it was written with the tokens, by label. Where it can't be read there are no tokens either. */
export function readGivenFor(paths: Pick<Paths, 'door'>): Map<string, GivenFor> {
  try {
    const file = z.object({ givenFor: givenForSchema.optional() });
    const { givenFor } = file.parse(JSON.parse(readIfThere(paths.door) ?? '{}'));
    return new Map(Object.entries(givenFor ?? {}));
  } catch {
    return new Map();
  }
}
