import { statSync } from 'node:fs';
import {
  connectCluster,
  type Kubeconfig,
  kubeconfigPaths,
  loadKubeconfig,
  openUpstream,
  type Upstream,
} from '../cluster/index.ts';
import type { Cluster } from '../model/index.ts';
import { personEnv } from './guarded-kubeconfig.ts';
import { pathsOf } from './paths.ts';

/** The person's clusters, by context name; read again when a kubeconfig file changed. */
export interface Contexts {
  names(): string[];
  /** @throws ToolcribError `unknown-context`, `bad-file`, `no-kubeconfig`, `credentials` */
  upstream(context: string): Upstream;
  cluster(context: string): Cluster;
  close(): Promise<void>;
}

/** @param env whose KUBECONFIG counts; our own guarded file in it is passed over */
export function contexts(from: { env: Record<string, string | undefined>; home: string }): Contexts {
  const paths = pathsOf(from.env, from.home);
  let loaded: { signature: string; kubeconfig: Kubeconfig } | undefined;
  const open = new Map<string, { upstream: Upstream; cluster: Cluster }>();

  const current = (): Kubeconfig => {
    const env = personEnv(paths, from.env, from.home);
    const signature = [paths.sources, ...kubeconfigPaths(env, from.home)].map(stamp).join('\n');
    if (loaded?.signature === signature) return loaded.kubeconfig;
    const kubeconfig = loadKubeconfig({ env, home: from.home });
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
      env: personEnv(paths, from.env, from.home),
    });
    const made = { upstream, cluster: connectCluster(upstream, context) };
    open.set(context, made);
    return made;
  };
  return {
    names: () => current().contextNames,
    upstream: (context) => way(context).upstream,
    cluster: (context) => way(context).cluster,
    close: async () => {
      await Promise.all([...open.values()].map(({ cluster }) => cluster.close()));
    },
  };
}

function stamp(path: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(path);
    return `${path} ${mtimeMs} ${size} ${ino}`;
  } catch {
    return `${path} absent`;
  }
}
