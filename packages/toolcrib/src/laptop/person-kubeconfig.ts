import { homedir } from 'node:os';
import { delimiter } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import {
  type ContextConfig,
  type Kubeconfig,
  kubeconfigPaths,
  loadKubeconfig,
  readKubeconfig,
} from '@toolcrib/guard/cluster';
import { contextNameOf, ToolcribError } from '@toolcrib/model';
import { changedHands, type GivenFor, readGivenFor } from './given-for.ts';
import { lastMeant } from './last-meant.ts';
import { noSuchContext } from './no-such-context.ts';
import type { Paths } from './paths.ts';
import { meaningOf, replacedMeaning } from './replaced.ts';
import {
  changeSources,
  labelIn,
  personFiles,
  type Remembered,
  rememberedSources,
  type Source,
  sourceHere,
  sourceOf,
  sourcesOf,
  stillThere,
} from './sources.ts';
import { terminals } from './terminals.ts';

type Env = Record<string, string | undefined>;

/** Names of our clusters and users begin so; what does not was written by another program. */
export const OWN = 'toolcrib:';

/** The label of the context that one of our clusters leads to; undefined where the cluster is not ours. */
export function guardedName(cluster: string): string | undefined {
  return cluster.startsWith(OWN) ? cluster.slice(OWN.length) : undefined;
}

/** The person's contexts over all terminals, by label: their name, and a mark where that means two things. */
export interface Person {
  /** Labels, in the order of the files. */
  contextNames: string[];
  /** The context that is current in the files of the first terminal, as a label. */
  current?: string;
  /** What these files call current, where none of them has it. */
  missing?: string;
  /** The name that it has in the person's files. */
  nameOf(label: string): string;
  namespaceOf(label: string): string | undefined;
  /** As the person's own files have it, whatever other programs added since; undefined where they don't. */
  ownContext(label: string): ContextConfig | undefined;
  /**
   * Of its own terminals' files, and of no others.
   * @throws ToolcribError `unknown-context`, `bad-file`; `conflict` where the label has come to mean two things
   */
  context(label: string): ContextConfig;
  /** What a credential plugin of that context should find in `KUBECONFIG`: never ours. */
  kubeconfigOf(label: string): string;
  /** What its token is given for now; undefined where it names nothing. */
  givenFor(label: string): GivenFor | undefined;
}

/** Every file that decides what {@link loadPerson} gives, those that are not there included. */
export function personSources(paths: Paths, env: Env, home: string = homedir()): string[] {
  const sources = sourcesOf(paths, env, home);
  return [
    ...new Set([...sources.flatMap(({ files, added }) => [...files, added]), paths.added, paths.sources]),
  ];
}

/**
 * The contexts of each terminal where toolcrib was turned on (else of the files that `env` names), each resolved within
 * its own terminal's files, and those that other programs have added to ours since. A list that can't be read costs
 * its own contexts only: one terminal's half-written file must not take the guard from all the others.
 * @throws ToolcribError `no-kubeconfig`, `bad-file` where no list can be read
 */
export function loadPerson(paths: Paths, env: Env, home: string = homedir()): Person {
  return together(paths, sourcesOf(paths, env, home), home);
}

/** As {@link loadPerson}, of the files that this terminal names and no others. */
export function loadPersonHere(paths: Paths, env: Env, home: string = homedir()): Person {
  return together(paths, [sourceHere(paths, env, home)], home);
}

/** As {@link loadPerson}, of one list. */
export function loadPersonOf(paths: Paths, source: Source, home: string = homedir()): Person {
  return together(paths, [source], home);
}

interface List {
  source: Source;
  KUBECONFIG: string;
  /** Of the person's files alone. */
  own: Kubeconfig;
  /** With what other programs added. */
  whole: Kubeconfig;
  /** By label. */
  names: Map<string, string>;
  resolved(name: string): Kubeconfig;
}

function openList(paths: Paths, source: Source, home: string): List {
  const added = readKubeconfig(source.added);
  const own = load(source.files, home);
  const files = [...(added ? [source.added] : []), ...source.files, paths.added];
  const whole = load(files, home);
  const isNewer = (name: string) => {
    const entry = added?.contexts.find((item) => item.name === name);
    return entry !== undefined && replacedMeaning(entry.context) === meaningOf(contextIn(own, name));
  };
  const has = (name: string) => own.contextNames.includes(name);
  const names = [...own.contextNames, ...whole.contextNames.filter((name) => !has(name))];
  return {
    source,
    // A credential plugin sees the person's own first.
    KUBECONFIG: [...source.files, ...(added ? [source.added] : []), paths.added].join(delimiter),
    own,
    whole,
    names: new Map(names.map((name) => [labelIn(source, name), name])),
    resolved: (name) => (has(name) && !isNewer(name) ? own : whole),
  };
}

function together(paths: Paths, sources: readonly Source[], home: string): Person {
  const errors: unknown[] = [];
  const all = sources.flatMap((source) => {
    try {
      return openList(paths, source, home);
    } catch (error) {
      errors.push(error);
      return [];
    }
  });
  if (all.length === 0 && errors.length > 0) throw errors[0];
  const isOwn = ({ own, names }: List, label: string) => own.contextNames.includes(names.get(label) ?? '');
  // What other programs added may lean on a cluster or user of one list only.
  const find = (label: string): { list: List; name: string } | undefined => {
    const having = all.filter(({ names }) => names.has(label));
    const list =
      having.find((one) => isOwn(one, label)) ??
      having.find((one) => contextIn(one.whole, one.names.get(label) ?? '') !== undefined) ??
      having[0];
    return list && { list, name: list.names.get(label) ?? label };
  };
  const [first] = all;
  const current = first?.own.currentContext;
  const isThere = [...(first?.names.values() ?? [])].some((name) => name === current);
  return {
    contextNames: [...new Set(all.flatMap(({ names }) => [...names.keys()]))],
    current: [...(first?.names ?? [])].find(([, name]) => name === current)?.[0],
    ...(current && !isThere ? { missing: current } : {}),
    nameOf: (label) => find(label)?.name ?? contextNameOf(label),
    ownContext(label) {
      const found = find(label);
      return found && contextIn(found.list.own, found.name);
    },
    namespaceOf(label) {
      const found = find(label);
      return found?.list.resolved(found.name).namespaceOf(found.name);
    },
    kubeconfigOf: (label) => find(label)?.list.KUBECONFIG ?? paths.added,
    givenFor(label) {
      const found = find(label);
      const context = found && contextIn(found.list.resolved(found.name), found.name);
      return context && { meaning: meaningOf(context), lists: holders(all, label, context) };
    },
    context(label) {
      const found = find(label);
      if (found) {
        refuseTwoMeanings(label, all);
        const context = found.list.resolved(found.name).context(found.name);
        refuseAnothersMeaning(paths, label, context, { sources, all });
        const lists = holders(all, label, context);
        // One terminal's own files are asked without a token.
        if (sources.length > 1) refuseStrangersMeaning(paths, label, context, lists);
        return context;
      }
      // It may stand in what could not be read.
      if (errors.length > 0) throw errors[0];
      throw noSuchContext(
        label,
        sources,
        all.flatMap(({ names }) => [...names.keys()]),
      );
    },
  };
}

/**
 * Files were changed so that one label means two things by now: which of them a client means that holds its token, nobody
 * knows. It lasts until the guard has read them again and given each its own.
 */
function refuseTwoMeanings(label: string, lists: readonly List[]): void {
  const meant = lists.flatMap(({ names, resolved }) => {
    const name = names.get(label);
    return (name !== undefined && contextIn(resolved(name), name)) || [];
  });
  const [one] = meant;
  const other = meant.find((context) => one && !sameThing(one, context));
  if (one && other) throw twoMeanings(label, one.file, other.file);
}

/** The same, of a list that can't be read now and whose terminals hold that label's token. */
function refuseAnothersMeaning(
  paths: Paths,
  label: string,
  context: ContextConfig,
  { sources, all }: { sources: readonly Source[]; all: readonly List[] },
): void {
  const readable = new Set(all.flatMap(({ source, names }) => (names.has(label) ? [source.mark] : [])));
  if (readable.size === sources.length) return;
  const meaning = meaningOf(context);
  for (const { mark, files } of sources) {
    if (readable.has(mark)) continue;
    const before = lastMeant(paths, files).get(label);
    if (before !== undefined && before !== meaning) throw twoMeanings(label, context.file, files.join(', '));
  }
}

/**
 * The lists whose own files say of a label what it means, by mark, with those of their files that are there. One whose files
 * are away says nothing, whatever other programs have added for all terminals.
 */
function holders(lists: readonly List[], label: string, context: ContextConfig): GivenFor['lists'] {
  const entries = lists.flatMap(({ source, own, names, resolved }): [string, string[]][] => {
    const name = names.get(label);
    const mine = name === undefined ? undefined : contextIn(resolved(name), name);
    if (!mine || !sameThing(mine, context)) return [];
    if (name !== undefined && own.contextNames.includes(name)) return [[source.mark, own.files]];
    const isAdded = readKubeconfig(source.added)?.contexts.some((item) => item.name === name) ?? false;
    return [isAdded && stillThere(source) ? [source.mark, own.files] : ['added', []]];
  });
  return Object.fromEntries(entries);
}

/**
 * The label has come to another terminal's files, and its token was given out for what those of its holders said: until the
 * guard has read them again and made it anew.
 */
function refuseStrangersMeaning(
  paths: Paths,
  label: string,
  context: ContextConfig,
  lists: GivenFor['lists'],
): void {
  const before = readGivenFor(paths).get(label);
  if (!changedHands(before, { meaning: meaningOf(context), lists })) return;
  const gone = Object.entries(before?.lists ?? {}).filter(([mark]) => !Object.hasOwn(lists, mark));
  throw twoMeanings(
    label,
    context.file,
    gone.flatMap(([, files]) => files).join(', ') || 'a file that is away',
  );
}

function twoMeanings(label: string, one: string, other: string): ToolcribError {
  return new ToolcribError(
    'conflict',
    `The context ${label} means one thing in ${one} and another in ${other} by now.`,
    { next: 'Send it again in a moment; if it stays so: eval "$(toolcrib on)"' },
  );
}

/**
 * Adds this terminal's files to those that the guard reads. Terminals may name different files (direnv), and the same
 * context name in them may mean two clusters: the later one then has a label of its own.
 *
 * @throws ToolcribError `no-kubeconfig` where this terminal has no context at all. Nothing was written then
 */
export function rememberSources(paths: Paths, env: Env, home: string = homedir()): void {
  const files = personFiles(paths, env, home);
  const here = load(files, home);
  if (here.contextNames.length === 0) {
    // All of it may be ours: what other programs added, or the one file of a `run` around this command.
    const ours = [loadPersonHere(paths, env, home).contextNames, terminalOf(paths, env, home).names].flat();
    if (ours.length > 0) return;
    throw new ToolcribError(
      'no-kubeconfig',
      'There is no context to guard: no kubeconfig was found, or it has none.',
      {
        next: 'Set KUBECONFIG, or let your cloud’s command line write ~/.kube/config; then try again.',
      },
    );
  }
  changeSources(paths, (now) => {
    const known = now?.sources ?? [];
    if (known.some((one) => isDeepStrictEqual(one.files, files))) return undefined;
    return withLists(paths, now, [files], home);
  });
}

/**
 * Remembers the files of terminals that are not remembered any more (`sources.json` was removed by hand, or is of another
 * toolcrib), as {@link rememberSources} does for one that is turned on: unmarked they would get another list's tokens.
 */
export function rememberTerminals(paths: Paths, env: Env, home: string = homedir()): void {
  const missing = (known: readonly Source[] = []) => {
    const marks = new Set(known.map(({ mark }) => mark));
    const lists = new Map(terminals(paths).map(({ files }) => [sourceOf(paths, files).mark, files]));
    return [...lists].flatMap(([mark, files]) => (marks.has(mark) ? [] : [files]));
  };
  if (missing(rememberedSources(paths)).length === 0) return;
  changeSources(paths, (now) => {
    const lists = missing(now?.sources);
    // Until now the guard went by its own environment: that list goes on to count.
    const own = now ? [] : [personFiles(paths, env, home)];
    const theirs = own.filter((files) => !lists.some((one) => isDeepStrictEqual(one, files)));
    return withLists(paths, now, [...theirs, ...lists], home);
  });
}

function withLists(
  paths: Paths,
  now: Remembered | undefined,
  lists: readonly (readonly string[])[],
  home: string,
): Remembered {
  const known = now?.sources ?? [];
  const open = new Set(terminals(paths).map(({ files }) => sourceOf(paths, files).mark));
  // Files may be away for a moment only: as long as a terminal names them, what its tokens mean is remembered.
  const standing = known.filter((source) => stillThere(source) || open.has(source.mark));
  // Those that stand keep their labels here: a change of them takes back a token too, which is the next reading's work.
  const marked = withMarks(paths, [...standing, ...lists.map((files) => sourceOf(paths, files))], home).slice(
    standing.length,
  );
  const labels = (sources: readonly Source[]) =>
    sources.flatMap((source) => [...(readable(paths, source, home)?.names.keys() ?? [])]);
  const held = standing.flatMap(({ files }) => [...lastMeant(paths, files).keys()]);
  const stay = [...labels(standing), ...held];
  const anew = labels(marked).filter((label) => !stay.includes(label));
  // Where nothing was ever remembered and no terminal is open, no token is in anybody's hands.
  const isFirst = now === undefined && open.size === 0;
  const forgotten = isFirst ? undefined : [...new Set([...(now?.forgotten ?? []), ...anew])];
  return { sources: [...standing, ...marked], forgotten };
}

/**
 * Gives each meaning of a context name a label of its own, where the files were changed so that there are two by now.
 * @returns the labels whose tokens must not be used any more: their holders may mean either
 */
export function settleNames(paths: Paths, home: string = homedir()): string[] {
  const differs = (sources: readonly Source[]) =>
    !isDeepStrictEqual(sources, withMarks(paths, sources, home));
  // Hardly ever: nobody waits for a lock for nothing.
  if (!differs(rememberedSources(paths) ?? [])) return [];
  let split: string[] = [];
  changeSources(paths, (now) => {
    if (!now) return undefined;
    const sources = withMarks(paths, now.sources, home);
    split = sources.flatMap(({ marked }, at) =>
      marked.filter((name) => !now.sources[at]?.marked.includes(name)),
    );
    return { ...now, sources };
  });
  return split;
}

function withMarks(paths: Paths, sources: readonly Source[], home: string): Source[] {
  const meant = new Map<string, Meant>();
  return sources.map((source) => {
    const now = meantBy(paths, source, home);
    const marked = [...source.marked];
    for (const [name, mine] of now) {
      const first = meant.get(name);
      if (marked.includes(name)) continue;
      if (!first) meant.set(name, mine);
      else if (!sameMeaning(first, mine)) marked.push(name);
    }
    return { ...source, marked };
  });
}

/** A context, or where it can't be read now the digest of what it was. */
type Meant = ContextConfig | string;

/** By the person's own name. What a list's terminals hold a token for counts also while it can't be read. */
function meantBy(paths: Paths, source: Source, home: string): Map<string, Meant> {
  const held = lastMeant(paths, source.files);
  const meant = new Map<string, Meant>([...held].filter(([label]) => contextNameOf(label) === label));
  const list = readable(paths, source, home);
  for (const name of list?.names.values() ?? []) {
    const context = list && contextIn(list.resolved(name), name);
    // One that names nothing: the guard says so when it is used.
    if (context) meant.set(name, context);
  }
  return meant;
}

function sameMeaning(a: Meant, b: Meant): boolean {
  if (typeof a !== 'string' && typeof b !== 'string') return sameThing(a, b);
  const [one, other] = [a, b].map((meant) => (typeof meant === 'string' ? meant : meaningOf(meant)));
  return one === other;
}

function sameThing(a: ContextConfig, b: ContextConfig): boolean {
  return isDeepStrictEqual(a.cluster, b.cluster) && isDeepStrictEqual(a.user, b.user);
}

/** Another terminal's files: what is wrong with them is said where they are used. */
function readable(paths: Paths, source: Source, home: string): List | undefined {
  try {
    return openList(paths, source, home);
  } catch {
    return undefined;
  }
}

/** What kubectl would take in this terminal, ours counting only where it stands in `KUBECONFIG`. */
export interface Terminal {
  /** In kubectl's order, aliases that a person made for our clusters included. */
  names: string[];
  current?: string;
  /** The label of a context, for an alias that of what it stands for. */
  contextOf(name: string): string;
  /** Whether it stands in one of ours. */
  isGuarded(name: string): boolean;
  namespaceOf(name: string): string | undefined;
}

/** @throws ToolcribError `no-kubeconfig`, `bad-file` */
export function terminalOf(paths: Paths, env: Env, home: string = homedir()): Terminal {
  const seen = loadKubeconfig({ env, home, withOurs: true });
  const source = sourceHere(paths, env, home);
  return {
    names: seen.contextNames,
    current: seen.currentContext,
    contextOf: (name) => guardedName(contextIn(seen, name)?.clusterName ?? '') ?? labelIn(source, name),
    isGuarded: (name) => guardedName(contextIn(seen, name)?.clusterName ?? '') !== undefined,
    namespaceOf: (name) => seen.namespaceOf(name),
  };
}

function load(files: readonly string[], home: string): Kubeconfig {
  // The files as they are named, also where there is none of them: an empty KUBECONFIG would mean another one.
  const KUBECONFIG = files.length > 0 ? files.join(delimiter) : kubeconfigPaths({}, home).join(delimiter);
  return loadKubeconfig({ env: { KUBECONFIG }, home });
}

function contextIn(kubeconfig: Kubeconfig, name: string): ContextConfig | undefined {
  try {
    return kubeconfig.context(name);
  } catch {
    return undefined;
  }
}
