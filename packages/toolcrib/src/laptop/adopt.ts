import { copyFileSync, existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { readKubeconfig } from '@toolcrib/guard/cluster';
import { ToolcribError } from '@toolcrib/model';
import { isLocked, ownFolder, readIfThere, replaceOwnFile } from './files.ts';
import { kubeconfigText } from './kubeconfig-text.ts';
import { OWN } from './own-names.ts';
import type { Paths } from './paths.ts';
import { loadPersonOf, type Person } from './person-kubeconfig.ts';
import { meaningOf, replacing } from './replaced.ts';
import { labelIn, type Source } from './sources.ts';

export type File = NonNullable<ReturnType<typeof readKubeconfig>>;

/** A file that can't be read may be half written; after so long (ms) it is broken. */
export const HALF_WRITTEN = 2_000;

/** One of our kubeconfigs as it stands. */
export interface Opened {
  file?: File;
  /** What {@link file} was read from, or older. */
  text?: string;
  /** Another program writes it at this moment. */
  busy: boolean;
}

/** What was made unreadable by hand is put aside, not lost. */
export function openOwn(path: string): Opened {
  if (isLocked(path)) return { busy: true };
  const text = readIfThere(path);
  try {
    return { file: readKubeconfig(path), text, busy: false };
  } catch (error) {
    if (!(error instanceof ToolcribError) || error.code !== 'bad-file') throw error;
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat && Date.now() - stat.mtimeMs < HALF_WRITTEN) return { busy: true };
    renameSync(path, free(`${path}.broken`));
    return { busy: false };
  }
}

/** Names of clusters, users and contexts that other programs wrote into one of our files. */
export function foreignIn(file: File) {
  return {
    clusters: file.clusters.filter((item) => !item.name.startsWith(OWN)),
    users: file.users.filter((item) => !item.name.startsWith(OWN)),
    contexts: file.contexts.filter((item) => !item.context.cluster.startsWith(OWN)),
  };
}

/**
 * Moves foreign entries of our file into the one for what was added; the newest of a name wins.
 * @param ownContext the person's own of that name: it is older than what was written now
 * @returns the names of contexts; undefined where another program was faster, and nothing was kept
 */
export function adopt(
  ours: File | undefined,
  to: string,
  ownContext: Person['ownContext'] = () => undefined,
): string[] | undefined {
  if (!ours) return [];
  const foreign = foreignIn(ours);
  if (foreign.clusters.length + foreign.users.length + foreign.contexts.length === 0) return [];
  const was = readIfThere(to);
  const before = readKubeconfig(to);
  const together = <Item extends { name: string }>(news: Item[], old: Item[] = []) => [
    ...news,
    ...old.filter((item) => !news.some((other) => other.name === item.name)),
  ];
  const contexts = foreign.contexts.map((item) => {
    const own = ownContext(item.name);
    return own ? { ...item, context: replacing(item.context, meaningOf(own)) } : item;
  });
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: together(foreign.clusters, before?.clusters),
    users: together(foreign.users, before?.users),
    contexts: together(contexts, before?.contexts),
  };
  // Before our own file is written anew without them.
  const text = kubeconfigText(config);
  if (was !== text && !replaceOwnFile(to, was, text)) return undefined;
  return foreign.contexts.map((item) => item.name);
}

/** The context of that name in a list's own files. */
export function ownContextOf(paths: Paths, source: Source, name: string, home: string = homedir()) {
  try {
    const own = { ...source, marked: [] };
    return loadPersonOf(paths, own, home).ownContext(labelIn(own, name));
  } catch (error) {
    if (error instanceof ToolcribError) return undefined;
    throw error;
  }
}

/**
 * Before one of our kubeconfigs is removed: what other programs wrote into it is kept with what they added, and where that
 * can't be told, the file itself is. So is what stood in it when it was broken.
 * @param to the file for what was added
 * @param asides the folder for what is kept as it is
 */
export function rescue(
  kubeconfig: string,
  to: string,
  ownContext?: Person['ownContext'],
  asides: string = dirname(to),
): void {
  const folder = dirname(kubeconfig);
  const aside = (path: string) =>
    free(join(asides, `${basename(folder)}.${basename(path).replace(/^kubeconfig/, 'kept')}`));
  let kept = false;
  try {
    kept = adopt(readKubeconfig(kubeconfig), to, ownContext) !== undefined;
  } catch (error) {
    if (!(error instanceof ToolcribError)) throw error;
  }
  if (!existsSync(kubeconfig)) kept = true;
  const broken = namesIn(folder).filter((name) => name.startsWith(`${basename(kubeconfig)}.broken`));
  const whole = [...(kept ? [] : [kubeconfig]), ...broken.map((name) => join(folder, name))];
  for (const path of whole.filter((one) => existsSync(one))) {
    ownFolder(asides);
    copyFileSync(path, aside(path));
    rmSync(path);
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function free(path: string): string {
  for (let at = 1; ; at++) {
    const name = at === 1 ? path : `${path}.${at}`;
    if (!existsSync(name)) return name;
  }
}
