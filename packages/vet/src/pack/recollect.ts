import { existsSync } from 'node:fs';
import { lstat, realpath } from 'node:fs/promises';
import { basename, dirname, resolve, sep } from 'node:path';
import { ToolcribError } from '@toolcrib/model';
import { collect, SOURCES } from '../sources/index.ts';
import type { Collected, SourceContext, Target } from '../sources/source.ts';
import { nameAlike } from './name-alike.ts';
import { factsOf } from './pack.ts';
import type { EvidencePack } from './schema.ts';

/** Where a pack's sources may be looked for. */
export interface Reach {
  /** The reader's own clone. */
  git?: string;
  /** Files and folders that the reader names; a pack only gets those that it names, too, by path or by name. */
  files?: readonly string[];
  /** The pack's own path: plain files that lie beside it, or below, are read unasked. */
  packPath?: string;
  network: boolean;
  signal?: AbortSignal;
  registry?: string;
}

/**
 * Reads a pack's sources again, as of the pack's own moment, where they can be reached: the clone (or another given
 * with `git`), the files beside the pack or named by the reader, and the registry where the network is allowed. A pack
 * does not choose what else is opened on the reader's disk, and neither does a release file beside it that the reader
 * did not name.
 *
 * A clone that has moved on since gives other figures: it is then read at the commit that the pack names.
 */
export async function collectAgain(
  pack: EvidencePack,
  options: Reach,
): Promise<Collected | { outOfReach: string }> {
  const now = Date.parse(pack.assessedAt);
  const context: SourceContext = {
    now: () => now,
    signal: options.signal,
    registry: options.registry,
    offline: !options.network,
  };
  const { target, missing } = targetOf(pack, options);
  const { files, unasked, unread } = await reachable(pack, options);
  target.files = [...files.keys()];
  target.unasked = unasked;
  try {
    const { facts, gaps } = await collect(target, context);
    nameAlike(facts, factsOf(pack), files);
    return { facts, gaps: [...gaps, ...missing, ...unread] };
  } catch (error) {
    if (error instanceof ToolcribError) return { outOfReach: error.message };
    throw error;
  }
}

/** The files that may be read, each with the path that the pack calls it by; and why the others are not. */
async function reachable(
  pack: EvidencePack,
  { files = [], packPath }: Reach,
): Promise<{ files: Map<string, string>; unasked: Map<string, string>; unread: Collected['gaps'] }> {
  const found = new Map<string, string>();
  const unasked = new Map<string, string>();
  const refused: string[] = [];
  for (const asked of pack.asked.files) {
    const named =
      files.find((file) => resolve(file) === resolve(asked)) ??
      files.find((file) => basename(file) === basename(asked) && !found.has(file));
    if (named !== undefined) found.set(named, asked);
    else if (packPath !== undefined && (await liesBeside(asked, packPath))) {
      found.set(asked, asked);
      unasked.set(asked, await realpath(dirname(packPath)));
    } else refused.push(asked);
  }
  if (refused.length === 0) return { files: found, unasked, unread: [] };
  const reason = `${refused.join(', ')}: not read, as a pack does not choose what is opened here (name it with --file)`;
  return { files: found, unasked, unread: [{ source: 'file', types: [...FILE_TYPES], reason }] };
}

const FILE_TYPES = SOURCES.filter(({ kind }) => !['git', 'npm'].includes(kind)).flatMap(({ makes }) => makes);

async function liesBeside(file: string, packPath: string): Promise<boolean> {
  const info = await lstat(file).catch(() => undefined);
  if (!info?.isFile()) return false;
  const [folder, path] = await Promise.all([realpath(dirname(packPath)), realpath(file)]);
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
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
    files: [],
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
