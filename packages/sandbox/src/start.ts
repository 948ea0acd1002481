import { schemaOf } from '@toolcrib/kube';
import { authorizer } from './access/rbac.ts';
import { createTokenBook, newToken } from './access/users.ts';
import type { ControllersOptions } from './controllers/index.ts';
import { startControllers } from './controllers/index.ts';
import { serveCustomResources } from './custom/custom-resources.ts';
import { strategyOf } from './kinds/index.ts';
import { seedCluster } from './seed/seed.ts';
import type { SeenRequest } from './server/api-server.ts';
import { startApiServer } from './server/api-server.ts';
import { createCertificateAuthority } from './server/certificates.ts';
import { writeKubeconfig } from './server/kubeconfig.ts';
import type { MemoryStore } from './store/memory-store.ts';
import { createStore } from './store/memory-store.ts';
import type { Clock } from './store/store.ts';
import { systemClock } from './store/system-clock.ts';

export interface SandboxOptions extends ControllersOptions {
  /** TCP port on 127.0.0.1; default: any free one. */
  port?: number;
  /** The name of cluster and context in the kubeconfigs. Default `sandbox`. */
  name?: string;
  /** Time; default: the system's. */
  clock?: Clock;
  /** Sees each request as the server got it, after it was answered. */
  onRequest?: (seen: SeenRequest) => void;
  /** False: no controllers run, only the API. */
  controllers?: boolean;
}

export interface RunningSandbox {
  /** `https://127.0.0.1:PORT` */
  url: string;
  /** PEM of the authority that signed the server's certificate. */
  certificateAuthority: string;
  /** A kubeconfig (YAML text) for the administrator, or for a person whose rights are the store's RBAC objects. */
  kubeconfig(person?: { name: string; groups?: string[]; namespace?: string }): string;
  /** The same with a client certificate instead of a token. */
  certificateKubeconfig(person: { name: string; groups?: string[] }): Promise<string>;
  store: MemoryStore;
  close(): Promise<void>;
}

const ADMIN = { name: 'kubernetes-admin', groups: ['system:masters'] };

/**
 * Starts a Kubernetes control plane in this process: an API server over TLS on 127.0.0.1 with its own authority,
 * and the controllers that make workloads run. Nothing is written to disk.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<RunningSandbox> {
  const { clock = systemClock, name = 'sandbox' } = options;
  const authority = await createCertificateAuthority();
  const custom = serveCustomResources();
  const schemaFor = (type: { apiVersion: string; kind: string }) =>
    schemaOf(type) ?? custom.schemas().get(`${type.apiVersion}/${type.kind}`);
  const store = createStore({
    clock,
    strategyOf: (info) => custom.strategyOf(info) ?? strategyOf(info),
    schemaOf: schemaFor,
  });
  custom.attach(store, clock);
  const tokens = createTokenBook();
  seedCluster(store);
  const stopControllers =
    options.controllers === false
      ? () => {}
      : startControllers(store, clock, { rootCa: authority.certificate, ...options });
  const server = await startApiServer({
    sandbox: { store, clock, tokens, custom, schemaOf: schemaFor, authorize: authorizer(store) },
    certificate: await authority.issueServer(),
    clientAuthority: authority.certificate,
    port: options.port,
    onRequest: options.onRequest,
  }).catch((error: unknown) => {
    // Their timers would keep the process of somebody whose port was taken.
    stopControllers();
    throw error;
  });

  const parts = { cluster: name, url: server.url, certificateAuthority: authority.certificate };
  return {
    url: server.url,
    certificateAuthority: authority.certificate,
    store,
    kubeconfig(person = ADMIN) {
      const token = newToken();
      tokens.add(token, { name: person.name, groups: person.groups ?? [] });
      const { namespace } = person as { namespace?: string };
      return writeKubeconfig({ ...parts, user: person.name, credentials: { token }, namespace });
    },
    async certificateKubeconfig(person) {
      const credentials = await authority.issueClient(person.name, person.groups ?? []);
      return writeKubeconfig({ ...parts, user: person.name, credentials });
    },
    async close() {
      stopControllers();
      custom.stop();
      await server.close();
    },
  };
}
