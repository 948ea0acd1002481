import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { type ContextConfig, type Kubeconfig, kubeconfigPaths, loadKubeconfig } from '../cluster/index.ts';
import { ToolcribError } from '../model/index.ts';
import { readIfThere, writeOwnFile } from './files.ts';
import type { Paths } from './paths.ts';

type Env = Record<string, string | undefined>;

/** Names of our clusters and users begin so; what does not was written by another program. */
export const OWN = 'toolcrib:';

/** The context that one of our clusters leads to; undefined where the cluster is not ours. */
export function guardedName(cluster: string): string | undefined {
  return cluster.startsWith(OWN) ? cluster.slice(OWN.length) : undefined;
}

/**
 * The lists of files that terminals had in `KUBECONFIG` when toolcrib was turned on there. A list is kept whole:
 * the same user or cluster name may mean another thing in another terminal's list.
 */
const sourcesSchema = z.union([
  z.object({ lists: z.array(z.array(z.string())) }),
  // As it was written at first: one list for all.
  z.object({ files: z.array(z.string()) }).transform(({ files }) => ({ lists: [files] })),
]);

/** The person's files in `env.KUBECONFIG`, ours left out. */
export function personFiles(paths: Paths, env: Env, home: string = homedir()): string[] {
  const ours = new Set([paths.kubeconfig, env.TOOLCRIB_KUBECONFIG].filter((path) => path !== undefined));
  const rest = kubeconfigPaths(env, home).filter((path) => !ours.has(path));
  return rest.length > 0 ? rest : kubeconfigPaths({}, home);
}

/** The person's contexts over all terminals, by name. */
export interface Person extends Pick<Kubeconfig, 'contextNames' | 'namespaceOf' | 'context'> {
  /** What a credential plugin of that context should find in `KUBECONFIG`: never ours. */
  kubeconfigOf(name: string): string;
}

/** Every file that decides what {@link loadPerson} gives, those that are not there included. */
export function personSources(paths: Paths, env: Env, home: string = homedir()): string[] {
  return [...new Set([...listsOf(paths, env, home).flat(), paths.added, paths.sources])];
}

/**
 * The contexts of each terminal where toolcrib was turned on (else of the files that `env` names), each resolved within
 * its own terminal's files, and those that other programs have added to ours since. A list that can't be read costs
 * its own contexts only: one terminal's half-written file must not take the guard from all the others.
 * @throws ToolcribError `no-kubeconfig`, `bad-file` where no list can be read
 */
export function loadPerson(paths: Paths, env: Env, home: string = homedir()): Person {
  return together(paths, listsOf(paths, env, home), home);
}

/** As {@link loadPerson}, of the files that this terminal names and no others. */
export function loadPersonHere(paths: Paths, env: Env, home: string = homedir()): Person {
  return together(paths, [personFiles(paths, env, home)], home);
}

function together(paths: Paths, lists: readonly string[][], home: string): Person {
  const errors: unknown[] = [];
  const all = lists.flatMap((files) => {
    const KUBECONFIG = [...files, paths.added].join(delimiter);
    try {
      return { KUBECONFIG, own: load(files, home), whole: loadKubeconfig({ env: { KUBECONFIG }, home }) };
    } catch (error) {
      errors.push(error);
      return [];
    }
  });
  if (all.length === 0 && errors.length > 0) throw errors[0];
  const has = (config: Kubeconfig, name: string) => config.contextNames.includes(name);
  // What other programs added may lean on a cluster or user of one list only.
  const listOf = (name: string) =>
    all.find(({ own }) => has(own, name)) ??
    all.find(({ whole }) => has(whole, name) && resolves(whole, name)) ??
    all[0];
  return {
    contextNames: [...new Set(all.flatMap(({ whole }) => whole.contextNames))],
    namespaceOf: (name) => listOf(name)?.whole.namespaceOf(name),
    kubeconfigOf: (name) => listOf(name)?.KUBECONFIG ?? paths.added,
    context(name) {
      const list = listOf(name);
      if (list && has(list.whole, name)) return list.whole.context(name);
      // It may stand in what could not be read.
      if (errors.length > 0) throw errors[0];
      // Only for its words: nobody has that context.
      const KUBECONFIG = [...lists.flat(), paths.added].join(delimiter);
      return loadKubeconfig({ env: { KUBECONFIG }, home }).context(name);
    },
  };
}

/**
 * Adds this terminal's files to those that the guard reads. Terminals may name different files (direnv); the
 * guard serves them all, as long as a context's name means one thing.
 *
 * @throws ToolcribError `conflict` where another terminal's files have a different context of one name;
 * `no-kubeconfig` where this terminal has no context at all. Nothing was written then
 */
export function rememberSources(paths: Paths, env: Env, home: string = homedir()): void {
  const files = personFiles(paths, env, home);
  const here = load(files, home);
  if (here.contextNames.length === 0) {
    // All of it may be ours: what other programs added, or the one file of a `run` around this command.
    const ours = [loadPersonHere(paths, env, home).contextNames, terminalOf(env, home).names].flat();
    if (ours.length > 0) return;
    throw new ToolcribError(
      'no-kubeconfig',
      'There is no context to guard: no kubeconfig was found, or it has none.',
      {
        next: 'Set KUBECONFIG, or let your cloud’s command line write ~/.kube/config; then try again.',
      },
    );
  }
  const known = remembered(paths) ?? [];
  for (const list of known) {
    const there = readable(list, home);
    if (!there) continue;
    for (const name of here.contextNames.filter((one) => there.contextNames.includes(one)))
      refuseOther(name, contextIn(here, name), contextIn(there, name));
  }
  if (known.some((list) => isDeepStrictEqual(list, files))) return;
  const standing = known.filter((list) => list.some((file) => existsSync(file)));
  writeOwnFile(paths.sources, `${JSON.stringify({ lists: [...standing, files] }, null, 2)}\n`);
}

/** Another terminal's files: what is wrong with them is said where they are used. */
function readable(files: readonly string[], home: string): Kubeconfig | undefined {
  try {
    return load(files, home);
  } catch {
    return undefined;
  }
}

function refuseOther(name: string, here: ContextConfig | undefined, there: ContextConfig | undefined): void {
  // One that names nothing: the guard says so when it is used.
  if (!here || !there) return;
  const cluster = !isDeepStrictEqual(here.cluster, there.cluster);
  if (!cluster && isDeepStrictEqual(here.user, there.user)) return;
  const other = cluster
    ? `for another cluster (${there.cluster.server} of ${there.file})`
    : `as another user (${there.userName ?? 'none'} of ${there.file})`;
  throw new ToolcribError('conflict', `The context ${name} of ${here.file} is guarded already ${other}.`, {
    next: `Rename one of the two: kubectl config rename-context ${name} NEW-NAME --kubeconfig ${here.file}. Or set TOOLCRIB_HOME to another folder for this terminal.`,
  });
}

/** What kubectl would take in this terminal, ours counting only where it stands in `KUBECONFIG`. */
export interface Terminal {
  /** In kubectl's order, aliases that a person made for our clusters included. */
  names: string[];
  current?: string;
  /** The guard's own name of a context, for an alias that of what it stands for. */
  contextOf(name: string): string;
  namespaceOf(name: string): string | undefined;
}

/** @throws ToolcribError `no-kubeconfig`, `bad-file` */
export function terminalOf(env: Env, home: string = homedir()): Terminal {
  const seen = loadKubeconfig({ env, home, withOurs: true });
  return {
    names: seen.contextNames,
    current: seen.currentContext,
    contextOf: (name) => guardedName(contextIn(seen, name)?.clusterName ?? '') ?? name,
    namespaceOf: (name) => seen.namespaceOf(name),
  };
}

function listsOf(paths: Paths, env: Env, home: string): string[][] {
  return remembered(paths) ?? [personFiles(paths, env, home)];
}

function remembered(paths: Paths): string[][] | undefined {
  const text = readIfThere(paths.sources);
  if (text === undefined) return undefined;
  try {
    return sourcesSchema.parse(JSON.parse(text)).lists;
  } catch (cause) {
    throw new ToolcribError('bad-file', `toolcrib's own file ${paths.sources} is damaged.`, {
      next: `Remove it (rm ${paths.sources}) and run \`toolcrib on\` again in each terminal.`,
      cause,
    });
  }
}

function load(files: readonly string[], home: string): Kubeconfig {
  return loadKubeconfig({ env: { KUBECONFIG: files.join(delimiter) }, home });
}

function contextIn(kubeconfig: Kubeconfig, name: string): ContextConfig | undefined {
  try {
    return kubeconfig.context(name);
  } catch {
    return undefined;
  }
}

const resolves = (kubeconfig: Kubeconfig, name: string) => contextIn(kubeconfig, name) !== undefined;
