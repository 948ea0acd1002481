import { depsDevSource } from './files/depsdev.ts';
import { osvSource } from './files/osv.ts';
import { sbomSource } from './files/sbom.ts';
import { scorecardSource } from './files/scorecard.ts';
import { gitSource } from './git/source.ts';
import { npmSource } from './npm/source.ts';
import { releaseSource } from './release/source.ts';
import type { Collected, Source, SourceContext, Target } from './source.ts';

/** Every source, in the order they are asked. To add one: a folder beside these, one line here. */
export const SOURCES: readonly Source[] = [
  gitSource,
  npmSource,
  osvSource,
  scorecardSource,
  depsDevSource,
  sbomSource,
  releaseSource,
];

/** Asks every source that has something to look at. Facts of one type are numbered in the order they came. */
export async function collect(
  target: Target,
  context: SourceContext,
  sources: readonly Source[] = SOURCES,
): Promise<Collected> {
  const all: Collected = { facts: [], gaps: [] };
  for (const source of sources) {
    if (!source.appliesTo(target)) continue;
    const { facts, gaps } = await source.collect(target, context);
    all.facts.push(...facts);
    all.gaps.push(...gaps);
  }
  const seen = new Map<string, number>();
  for (const fact of all.facts) {
    const count = (seen.get(fact.type) ?? 0) + 1;
    seen.set(fact.type, count);
    fact.id = count === 1 ? fact.type : `${fact.type}-${count}`;
  }
  return all;
}
