import { existsSync } from 'node:fs';
import type { Cluster, Journal } from '@toolcrib/model';
import { ToolcribError } from '@toolcrib/model';
import type { RunProcess } from '../cage/lineage.ts';
import { pathsOf } from '../laptop/paths.ts';
import { systemClock } from '../laptop/system-clock.ts';
import type { Chosen, Context, Guard, Person } from '../operations/context.ts';

/** For whom what is opened, and with whose eyes. */
export interface Command {
  /** Of who asks: KUBECONFIG, and what names the state folder. */
  env: Record<string, string | undefined>;
  home: string;
  asker: Person;
  /** There is a terminal, whose current context is meant where none is named; else each has to be, as the guard calls it. */
  terminal: boolean;
  /** Those that go on; absent: as their folders tell. */
  runs?: readonly RunProcess[];
}

/**
 * What one command's operations are given. Nothing is opened, nor even loaded, before it is asked for.
 * @returns with `close`, which closes what was opened
 */
export async function openCommand(command: Command): Promise<{ context: Context; close(): Promise<void> }> {
  const { env, home, asker } = command;
  const paths = pathsOf(env, home);
  const opened: (() => Promise<void>)[] = [];
  const kept = <T>(open: () => Promise<{ value: T; close(): Promise<void> }>): (() => Promise<T>) => {
    let once: Promise<T> | undefined;
    return () => {
      once ??= open().then(({ value, close }) => {
        opened.push(close);
        return value;
      });
      return once;
    };
  };
  const openOwnJournal = async () => {
    const { loadKey, openJournal } = await import('@toolcrib/guard/journal');
    const folder = paths.journal;
    if (!existsSync(folder))
      throw new ToolcribError('not-found', 'There is no journal yet: nothing has gone through a guard.', {
        next: 'Turn it on: eval "$(toolcrib on)"',
      });
    return openJournal({ folder, key: loadKey({ folder, env }), clock: systemClock });
  };
  const journal = kept<Journal>(async () => {
    const value = await openOwnJournal();
    return { value, close: () => value.close() };
  });
  // By the names that the guard has for them.
  const clusters = kept<(context: string) => Cluster>(async () => {
    const { contexts } = await import('./contexts.ts');
    const all = contexts({ env, home });
    return { value: all.cluster, close: () => all.close() };
  });
  // No `kept`: each may be another one.
  const chosen = async (named: string | undefined): Promise<Chosen> => {
    if (command.terminal) {
      const { chosenCluster } = await import('./chosen-cluster.ts');
      const { close, ...value } = chosenCluster(env, named, home);
      opened.push(close);
      return value;
    }
    if (named === undefined)
      throw new ToolcribError('usage', 'No terminal asks, so no context is the current one.', {
        next: 'Name one, as the guard calls it: the status lists them.',
      });
    return { cluster: (await clusters())(named), context: named };
  };
  const context: Context = {
    asker,
    clock: systemClock,
    journal,
    guard: async () => {
      const { guardOver } = await import('./guard-over.ts');
      return guardOver(paths, env) satisfies Guard;
    },
    cluster: async (name) => (await clusters())(name),
    chosen,
    async knownContext(name) {
      const { loadPerson } = await import('../laptop/person-kubeconfig.ts');
      const person = loadPerson(paths, env, home);
      if (!person.contextNames.includes(name)) person.context(name);
    },
    async policy() {
      const { policyFile } = await import('../laptop/policy-file.ts');
      return policyFile(paths.policy).current();
    },
    here() {
      if (command.terminal) return { paths, env, home, platform: process.platform };
      throw new ToolcribError('usage', 'No terminal asks.', {
        next: 'Ask it in the terminal that is meant.',
      });
    },
    async kubeconfigs() {
      const { loadPerson } = await import('../laptop/person-kubeconfig.ts');
      return loadPerson(paths, env, home);
    },
    async holdings() {
      const own = await openOwnJournal();
      return own.holdings().finally(() => own.close());
    },
    async runs() {
      if (command.runs) return command.runs;
      const { liveRuns } = await import('../cage/runs.ts');
      return liveRuns(paths.runs);
    },
  };
  return {
    context,
    async close() {
      // The last opened first: what a cluster was asked for belongs to an act of the journal.
      for (const close of opened.reverse()) await close();
    },
  };
}
