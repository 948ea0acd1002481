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
  const context: SourceContext = { now: () => now, signal: options.signal, registry: options.registry };
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
  if (dir !== undefined && existsSync(dir)) {
    const head =
      history?.type === 'git.history' ? { ref: history.value.ref, commit: history.value.commit } : undefined;
    const revision = files?.value.revision;
    const named = revision !== undefined && revision !== head?.ref ? { revision } : {};
    target.git = { dir, ...named, ...(head === undefined ? {} : { at: head }) };
  } else if (dir !== undefined)
    missing.push({
      source: 'git',
      types: facts.filter(({ source }) => source.kind === 'git').map(({ type }) => type),
      reason: `${dir} is not here (name a clone with --git)`,
    });
  const npm = facts.find(({ source }) => source.kind === 'npm');
  if (npm !== undefined && options.network)
    target.npm = { name: pack.subject.name, version: pack.subject.version };
  else if (npm !== undefined)
    missing.push({
      source: 'npm',
      types: ['npm.package', 'npm.version'],
      reason: 'the registry was not asked (--offline)',
    });
  return { target, missing: missing.filter(({ types }) => types.length > 0) };
}
