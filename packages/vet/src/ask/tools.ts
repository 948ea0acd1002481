import { combineVerdicts } from '@toolcrib/model';
import { assess } from '../assess.ts';
import { readPack } from '../pack/pack.ts';
import type { EvidencePack } from '../pack/schema.ts';
import { changesSince } from '../pack/since.ts';
import { checked, type ToolsInput, toolsInput } from './input.ts';
import { keepPacks } from './keep.ts';
import type { Vetted } from './outcome.ts';
import { passedOvers, policyChooser } from './policy-for.ts';
import { readText } from './read-text.ts';

/**
 * Vets tools by evidence. Nothing of a tool is ever executed.
 * @param progress what is being done, in words
 * @throws ToolcribError for what the person got wrong; what a tool is made of only ever makes an `unknown`
 */
export async function vetTools(
  asked: ToolsInput,
  progress: (text: string) => void = () => undefined,
): Promise<Vetted> {
  const { specs, git, files, since, at, registry, keepIn, ...by } = checked(toolsInput, asked);
  const old = since === undefined ? undefined : readPack(await readText(since), since);
  const context = { now: () => at ?? Date.now(), ...(registry === undefined ? {} : { registry }), progress };
  const over = passedOvers();
  const policyFor = policyChooser(by, over.add);
  const named = specs.length === 0 && old !== undefined ? [old.asked.spec] : specs;
  const more = { git: git ?? old?.asked.git, files: files.length > 0 ? files : (old?.asked.files ?? []) };
  const packs: EvidencePack[] = [];
  for (const spec of named)
    packs.push(await assess({ spec, ...more }, (_, target) => policyFor(target), context));
  const [now] = packs;
  return {
    packs,
    verdict: combineVerdicts(packs.map((pack) => pack.verdict)),
    ...(old && now ? { since: { assessedAt: old.assessedAt, changes: changesSince(old, now) } } : {}),
    kept: keepIn === undefined ? [] : await keepPacks(packs, keepIn),
    passedOver: over.all,
  };
}
