import type { KubeconfigFile } from '@toolcrib/guard/cluster';
import { listed, shortName } from '@toolcrib/model';
import { guardedName } from './own-names.ts';
import type { Person } from './person-kubeconfig.ts';

/** Where one is, as kubectl in this terminal would say it. */
export interface Place {
  context?: string;
  /** What the person's files call the current context, and none of them has. */
  missing?: string;
  /** The guard's own name of it. */
  label?: string;
  /** The cluster's address in the person's files. */
  server?: string;
  namespace?: string;
}

/**
 * @param file the terminal's own; undefined where there is none
 * @param missingIn what the person's files call current and none of them has: asked only where it counts
 */
export function placeOf(
  file: KubeconfigFile | undefined,
  person: Person,
  missingIn: () => string | undefined,
): Place {
  const current = file?.currentContext;
  const entry = file?.contexts.find(({ name }) => name === current)?.context;
  if (!current || !entry) {
    const missing = missingIn();
    return missing === undefined ? {} : { missing };
  }
  const label = guardedName(entry.cluster);
  if (label === undefined) return { context: current };
  try {
    const { server } = person.context(label).cluster;
    return { context: current, label, server, namespace: entry.namespace || 'default' };
  } catch {
    return { context: current, label, namespace: entry.namespace || 'default' };
  }
}

/** What is said where the current context is in none of the files. @param contexts those that there are */
export function missingText(missing: string, contexts: readonly string[]): string {
  return `The current context of your kubeconfig is "${shortName(missing)}", which is in none of its files. Choose another: kubectl config use-context NAME, of ${listed(missing, contexts)}.`;
}
