import { statSync } from 'node:fs';
import { connectCluster, openUpstream, type Upstream } from '@toolcrib/guard/cluster';
import { type Cluster, ToolcribError } from '@toolcrib/model';
import { pathsOf } from '../laptop/paths.ts';
import { loadPerson, type Person, personSources } from '../laptop/person-kubeconfig.ts';
import { meaningOf } from '../laptop/replaced.ts';

/** The person's clusters, by context name; read again when a kubeconfig file changed. */
export interface Contexts {
  names(): string[];
  /** @throws ToolcribError `unknown-context`, `bad-file`, `no-kubeconfig`, `credentials` */
  upstream(context: string): Upstream;
  cluster(context: string): Cluster;
  /** What it leads to, and as whom: the same text for the same thing, empty where that can't be told. */
  meaning(context: string): string;
  close(): Promise<void>;
}

/**
 * @param from.env names the state folder; its KUBECONFIG counts where toolcrib was never turned on
 * @param from.load reads the person's files; those of every terminal unless said otherwise
 */
export function contexts(from: {
  env: Record<string, string | undefined>;
  home: string;
  load?: typeof loadPerson;
}): Contexts {
  const paths = pathsOf(from.env, from.home);
  let loaded: { signature: string; kubeconfig: Person } | undefined;
  const open = new Map<string, { upstream: Upstream; cluster: Cluster }>();

  // Asked for at each request: which files these are is read again only when the file that says so has changed.
  let named: { by: string; files: string[] } | undefined;
  const sources = (): string[] => {
    const by = stamp(paths.sources);
    const remembered = !by.endsWith(ABSENT);
    if (!remembered || named?.by !== by) named = { by, files: personSources(paths, from.env, from.home) };
    return named.files;
  };
  const current = (): Person => {
    const signature = sources().map(stamp).join('\n');
    if (loaded?.signature === signature) return loaded.kubeconfig;
    const kubeconfig = (from.load ?? loadPerson)(paths, from.env, from.home);
    loaded = { signature, kubeconfig };
    // What is under way keeps its connection; the next request takes the new way.
    open.clear();
    return kubeconfig;
  };
  const way = (context: string) => {
    const kubeconfig = current();
    const found = open.get(context);
    if (found) return found;
    const upstream = openUpstream(kubeconfig.context(context), {
      // A credential plugin must see the person's own kubeconfig, never ours.
      env: { ...from.env, KUBECONFIG: kubeconfig.kubeconfigOf(context) },
    });
    const made = { upstream, cluster: connectCluster(upstream, context) };
    open.set(context, made);
    return made;
  };
  return {
    names: () => current().contextNames,
    upstream: (context) => way(context).upstream,
    cluster: (context) => way(context).cluster,
    meaning: (context) => meaningIn(current(), context),
    close: async () => {
      await Promise.all([...open.values()].map(({ cluster }) => cluster.close()));
    },
  };
}

/** What a label leads to, and as whom; empty where that can't be told. */
export function meaningIn(person: Person, label: string): string {
  try {
    return meaningOf(person.context(label));
  } catch (error) {
    if (error instanceof ToolcribError) return '';
    throw error;
  }
}

const ABSENT = ' absent';

function stamp(path: string): string {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    return found ? `${path} ${found.mtimeMs} ${found.size} ${found.ino}` : `${path}${ABSENT}`;
  } catch {
    return `${path}${ABSENT}`;
  }
}
