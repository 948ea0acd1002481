import { homedir } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import type { ContextConfig } from '@toolcrib/guard/cluster';
import { contextNameOf } from '@toolcrib/model';
import { lastMeant } from './last-meant.ts';
import type { Paths } from './paths.ts';
import { meaningOf } from './replaced.ts';
import { contextIn, readable, sameThing } from './source-list.ts';
import { changeSources, rememberedSources, type Source } from './sources.ts';

/**
 * Gives each meaning of a context name a label of its own, where the files were changed so that there are two by now.
 * @returns the labels whose tokens must not be used any more: their holders may mean either
 */
export function settleNames(paths: Paths, home: string = homedir()): string[] {
  const differs = (sources: readonly Source[]) =>
    !isDeepStrictEqual(sources, withMarks(paths, sources, home));
  // Hardly ever: nobody waits for a lock for nothing.
  if (!differs(rememberedSources(paths) ?? [])) return [];
  let split: string[] = [];
  changeSources(paths, (now) => {
    if (!now) return undefined;
    const sources = withMarks(paths, now.sources, home);
    split = sources.flatMap(({ marked }, at) =>
      marked.filter((name) => !now.sources[at]?.marked.includes(name)),
    );
    return { ...now, sources };
  });
  return split;
}

/** The lists with their marks: a name that an earlier list has for another thing is marked in the later one, from then on. */
export function withMarks(paths: Paths, sources: readonly Source[], home: string): Source[] {
  const meant = new Map<string, Meant>();
  return sources.map((source) => {
    const now = meantBy(paths, source, home);
    const marked = [...source.marked];
    for (const [name, mine] of now) {
      const first = meant.get(name);
      if (marked.includes(name)) continue;
      if (!first) meant.set(name, mine);
      else if (!sameMeaning(first, mine)) marked.push(name);
    }
    return { ...source, marked };
  });
}

/** A context, or where it can't be read now the digest of what it was. */
type Meant = ContextConfig | string;

/** By the person's own name. What a list's terminals hold a token for counts also while it can't be read. */
function meantBy(paths: Paths, source: Source, home: string): Map<string, Meant> {
  const held = lastMeant(paths, source.files);
  const meant = new Map<string, Meant>([...held].filter(([label]) => contextNameOf(label) === label));
  const list = readable(paths, source, home);
  for (const name of list?.names.values() ?? []) {
    const context = list && contextIn(list.resolved(name), name);
    // One that names nothing: the guard says so when it is used.
    if (context) meant.set(name, context);
  }
  return meant;
}

function sameMeaning(a: Meant, b: Meant): boolean {
  if (typeof a !== 'string' && typeof b !== 'string') return sameThing(a, b);
  const [one, other] = [a, b].map((meant) => (typeof meant === 'string' ? meant : meaningOf(meant)));
  return one === other;
}
