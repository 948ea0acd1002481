import { renameSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { isOurs, OWN_FILE_MARK, readKubeconfig } from '../cluster/index.ts';
import { contextPrefix } from '../guard/door/context-path.ts';
import { ToolcribError } from '../model/index.ts';
import { type DoorIdentity, loadDoorIdentity } from './door-identity.ts';
import { readIfThere, writeOwnFile } from './files.ts';
import type { Paths } from './paths.ts';
import {
  guardedName,
  loadPerson,
  loadPersonOf,
  OWN,
  type Person,
  personSources,
  settleNames,
  terminalOf,
} from './person-kubeconfig.ts';
import { meaningOf, replacing } from './replaced.ts';
import { changeSources, forgotten, rememberedSources, type Source, sourceOf } from './sources.ts';
import { type OwnTerminal, terminals } from './terminals.ts';

type Env = Record<string, string | undefined>;
type File = NonNullable<ReturnType<typeof readKubeconfig>>;

export interface Guarded {
  identity: DoorIdentity;
  person: Person;
  /** The file was written anew. */
  changed: boolean;
  /** Contexts that other programs had written into our files. */
  adopted: string[];
  /** Another program writes one of our files at this moment: it was left as it is, and must be looked at again. */
  busy: boolean;
}

/** Milliseconds. A lock of kubectl's that is older was left by a killed one. */
const LOCK_LIFE = 10_000;
/** A file that can't be read may be half written; after so long (ms) it is broken. */
const HALF_WRITTEN = 2_000;

/**
 * Brings our kubeconfigs up to date with the person's files, which are only read: one for each terminal where toolcrib is
 * on, with the contexts of that terminal's own files, and one with those of all, for programs that have no terminal. Each
 * context leads to the door, with a token of its own.
 *
 * In a terminal ours is the only file in `KUBECONFIG`, so other programs write there whatever they write. The current
 * context and the namespaces chosen there stay, and entries that are not ours are moved to a file beside the terminal's
 * own files, which then counts as one of them.
 */
export async function syncGuardedKubeconfig(
  paths: Paths,
  env: Env,
  home: string = homedir(),
): Promise<Guarded> {
  const all = terminals(paths).map((terminal) => ({ terminal, source: sourceOfTerminal(paths, terminal) }));
  const shared = openOwn(paths.kubeconfig);
  const open = all.map((one) => ({ ...one, ours: openOwn(one.terminal.kubeconfig) }));
  const adopted = [
    ...adopt(shared.file, paths.added),
    ...open.flatMap(({ ours, source }) =>
      adopt(ours.file, source.added, (name) => ownContextOf(paths, source, name, home)),
    ),
  ];
  const split = settleNames(paths, home);
  const person = loadPerson(paths, env, home);
  const left = forgotten(paths);
  const identity = await loadDoorIdentity(paths, person.contextNames, {
    anew: [...split, ...(left ?? [])],
    prune: left !== undefined,
  });
  if (left) changeSources(paths, (now) => now && { sources: now.sources });
  const changed = write(paths.kubeconfig, shared, ownText(person, identity, shared.file));
  const persons = new Map<string, Person | undefined>();
  for (const { terminal, source, ours } of open) {
    // Read again: it may have got a label of its own a moment ago. Once for all terminals with the same files.
    if (!persons.has(source.mark)) persons.set(source.mark, personOfTerminal(paths, terminal, home));
    const own = persons.get(source.mark);
    if (own) write(terminal.kubeconfig, ours, ownText(own, identity, ours.file, { inTerminal: true }));
  }
  return {
    identity,
    person,
    changed,
    adopted,
    busy: [shared, ...open.map(({ ours }) => ours)].some(({ busy }) => busy),
  };
}

/** As {@link syncGuardedKubeconfig}, once no other program writes one of them any more: for a moment at most. */
export async function syncInPeace(paths: Paths, env: Env, home: string = homedir()): Promise<Guarded> {
  const until = Date.now() + HALF_WRITTEN + 1_000;
  for (;;) {
    const guarded = await syncGuardedKubeconfig(paths, env, home);
    if (!guarded.busy || Date.now() > until) return guarded;
    await sleep(50);
  }
}

/** Every file that decides what {@link syncGuardedKubeconfig} writes. */
export function watchedFiles(paths: Paths, env: Env, home: string = homedir()): string[] {
  const own = terminals(paths).map(({ kubeconfig }) => kubeconfig);
  return [...personSources(paths, env, home), paths.kubeconfig, ...own];
}

function sourceOfTerminal(paths: Paths, { files }: OwnTerminal): Source {
  const source = sourceOf(paths, files);
  return rememberedSources(paths)?.find(({ mark }) => mark === source.mark) ?? source;
}

function ownContextOf(paths: Paths, source: Source, name: string, home: string) {
  try {
    return loadPersonOf(paths, { ...source, marked: [] }, home).ownContext(name);
  } catch (error) {
    if (error instanceof ToolcribError) return undefined;
    throw error;
  }
}

/** undefined where its files can't be read now: what stands in ours goes on to count. */
function personOfTerminal(paths: Paths, terminal: OwnTerminal, home: string): Person | undefined {
  try {
    return loadPersonOf(paths, sourceOfTerminal(paths, terminal), home);
  } catch (error) {
    if (error instanceof ToolcribError) return undefined;
    throw error;
  }
}

interface Opened {
  file?: File;
  busy: boolean;
}

/** Our file as it stands. What was made unreadable by hand is put aside, not lost. */
function openOwn(path: string): Opened {
  if (age(`${path}.lock`) < LOCK_LIFE) return { busy: true };
  try {
    return { file: readKubeconfig(path), busy: false };
  } catch (error) {
    if (!(error instanceof ToolcribError) || error.code !== 'bad-file') throw error;
    if (age(path) < HALF_WRITTEN) return { busy: true };
    renameSync(path, `${path}.broken`);
    return { busy: false };
  }
}

function write(path: string, { busy }: Opened, text: string): boolean {
  if (busy || readIfThere(path) === text) return false;
  writeOwnFile(path, text);
  return true;
}

/** Milliseconds since it was written; infinite where it is not there. */
function age(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat ? Date.now() - stat.mtimeMs : Number.POSITIVE_INFINITY;
}

/**
 * Moves foreign entries of our file into the one for what was added; the newest of a name wins.
 * @param ownContext the person's own of that name: it is older than what was written now
 */
function adopt(
  ours: File | undefined,
  to: string,
  ownContext: Person['ownContext'] = () => undefined,
): string[] {
  if (!ours) return [];
  const foreign = {
    clusters: ours.clusters.filter((item) => !item.name.startsWith(OWN)),
    users: ours.users.filter((item) => !item.name.startsWith(OWN)),
    contexts: ours.contexts.filter((item) => !item.context.cluster.startsWith(OWN)),
  };
  if (foreign.clusters.length + foreign.users.length + foreign.contexts.length === 0) return [];
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
  writeOwnFile(to, stringify(config));
  return foreign.contexts.map((item) => item.name);
}

/**
 * A guarded kubeconfig with other tokens than ours, for one run of one tool: the contexts that this terminal's
 * `KUBECONFIG` has, with its current context and namespaces. It is the only file that the tool will see.
 *
 * @param tokens by label
 * @throws ToolcribError as for reading the kubeconfig
 */
export async function guardedKubeconfigFor(
  paths: Paths,
  env: Env,
  tokens: Record<string, string>,
  home: string = homedir(),
): Promise<string> {
  const { names, current, contextOf, namespaceOf } = terminalOf(paths, env, home);
  const identity = await loadDoorIdentity(paths, Object.keys(tokens));
  const served = names.filter((name) => Object.hasOwn(tokens, contextOf(name)));
  const contexts = served.map((name) => contextEntry(name, contextOf(name), namespaceOf(name)));
  return guardedText({ ...identity, tokens }, unique(served.map(contextOf)), contexts, current);
}

/**
 * Our own file's text: the person's contexts, and what was chosen in ours since it was last written.
 * @param options.inTerminal it is the only file there: contexts have the names that the person gave them, and the current
 * one is at first that of the person's files
 */
function ownText(
  person: Person,
  identity: DoorIdentity,
  ours: File | undefined,
  { inTerminal = false } = {},
): string {
  const labels = person.contextNames;
  const nameOf = (label: string) => (inTerminal ? person.nameOf(label) : label);
  const names = labels.map(nameOf);
  // Also aliases: contexts that a person made by hand for our clusters.
  const aliases = (ours?.contexts ?? []).flatMap(({ name, context }) => {
    const target = guardedName(context.cluster);
    const known = target !== undefined && labels.includes(target) && !names.includes(name);
    return known ? [contextEntry(name, target, context.namespace)] : [];
  });
  const contexts = [
    ...labels.map((label) => guardedContext(nameOf(label), label, person.namespaceOf(label), ours)),
    ...aliases,
  ];
  const chosen = ours && isOurs(ours) ? ours.currentContext : undefined;
  const first = inTerminal && !ours && person.current !== undefined ? nameOf(person.current) : undefined;
  const current = contexts.some(({ name }) => name === chosen) ? chosen : first;
  return guardedText(identity, labels, contexts, current);
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
function guardedContext(name: string, label: string, theirs: string | undefined, ours: File | undefined) {
  const before = ours?.contexts.find((item) => item.name === name)?.context;
  const copied = before?.extensions.find((item) => item.name === OWN_FILE_MARK)?.extension as
    | { namespace?: string }
    | undefined;
  const now = before?.namespace || undefined;
  const chosen = copied !== undefined && now !== (copied.namespace || undefined);
  const namespace = chosen && (theirs ?? '') === (copied.namespace ?? '') ? now : theirs;
  const mark = { apiVersion: 'toolcrib.dev/v1alpha1', kind: 'Copied', namespace: theirs ?? '' };
  return contextEntry(name, label, namespace, [{ name: OWN_FILE_MARK, extension: mark }]);
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}
