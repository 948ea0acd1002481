import { existsSync } from 'node:fs';
import { ToolcribError } from '../../model/index.ts';
import { collect } from '../sources/index.ts';
import type { Collected, SourceContext, Target } from '../sources/source.ts';
import { factsOf } from './pack.ts';
import type { EvidencePack } from './schema.ts';

/**
 * Reads a pack's sources again, as of the pack's own moment, where they can be reached: the clone (or another given
 * with `git`), the files beside it, and the registry where the network is allowed.
 *
 * A clone that has moved on since gives other figures: it is then read at the commit that the pack names.
 */
export async function collectAgain(
  pack: EvidencePack,
  options: { git?: string; network: boolean; signal?: AbortSignal; registry?: string },
): Promise<Collected | { outOfReach: string }> {
  const now = Date.parse(pack.assessedAt);
  const context: SourceContext = {
    now: () => now,
    signal: options.signal,
    registry: options.registry,
    offline: !options.network,
  };
  const { target, missing } = targetOf(pack, options);
  try {
    const { facts, gaps } = await collect(target, context);
    return { facts, gaps: [...gaps, ...missing] };
  } catch (error) {
    if (error instanceof ToolcribError) return { outOfReach: error.message };
    throw error;
  }
}

function targetOf(
  pack: EvidencePack,
  options: { git?: string; network: boolean },
): { target: Target; missing: Collected['gaps'] } {
  const facts = factsOf(pack);
  const missing: Collected['gaps'] = [];
  const history = facts.find(({ type }) => type === 'git.history');
  const files = facts.find((fact) => fact.type === 'git.files');
  const target: Target = {
    spec: pack.asked.spec,
    subject: pack.subject,
    files: pack.asked.files.filter((file) => existsSync(file)),
  };
  const dir = options.git ?? history?.source.location;
  const releases = facts.find((fact) => fact.type === 'git.releases');
  if (usesGit(pack) && dir !== undefined && existsSync(dir)) {
    const head =
      history?.type === 'git.history'
        ? {
            ref: history.value.ref,
            commit: history.value.commit,
            moment: Date.parse(pack.assessedAt),
            tags: new Set(releases?.value.releases.map(({ tag }) => tag)),
          }
        : undefined;
    const revision = files?.value.revision;
    const named = revision !== undefined && revision !== head?.ref ? { revision } : {};
    target.git = { dir, ...named, ...(head === undefined ? {} : { at: head }) };
  } else if (dir !== undefined)
    missing.push({
      source: 'git',
      types: facts.filter(({ source }) => source.kind === 'git').map(({ type }) => type),
      reason: `${dir} is not here (name a clone with --git)`,
    });
  // By what the pack is of, not by what it holds: facts may have been left out.
  const npm = pack.subject.purl.startsWith('pkg:npm/');
  if (npm && options.network) target.npm = { name: pack.subject.name, version: pack.subject.version };
  else if (npm)
    missing.push({
      source: 'npm',
      types: ['npm.package', 'npm.version'],
      reason: 'the registry was not asked (--offline)',
    });
  return { target, missing: missing.filter(({ types }) => types.length > 0) };
}

/** A clone that is named for a pack of the registry alone has nothing to say about it. */
function usesGit({ asked, evidence, gaps }: EvidencePack): boolean {
  return (
    asked.git !== undefined ||
    [...evidence, ...gaps].some(
      (one) => ('source' in one && typeof one.source === 'object' ? one.source.kind : one.source) === 'git',
    )
  );
}
