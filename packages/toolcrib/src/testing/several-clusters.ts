import { Agent, request } from 'node:https';
import { parse, stringify } from 'yaml';
import type { RunningGuard } from './running-guard.ts';

/**
 * A kubeconfig over several clusters; the first context is current.
 * @param kubeconfigs of one cluster each
 * @param contexts by name, each with the number of the cluster that it means
 */
export function kubeconfigOver(kubeconfigs: readonly string[], contexts: Record<string, number>): string {
  const entries = Object.entries(contexts).map(([name, at]) => {
    const {
      clusters: [cluster],
      users: [user],
    } = parse(kubeconfigs[at] ?? '');
    return { name, cluster: cluster.cluster, user: user.user };
  });
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: entries.map(({ name, cluster }) => ({ name: `of-${name}`, cluster })),
    users: entries.map(({ name, user }) => ({ name: `of-${name}`, user })),
    contexts: entries.map(({ name }) => ({ name, context: { cluster: `of-${name}`, user: `of-${name}` } })),
    'current-context': entries[0]?.name,
  });
}

/** Where a request arrived: the UID of kube-system tells the cluster. Status 0 where no answer came. */
export interface Arrival {
  status: number;
  uid?: string;
}

/**
 * A client that keeps what it was given, and its connection.
 * @param server the door's address, with the path of a context; without one the token alone says which it is
 */
export function keptClient(
  guard: RunningGuard,
  token: string,
  server = `https://127.0.0.1:${guard.port}`,
): { ask(): Promise<Arrival>; close(): void } {
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: guard.ca });
  const ask = () =>
    new Promise<Arrival>((resolve) => {
      const { hostname, port, pathname } = new URL(server);
      const headers = { authorization: `Bearer ${token}` };
      const path = `${pathname.replace(/\/$/, '')}/api/v1/namespaces/kube-system`;
      const call = request({ hostname, port, servername: 'localhost', path, headers, agent }, (response) => {
        let text = '';
        response.on('data', (part) => {
          text += part;
        });
        response.on('error', () => resolve({ status: 0 }));
        response.on('end', () => {
          const status = response.statusCode ?? 0;
          resolve({ status, uid: status === 200 ? JSON.parse(text).metadata.uid : undefined });
        });
      });
      // A connection may be cut at the moment its token ends.
      call.on('error', () => resolve({ status: 0 }));
      call.end();
    });
  return { ask, close: () => agent.destroy() };
}
