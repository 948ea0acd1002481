import { renameSync, type Stats, unwatchFile, watchFile } from 'node:fs';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { stringify } from 'yaml';
import { isOurs, OWN_FILE_MARK, readKubeconfig } from '../cluster/index.ts';
import { contextPrefix } from '../guard/door/context-path.ts';
import { ToolcribError } from '../model/index.ts';
import { type DoorIdentity, loadDoorIdentity } from './door-identity.ts';
import { readIfThere, writeOwnFile } from './files.ts';
import type { Paths } from './paths.ts';
import { guardedName, loadPerson, OWN, type Person, terminalOf } from './person-kubeconfig.ts';

type Env = Record<string, string | undefined>;
type File = NonNullable<ReturnType<typeof readKubeconfig>>;

export interface Guarded {
  identity: DoorIdentity;
  person: Person;
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
  const person = loadPerson(paths, env, home);
  const identity = await loadDoorIdentity(paths, person.contextNames);
  const text = ownText(person, identity, ours);
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
 * A guarded kubeconfig with other tokens than ours, for one run of one tool: the contexts that this terminal's
 * `KUBECONFIG` has, with its current context and namespaces. It is the only file that the tool will see.
 *
 * @param tokens by the guard's name of the context
 * @throws ToolcribError as for reading the kubeconfig
 */
export async function guardedKubeconfigFor(
  paths: Paths,
  env: Env,
  tokens: Record<string, string>,
  home: string = homedir(),
): Promise<string> {
  const { names, current, contextOf, namespaceOf } = terminalOf(env, home);
  const identity = await loadDoorIdentity(paths, Object.keys(tokens));
  const served = names.filter((name) => Object.hasOwn(tokens, contextOf(name)));
  const contexts = served.map((name) => contextEntry(name, contextOf(name), namespaceOf(name)));
  return guardedText({ ...identity, tokens }, unique(served.map(contextOf)), contexts, current);
}

/** Our own file's text: the person's contexts, and what was chosen in ours since it was last written. */
function ownText(person: Person, identity: DoorIdentity, ours: File | undefined): string {
  const names = person.contextNames;
  // Also aliases: contexts that a person made by hand for our clusters.
  const aliases = (ours?.contexts ?? []).flatMap(({ name, context }) => {
    const target = guardedName(context.cluster);
    const known = target !== undefined && names.includes(target) && !names.includes(name);
    return known ? [contextEntry(name, target, context.namespace)] : [];
  });
  const contexts = [...names.map((name) => guardedContext(name, person.namespaceOf(name), ours)), ...aliases];
  const chosen = ours && isOurs(ours) ? ours.currentContext : undefined;
  const current = contexts.some(({ name }) => name === chosen) ? chosen : undefined;
  return guardedText(identity, names, contexts, current);
}

function guardedText(
  identity: DoorIdentity,
  names: readonly string[],
  contexts: readonly ReturnType<typeof contextEntry>[],
  current: string | undefined,
): string {
  const authority = Buffer.from(identity.ca).toString('base64');
  const clusterOf = (context: string) => ({
    // A path of its own for each context: clients keep their discovery cache by address.
    server: `https://127.0.0.1:${identity.port}${contextPrefix(context)}`,
    'certificate-authority-data': authority,
  });
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    ...(current ? { 'current-context': current } : {}),
    clusters: names.map((name) => ({ name: OWN + name, cluster: clusterOf(name) })),
    users: names.map((name) => ({ name: OWN + name, user: { token: identity.tokens[name] } })),
    contexts,
    extensions: [
      { name: OWN_FILE_MARK, extension: { apiVersion: 'toolcrib.dev/v1alpha1', kind: 'Guarded' } },
    ],
  };
  return `# Written by toolcrib, which keeps it up to date. Your own kubeconfig is not changed.\n${stringify(config)}`;
}

function contextEntry(name: string, target: string, namespace?: string, extensions?: object[]) {
  return {
    name,
    context: {
      cluster: OWN + target,
      user: OWN + target,
      ...(namespace ? { namespace } : {}),
      ...(extensions ? { extensions } : {}),
    },
  };
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
  return contextEntry(name, name, namespace, [{ name: OWN_FILE_MARK, extension: mark }]);
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
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
