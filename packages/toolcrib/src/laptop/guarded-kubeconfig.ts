import { homedir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { isOurs, OWN_FILE_MARK } from '@toolcrib/guard/cluster';
import { contextPrefix } from '@toolcrib/guard/door/context-path';
import { ToolcribError } from '@toolcrib/model';
import { adopt, type File, HALF_WRITTEN, type Opened, openOwn, ownContextOf } from './adopt.ts';
import { type DoorIdentity, loadDoorIdentity } from './door-identity.ts';
import { replaceOwnFile, withLock } from './files.ts';
import { kubeconfigText } from './kubeconfig-text.ts';
import { lastMeant, type Meanings } from './last-meant.ts';
import { guardedName, OWN } from './own-names.ts';
import type { Paths } from './paths.ts';
import { loadPerson, loadPersonOf, type Person, personSources } from './person-kubeconfig.ts';
import { rememberTerminals } from './remember-sources.ts';
import { meaningOf } from './replaced.ts';
import { settleNames } from './settle-names.ts';
import { terminalOf } from './shown-terminal.ts';
import { changeSources, forgotten, rememberedSources, type Source, sourceOf, stillThere } from './sources.ts';
import { terminals } from './terminals.ts';

type Env = Record<string, string | undefined>;

/** Milliseconds. Another process holds it for as long as it reads and writes a few files. */
const SYNC_WAIT = 30_000;

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

/**
 * Brings our kubeconfigs up to date with the person's files, which are only read: one for each terminal where toolcrib is
 * on, with the contexts of that terminal's own files, and one with those of all, for programs that have no terminal. Each
 * context leads to the door, with a token of its own.
 *
 * In a terminal ours is the only file in `KUBECONFIG`, so other programs write there whatever they write. The current
 * context and the namespaces chosen there stay, and entries that are not ours are moved to a file beside the terminal's
 * own files, which then counts as one of them.
 *
 * @param begins the file of a terminal that is being turned on now
 */
export function syncGuardedKubeconfig(
  paths: Paths,
  env: Env,
  home: string = homedir(),
  begins?: string,
): Promise<Guarded> {
  // The guard and a command at once would each put away what it saw, and the one would undo what the other kept.
  return withLock(paths.syncLock, SYNC_WAIT, () => syncAlone(paths, env, home, begins));
}

async function syncAlone(paths: Paths, env: Env, home: string, begins?: string): Promise<Guarded> {
  rememberTerminals(paths, env, home);
  const shared = openOwn(paths.kubeconfig);
  const open = terminals(paths).map((terminal) => ({ terminal, ours: openOwn(terminal.kubeconfig) }));
  const adopted: string[] = [];
  const keep = (ours: Opened, to: string, ownContext?: Person['ownContext']) => {
    const names = adopt(ours.file, to, ownContext);
    // What was not kept must not be written over.
    if (!names) ours.busy = true;
    adopted.push(...(names ?? []));
  };
  keep(shared, paths.added);
  for (const { terminal, ours } of open) {
    const source = sourceOf(paths, terminal.files);
    keep(ours, source.added, (name) => ownContextOf(paths, source, name, home));
  }
  const split = settleNames(paths, home);
  const person = loadPerson(paths, env, home);
  const left = forgotten(paths);
  const known = rememberedSources(paths);
  const identity = await loadDoorIdentity(paths, person.contextNames, {
    anew: [...split, ...(left ?? [])],
    // A list that can't be read at this moment is no list that was forgotten.
    keep: left && known?.flatMap(({ files }) => [...lastMeant(paths, files).keys()]),
    givenFor: Object.fromEntries(
      person.contextNames.flatMap((label) => {
        const now = person.givenFor(label);
        return now ? [[label, now] as const] : [];
      }),
    ),
  });
  if (left) changeSources(paths, (now) => now && { sources: now.sources });
  const changed = write(paths.kubeconfig, shared, ownText(person, identity, shared.file));
  const persons = new Map<string, Person | undefined>();
  for (const { terminal, ours } of open) {
    // Read again: it may have got a label of its own a moment ago. Once for all terminals with the same files.
    const source = known?.find((one) => isDeepStrictEqual(one.files, terminal.files));
    // Without labels of its own it could get another list's tokens.
    if (!source) continue;
    if (!persons.has(source.mark)) persons.set(source.mark, personOfTerminal(paths, source, home));
    const own = persons.get(source.mark);
    const options = { inTerminal: true, begins: terminal.kubeconfig === begins };
    if (own) write(terminal.kubeconfig, ours, ownText(own, identity, ours.file, options));
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
export async function syncInPeace(
  paths: Paths,
  env: Env,
  home: string = homedir(),
  begins?: string,
): Promise<Guarded> {
  const until = Date.now() + HALF_WRITTEN + 1_000;
  for (;;) {
    const guarded = await syncGuardedKubeconfig(paths, env, home, begins);
    if (!guarded.busy || Date.now() > until) return guarded;
    await sleep(50);
  }
}

/** Every file that decides what {@link syncGuardedKubeconfig} writes. */
export function watchedFiles(paths: Paths, env: Env, home: string = homedir()): string[] {
  const own = terminals(paths).map(({ kubeconfig }) => kubeconfig);
  return [...personSources(paths, env, home), paths.kubeconfig, ...own];
}

/**
 * undefined where its files can't be read now, or none of them is there: what stands in ours goes on to count, with the
 * context that was chosen there.
 */
function personOfTerminal(paths: Paths, source: Source, home: string): Person | undefined {
  if (!stillThere(source)) return undefined;
  try {
    return loadPersonOf(paths, source, home);
  } catch (error) {
    if (error instanceof ToolcribError) return undefined;
    throw error;
  }
}

function write(path: string, ours: Opened, text: string): boolean {
  if (ours.busy || ours.text === text) return false;
  const written = replaceOwnFile(path, ours.text, text);
  // Another program was faster: what it wrote is looked at first.
  if (!written) ours.busy = true;
  return written;
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
 * @param options.begins it is being turned on: where none is current by now, that of the person's files is again. Not at any
 * other time, since somebody may have unset it on purpose
 */
function ownText(
  person: Person,
  identity: DoorIdentity,
  ours: File | undefined,
  { inTerminal = false, begins = false } = {},
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
  const first =
    inTerminal && (!ours || begins) && person.current !== undefined ? nameOf(person.current) : undefined;
  const current = contexts.some(({ name }) => name === chosen) ? chosen : first;
  return guardedText(identity, labels, contexts, current, inTerminal ? meaningsOf(person) : undefined);
}

/** See {@link lastMeant}. What names nothing has none. */
function meaningsOf(person: Person): Meanings {
  const entries = person.contextNames.flatMap((label) => {
    try {
      return [[label, meaningOf(person.context(label))] as const];
    } catch (error) {
      if (error instanceof ToolcribError) return [];
      throw error;
    }
  });
  return Object.fromEntries(entries);
}

function guardedText(
  identity: DoorIdentity,
  names: readonly string[],
  contexts: readonly ReturnType<typeof contextEntry>[],
  current: string | undefined,
  meanings?: Meanings,
): string {
  const mark = { apiVersion: 'toolcrib.dev/v1alpha1', kind: 'Guarded', ...(meanings ? { meanings } : {}) };
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
    extensions: [{ name: OWN_FILE_MARK, extension: mark }],
  };
  return `# Written by toolcrib, which keeps it up to date. Your own kubeconfig is not changed.\n${kubeconfigText(config)}`;
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
