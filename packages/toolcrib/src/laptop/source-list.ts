import { delimiter } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import {
  type ContextConfig,
  type Kubeconfig,
  kubeconfigPaths,
  loadKubeconfig,
  readKubeconfig,
} from '@toolcrib/guard/cluster';
import type { Paths } from './paths.ts';
import { meaningOf, replacedMeaning } from './replaced.ts';
import { labelIn, type Source } from './sources.ts';

/** One list of files, read: the person's own and what other programs have added to it. */
export interface List {
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

/** @throws ToolcribError `no-kubeconfig`, `bad-file` */
export function openList(paths: Paths, source: Source, home: string): List {
  const added = readKubeconfig(source.added);
  const own = loadFiles(source.files, home);
  const files = [...(added ? [source.added] : []), ...source.files, paths.added];
  const whole = loadFiles(files, home);
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

/** Another terminal's files: what is wrong with them is said where they are used. */
export function readable(paths: Paths, source: Source, home: string): List | undefined {
  try {
    return openList(paths, source, home);
  } catch {
    return undefined;
  }
}

/** The person's own files as one kubeconfig. @throws ToolcribError `no-kubeconfig`, `bad-file` */
export function loadFiles(files: readonly string[], home: string): Kubeconfig {
  // The files as they are named, also where there is none of them: an empty KUBECONFIG would mean another one.
  const KUBECONFIG = files.length > 0 ? files.join(delimiter) : kubeconfigPaths({}, home).join(delimiter);
  return loadKubeconfig({ env: { KUBECONFIG }, home });
}

/** undefined where it is not there, or leads nowhere. */
export function contextIn(kubeconfig: Kubeconfig, name: string): ContextConfig | undefined {
  try {
    return kubeconfig.context(name);
  } catch {
    return undefined;
  }
}

/** One cluster, and as the same person. */
export function sameThing(a: ContextConfig, b: ContextConfig): boolean {
  return isDeepStrictEqual(a.cluster, b.cluster) && isDeepStrictEqual(a.user, b.user);
}
