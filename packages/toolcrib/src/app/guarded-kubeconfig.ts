import { renameSync, type Stats, unwatchFile, watchFile } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, resolve } from 'node:path';
import { stringify } from 'yaml';
import { z } from 'zod';
import {
  isOurs,
  type Kubeconfig,
  kubeconfigPaths,
  loadKubeconfig,
  OWN_FILE_MARK,
  readKubeconfig,
} from '../cluster/index.ts';
import { contextPrefix } from '../guard/door/context-path.ts';
import { ToolcribError } from '../model/index.ts';
import { type DoorIdentity, loadDoorIdentity } from './door-identity.ts';
import { readIfThere, writeOwnFile } from './files.ts';
import type { Paths } from './paths.ts';

type Env = Record<string, string | undefined>;
type File = NonNullable<ReturnType<typeof readKubeconfig>>;

/** Names of our clusters and users begin so; what does not was written by another program. */
const OWN = 'toolcrib:';

const sourcesSchema = z.object({ files: z.array(z.string()) });

/**
 * The environment with `KUBECONFIG` naming the person's own files: those that were named when toolcrib was
 * turned on (else those that `env` names now), and what other programs have added to ours since.
 */
export function personEnv(paths: Paths, env: Env, home: string = homedir()): Env {
  const files = rememberedSources(paths) ?? personFiles(paths, env, home);
  return { ...env, KUBECONFIG: [...files, paths.added].join(delimiter) };
}

/** The person's files in `env.KUBECONFIG`, ours left out. */
export function personFiles(paths: Paths, env: Env, home: string = homedir()): string[] {
  const ours = new Set([paths.kubeconfig, env.TOOLCRIB_KUBECONFIG].filter((path) => path !== undefined));
  const rest = kubeconfigPaths(env, home).filter((path) => !ours.has(path));
  return rest.length > 0 ? rest : kubeconfigPaths({}, home);
}

/**
 * Adds this terminal's files to those that the guard reads. Terminals may name different files (direnv); the
 * guard serves them all, as long as a context's name means one thing.
 * @throws ToolcribError `conflict` where two files have different contexts of one name
 */
export function rememberSources(paths: Paths, env: Env, home: string = homedir()): string[] {
  const known = rememberedSources(paths) ?? [];
  const here = personFiles(paths, env, home);
  const files = [...new Set([...known, ...here])];
  const together = loadKubeconfig({ env: { KUBECONFIG: files.join(delimiter) }, home });
  const alone = loadKubeconfig({ env: { KUBECONFIG: here.join(delimiter) }, home });
  for (const name of alone.contextNames) {
    const [one, other] = [serverOf(alone, name), serverOf(together, name)];
    if (one === other) continue;
    throw new ToolcribError(
      'conflict',
      `The context ${name} of ${alone.files.join(', ')} is guarded already for another cluster.`,
      {
        next: `Rename one of the two: kubectl config rename-context ${name} … Or set TOOLCRIB_HOME to another folder for this terminal.`,
      },
    );
  }
  if (files.join('\n') !== known.join('\n'))
    writeOwnFile(paths.sources, `${JSON.stringify({ files }, null, 2)}\n`);
  return files;
}

function serverOf(kubeconfig: Kubeconfig, name: string): string | undefined {
  try {
    const { cluster, user } = kubeconfig.context(name);
    return JSON.stringify([cluster, user]);
  } catch {
    // A context that names nothing: the guard says so when it is used.
    return undefined;
  }
}

function rememberedSources(paths: Paths): string[] | undefined {
  const text = readIfThere(paths.sources);
  if (text === undefined) return undefined;
  try {
    return sourcesSchema.parse(JSON.parse(text)).files;
  } catch (cause) {
    throw new ToolcribError('bad-file', `toolcrib's own file ${paths.sources} is damaged.`, {
      next: `Remove it (rm ${paths.sources}) and run \`toolcrib on\` again in each terminal.`,
      cause,
    });
  }
}

export interface Guarded {
  identity: DoorIdentity;
  person: Kubeconfig;
  /** The file was written anew. */
  changed: boolean;
  /** Contexts that other programs had written into our file. */
  adopted: string[];
}

/**
 * Brings our kubeconfig up to date with the person's: one context of the same name for each of theirs, to the
 * door, with a token of its own. The person's files are only read.
 *
 * With ours first in `KUBECONFIG`, kubectl and most cloud command lines write into ours whatever they write.
 * So the current context and the namespaces chosen there stay, and entries that are not ours are moved to a
 * file beside it, which then counts as the person's.
 */
export async function syncGuardedKubeconfig(
  paths: Paths,
  env: Env,
  home: string = homedir(),
): Promise<Guarded> {
  const ours = ownFile(paths);
  const adopted = ours ? adopt(paths, ours) : [];
  const person = loadKubeconfig({ env: personEnv(paths, env, home), home });
  const identity = await loadDoorIdentity(paths, person.contextNames);
  const text = guardedText(person, identity, ours);
  const changed = readIfThere(paths.kubeconfig) !== text;
  if (changed) writeOwnFile(paths.kubeconfig, text);
  return { identity, person, changed, adopted };
}

/** Our file as it stands. What was made unreadable by hand is put aside, not lost. */
function ownFile(paths: Paths): File | undefined {
  try {
    return readKubeconfig(paths.kubeconfig);
  } catch (error) {
    if (!(error instanceof ToolcribError) || error.code !== 'bad-file') throw error;
    renameSync(paths.kubeconfig, `${paths.kubeconfig}.broken`);
    return undefined;
  }
}

/** Moves foreign entries of our file into the file beside it; the newest of a name wins. */
function adopt(paths: Paths, ours: File): string[] {
  const foreign = {
    clusters: ours.clusters.filter((item) => !item.name.startsWith(OWN)),
    users: ours.users.filter((item) => !item.name.startsWith(OWN)),
    contexts: ours.contexts.filter((item) => !item.context.cluster.startsWith(OWN)),
  };
  if (foreign.clusters.length + foreign.users.length + foreign.contexts.length === 0) return [];
  const before = readKubeconfig(paths.added);
  const together = <Item extends { name: string }>(news: Item[], old: Item[] = []) => [
    ...news,
    ...old.filter((item) => !news.some((other) => other.name === item.name)),
  ];
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: together(foreign.clusters, before?.clusters),
    users: together(foreign.users, before?.users),
    contexts: together(foreign.contexts, before?.contexts),
  };
  // Before our own file is written anew without them.
  writeOwnFile(paths.added, stringify(config));
  return foreign.contexts.map((item) => item.name);
}

/**
 * A guarded kubeconfig with other tokens than ours, for one run of one tool: the person's current context stands in
 * it, since it is the only file that the tool will see.
 */
export async function guardedKubeconfigFor(
  paths: Paths,
  env: Env,
  tokens: Record<string, string>,
  home: string = homedir(),
): Promise<string> {
  const person = loadKubeconfig({ env: personEnv(paths, env, home), home });
  const identity = await loadDoorIdentity(paths, person.contextNames);
  const current = ownFile(paths)?.currentContext ?? person.currentContext;
  return guardedText(person, { ...identity, tokens }, undefined, current);
}

function guardedText(
  person: Kubeconfig,
  identity: DoorIdentity,
  ours: File | undefined,
  current?: string,
): string {
  const names = person.contextNames;
  const authority = Buffer.from(identity.ca).toString('base64');
  const clusterOf = (context: string) => ({
    // A path of its own for each context: clients keep their discovery cache by address.
    server: `https://127.0.0.1:${identity.port}${contextPrefix(context)}`,
    'certificate-authority-data': authority,
  });
  // Also aliases: contexts that a person made by hand for our clusters.
  const aliases = (ours?.contexts ?? []).filter(
    (item) => !names.includes(item.name) && names.includes(item.context.cluster.slice(OWN.length)),
  );
  const chosen = current ?? (ours && isOurs(ours) ? ours.currentContext : undefined);
  const known = (name: string) => names.includes(name) || aliases.some((item) => item.name === name);
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    ...(chosen && known(chosen) ? { 'current-context': chosen } : {}),
    clusters: names.map((name) => ({ name: OWN + name, cluster: clusterOf(name) })),
    users: names.map((name) => ({ name: OWN + name, user: { token: identity.tokens[name] } })),
    contexts: [
      ...names.map((name) => guardedContext(name, person.namespaceOf(name), ours)),
      ...aliases.map(({ name, context }) => ({
        name,
        context: { cluster: context.cluster, user: context.cluster, namespace: context.namespace },
      })),
    ],
    extensions: [
      { name: OWN_FILE_MARK, extension: { apiVersion: 'toolcrib.dev/v1alpha1', kind: 'Guarded' } },
    ],
  };
  return `# Written by toolcrib, which keeps it up to date. Your own kubeconfig is not changed.\n${stringify(config)}`;
}

/** The person's namespace, unless another was chosen in our file since it was copied. */
function guardedContext(name: string, theirs: string | undefined, ours: File | undefined) {
  const before = ours?.contexts.find((item) => item.name === name)?.context;
  const copied = before?.extensions.find((item) => item.name === OWN_FILE_MARK)?.extension as
    | { namespace?: string }
    | undefined;
  const now = before?.namespace || undefined;
  const chosen = copied !== undefined && now !== (copied.namespace || undefined);
  const namespace = chosen && (theirs ?? '') === (copied.namespace ?? '') ? now : theirs;
  const mark = { apiVersion: 'toolcrib.dev/v1alpha1', kind: 'Copied', namespace: theirs ?? '' };
  return {
    name,
    context: {
      cluster: OWN + name,
      user: OWN + name,
      ...(namespace ? { namespace } : {}),
      extensions: [{ name: OWN_FILE_MARK, extension: mark }],
    },
  };
}

/** Calls back when one of the files changes, comes or goes. @returns how to stop */
export function watchFiles(files: readonly string[], changed: () => void, interval = 1000): () => void {
  // By asking, not by inotify: editors and kubectl replace the file, and the folder may not exist yet.
  const paths = files.map((path) => resolve(path));
  // A file that is not there is reported once at the start, as if it had changed.
  const listener = (now: Stats, before: Stats) => {
    if (now.mtimeMs !== before.mtimeMs || now.ino !== before.ino || now.size !== before.size) changed();
  };
  for (const path of paths) watchFile(path, { interval, persistent: false }, listener);
  return () => {
    for (const path of paths) unwatchFile(path, listener);
  };
}
