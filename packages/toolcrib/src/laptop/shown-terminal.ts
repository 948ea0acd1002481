import { homedir } from 'node:os';
import { loadKubeconfig } from '@toolcrib/guard/cluster';
import { guardedName } from './own-names.ts';
import type { Paths } from './paths.ts';
import { contextIn } from './source-list.ts';
import { labelIn, sourceHere } from './sources.ts';

type Env = Record<string, string | undefined>;

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
