import { homedir } from 'node:os';
import type { ContextConfig } from '@toolcrib/guard/cluster';
import { contextNameOf } from '@toolcrib/model';
import type { GivenFor } from './given-for.ts';
import { noSuchContext } from './no-such-context.ts';
import type { Paths } from './paths.ts';
import { meaningOf } from './replaced.ts';
import { contextIn, type List, openList } from './source-list.ts';
import { type Source, sourceHere, sourcesOf } from './sources.ts';
import { holders, refuseAnothersMeaning, refuseStrangersMeaning, refuseTwoMeanings } from './two-meanings.ts';

type Env = Record<string, string | undefined>;

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
