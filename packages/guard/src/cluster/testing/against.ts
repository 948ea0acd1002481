import type { TestContext } from 'node:test';
import type { ApiFailure, ToolcribError } from '@toolcrib/model';
import { connectCluster } from '../client.ts';
import { openUpstream } from '../upstream.ts';
import { type Handler, startServer } from './server.ts';

export const pods = { group: '', version: 'v1', resource: 'pods' };
export const POD_LIST = {
  resources: [
    { name: 'pods', kind: 'Pod', namespaced: true, verbs: ['list'] },
    { name: 'pods/eviction', kind: 'Eviction' },
  ],
};

/** The least discovery that lists of Pods need; everything else goes to the test's own handler. */
export function withDiscovery(handler: Handler): Handler {
  return (request, response) => {
    if (request.url === '/api') return response.json(200, { kind: 'APIVersions', versions: ['v1'] });
    if (request.url === '/apis') return response.json(200, { kind: 'APIGroupList', groups: [] });
    if (request.url === '/api/v1') return response.json(200, POD_LIST);
    handler(request, response);
  };
}

/** A cluster over a server that answers as the test says, with a clock of its own. */
export async function against(
  t: TestContext,
  handler: Handler,
  options: { timeout?: number; token?: string } = {},
) {
  const server = await startServer(handler);
  const upstream = openUpstream(server.context({ token: options.token ?? 'good' }), { env: {} });
  let time = 0;
  const cluster = connectCluster(upstream, 'test', { timeout: options.timeout, now: () => time });
  t.after(async () => {
    await cluster.close();
    await server.close();
  });
  const pass = (ms: number) => {
    time += ms;
  };
  return { server, cluster, pass };
}

/** A Status that says no. */
export const status = (code: number, reason: string, message: string, details: object = {}) => ({
  kind: 'Status',
  apiVersion: 'v1',
  status: 'Failure',
  code,
  reason,
  message,
  details,
});
/** Whether an error is the cluster's no with that status. */
export const isApi = (code: number) => (error: ToolcribError) =>
  error.code === 'api' && (error.cause as ApiFailure).status === code;
