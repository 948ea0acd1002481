import { type ContextConfig, readKubeconfig } from '@toolcrib/guard/cluster';
import { nameText, ToolcribError } from '@toolcrib/model';
import { changedHands, type GivenFor, readGivenFor } from './given-for.ts';
import { lastMeant } from './last-meant.ts';
import type { Paths } from './paths.ts';
import { meaningOf } from './replaced.ts';
import { contextIn, type List, sameThing } from './source-list.ts';
import { type Source, stillThere } from './sources.ts';

// A label whose token a terminal holds must not come to open another cluster. Where that is in doubt it opens none.

/**
 * Files were changed so that one label means two things by now: which of them a client means that holds its token, nobody
 * knows. It lasts until the guard has read them again and given each its own.
 */
export function refuseTwoMeanings(label: string, lists: readonly List[]): void {
  const meant = lists.flatMap(({ names, resolved }) => {
    const name = names.get(label);
    return (name !== undefined && contextIn(resolved(name), name)) || [];
  });
  const [one] = meant;
  const other = meant.find((context) => one && !sameThing(one, context));
  if (one && other) throw twoMeanings(label, one.file, other.file);
}

/** The same, of a list that can't be read now and whose terminals hold that label's token. */
export function refuseAnothersMeaning(
  paths: Paths,
  label: string,
  context: ContextConfig,
  { sources, all }: { sources: readonly Source[]; all: readonly List[] },
): void {
  const readable = new Set(all.flatMap(({ source, names }) => (names.has(label) ? [source.mark] : [])));
  if (readable.size === sources.length) return;
  const meaning = meaningOf(context);
  for (const { mark, files } of sources) {
    if (readable.has(mark)) continue;
    const before = lastMeant(paths, files).get(label);
    if (before !== undefined && before !== meaning) throw twoMeanings(label, context.file, files.join(', '));
  }
}

/**
 * The lists whose own files say of a label what it means, by mark, with those of their files that are there. One whose files
 * are away says nothing, whatever other programs have added for all terminals.
 */
export function holders(lists: readonly List[], label: string, context: ContextConfig): GivenFor['lists'] {
  const entries = lists.flatMap(({ source, own, names, resolved }): [string, string[]][] => {
    const name = names.get(label);
    const mine = name === undefined ? undefined : contextIn(resolved(name), name);
    if (!mine || !sameThing(mine, context)) return [];
    if (name !== undefined && own.contextNames.includes(name)) return [[source.mark, own.files]];
    const isAdded = readKubeconfig(source.added)?.contexts.some((item) => item.name === name) ?? false;
    return [isAdded && stillThere(source) ? [source.mark, own.files] : ['added', []]];
  });
  return Object.fromEntries(entries);
}

/**
 * The label has come to another terminal's files, and its token was given out for what those of its holders said: until the
 * guard has read them again and made it anew.
 */
export function refuseStrangersMeaning(
  paths: Paths,
  label: string,
  context: ContextConfig,
  lists: GivenFor['lists'],
): void {
  const before = readGivenFor(paths).get(label);
  if (!changedHands(before, { meaning: meaningOf(context), lists })) return;
  const gone = Object.entries(before?.lists ?? {}).filter(([mark]) => !Object.hasOwn(lists, mark));
  throw twoMeanings(
    label,
    context.file,
    gone.flatMap(([, files]) => files).join(', ') || 'a file that is away',
  );
}

function twoMeanings(label: string, one: string, other: string): ToolcribError {
  return new ToolcribError(
    'conflict',
    `The context ${nameText(label)} means one thing in ${one} and another in ${other} by now.`,
    { next: 'Send it again in a moment; if it stays so: eval "$(toolcrib on)"' },
  );
}
