import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { kubeconfigPaths } from '@toolcrib/guard/cluster';
import { labelOf, ToolcribError } from '@toolcrib/model';
import { z } from 'zod';
import { readIfThere, takeLock, writeOwnFile } from './files.ts';
import type { Paths } from './paths.ts';
import { isOwnPath, terminalIn } from './terminals.ts';

type Env = Record<string, string | undefined>;

/**
 * The files that one or more terminals had in `KUBECONFIG` when toolcrib was turned on there. A list is kept whole: the
 * same user or cluster name may mean another thing in another terminal's list.
 */
export interface Source {
  files: string[];
  /** Tells the list, in the guard's own names of its contexts. */
  mark: string;
  /** Context names that mean another thing here than in an earlier list: their label carries the mark, from then on. */
  marked: string[];
  /** What other programs have written into these terminals' kubeconfigs, moved out. */
  added: string;
}

/** What is remembered of all terminals. */
export interface Remembered {
  sources: Source[];
  /** See {@link forgotten}. */
  forgotten?: string[];
}

/** Milliseconds that this process stands still for another one at most: each holds it for a few. */
const LOCK_WAIT = 2_000;

const fileSchema = z.union([
  z.object({
    lists: z.array(z.array(z.string())),
    /** By the list's mark. Absent in older files. */
    marked: z.record(z.string(), z.array(z.string())).default({}),
    /** A list was forgotten since: see {@link forgotten}. */
    forgotten: z.array(z.string()).optional(),
  }),
  // As it was written at first: one list for all.
  z
    .object({ files: z.array(z.string()) })
    .transform(({ files }) => ({ lists: [files], marked: {}, forgotten: undefined })),
]);

export function sourceOf(paths: Paths, files: readonly string[], marked: readonly string[] = []): Source {
  const mark = createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 8);
  return { files: [...files], mark, marked: [...marked], added: join(paths.addedTo, mark) };
}

/**
 * The guard's own name of a context in these files. It is a key in our files and answers: the one name that is no key like
 * any other in an object always carries the mark.
 */
export function labelIn({ mark, marked }: Pick<Source, 'mark' | 'marked'>, name: string): string {
  return labelOf(name, name === '__proto__' || marked.includes(name) ? mark : undefined);
}

/** The person's files in `env.KUBECONFIG`: ours stand for the files that they were made from. */
export function personFiles(paths: Paths, env: Env, home: string = homedir()): string[] {
  const listed = kubeconfigPaths(env, home);
  const rest = listed.filter((path) => !isOwnPath(paths, env, path));
  const own = listed.length > rest.length ? ownStandsFor(paths, env) : [];
  const files = [...new Set([...rest, ...own])];
  return files.length > 0 ? files : kubeconfigPaths({}, home);
}

/** In a list (as toolcrib 0.1 wrote it) the person's files stand beside ours, so ours stands for nothing. */
function ownStandsFor(paths: Paths, env: Env): string[] {
  const known = terminalIn(paths, env)?.files;
  if (known) return known;
  const theirs = env.TOOLCRIB_KUBECONFIG_THEIRS;
  return theirs ? kubeconfigPaths({ KUBECONFIG: theirs }, '/') : [];
}

/** @returns undefined where toolcrib was never turned on. @throws ToolcribError `bad-file` */
export function rememberedSources(paths: Paths): Source[] | undefined {
  return read(paths)?.sources;
}

/**
 * Set where a list was forgotten: tokens for labels that nobody has any more are to be thrown away, and those of the labels
 * named here to be made anew, so that a token never leads to what somebody else calls so by now.
 */
export function forgotten(paths: Paths): string[] | undefined {
  return read(paths)?.forgotten;
}

function read(paths: Paths): Remembered | undefined {
  const text = readIfThere(paths.sources);
  if (text === undefined) return undefined;
  try {
    const { lists, marked, forgotten } = fileSchema.parse(JSON.parse(text));
    const markedIn = new Map(Object.entries(marked));
    const sources = lists.map((files) => {
      const source = sourceOf(paths, files);
      return { ...source, marked: markedIn.get(source.mark) ?? [] };
    });
    return { sources, forgotten };
  } catch (cause) {
    throw new ToolcribError('bad-file', `toolcrib's own file ${paths.sources} is damaged.`, {
      next: `Remove it (rm ${paths.sources}) and run \`toolcrib on\` again in each terminal.`,
      cause,
    });
  }
}

/**
 * Changes what is remembered, while no other process does.
 * @param change given what is there now; undefined leaves it so
 * @returns what `change` gave. @throws ToolcribError `bad-file`, `conflict`
 */
export function changeSources(
  paths: Paths,
  change: (now: Remembered | undefined) => Remembered | undefined,
): Remembered | undefined {
  const release = takeLock(`${paths.sources}.lock`, LOCK_WAIT);
  if (!release) {
    throw new ToolcribError('conflict', 'Another toolcrib command is changing which files are guarded.', {
      next: 'Wait for it and try again.',
    });
  }
  try {
    const wanted = change(read(paths));
    if (wanted) write(paths, wanted);
    return wanted;
  } finally {
    release();
  }
}

function write(paths: Paths, { sources, forgotten }: Remembered): void {
  const marked = sources.flatMap((one) => (one.marked.length > 0 ? [[one.mark, one.marked] as const] : []));
  const file = {
    lists: sources.map(({ files }) => files),
    ...(marked.length > 0 ? { marked: Object.fromEntries(marked) } : {}),
    ...(forgotten ? { forgotten } : {}),
  };
  writeOwnFile(paths.sources, `${JSON.stringify(file, null, 2)}\n`);
}

/** As remembered, else the files that this environment names. */
export function sourcesOf(paths: Paths, env: Env, home: string): Source[] {
  return rememberedSources(paths) ?? [sourceOf(paths, personFiles(paths, env, home))];
}

/** This terminal's own. */
export function sourceHere(paths: Paths, env: Env, home: string): Source {
  const files = personFiles(paths, env, home);
  const known = rememberedSources(paths)?.find((one) => isDeepStrictEqual(one.files, files));
  return known ?? sourceOf(paths, files);
}

export function stillThere({ files }: Source): boolean {
  return files.some((file) => existsSync(file));
}

/** Files with contexts that other programs wrote into this terminal's kubeconfig, those that exist. */
export function addedFiles(paths: Paths, env: Env, home: string = homedir()): string[] {
  return [sourceHere(paths, env, home).added, paths.added].filter(existsSync);
}
