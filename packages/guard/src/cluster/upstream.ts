import type { Socket } from 'node:net';
import { nameText, shellWord, ToolcribError } from '@toolcrib/model';
import type { Dispatcher } from 'undici';
import { makeAgent } from './agent.ts';
import { type CredentialOptions, openCredentials } from './credentials.ts';
import type { ContextConfig } from './kubeconfig.ts';
import { pem } from './pem.ts';
import { proxyFor } from './proxy.ts';
import { openSocket, type UpstreamTls } from './socket.ts';

/** The way to one cluster: its address, its TLS, and fresh credentials. */
export interface Upstream {
  /** May have a path of its own (Rancher, Teleport): requests go below it. */
  readonly url: URL;
  /** As of the last `headers()`: a credential plugin may give certificates too. */
  readonly tls: UpstreamTls;
  /** Without header and body timeouts, HTTP/1.1. As of the last `headers()`, like `tls`. */
  readonly agent: Dispatcher;
  /** Fresh credentials as headers. To be asked for before each request. @throws ToolcribError `credentials` */
  headers(): Promise<Record<string, string>>;
  /** The cluster answered 401. @returns whether fresh credentials may do better */
  rejected(): boolean;
  /** A raw connection, through the proxy where there is one, TLS done: for upgrades. @throws ToolcribError `unreachable` */
  connect(): Promise<Socket>;
  close(): Promise<void>;
}

/**
 * Opens the way to a context's cluster; nothing is sent yet.
 * @throws ToolcribError `bad-file` for a cluster without a usable address, `credentials`
 */
export function openUpstream(context: ContextConfig, options: Partial<CredentialOptions> = {}): Upstream {
  const env = options.env ?? process.env;
  const { cluster } = context;
  const url = serverUrl(context);
  const proxy = proxyFor(url, context, env);
  const credentials = openCredentials(context, { ...options, env });
  const server: UpstreamTls = {
    ca: pem(
      context,
      cluster['certificate-authority-data'],
      cluster['certificate-authority'],
      'certificate-authority',
    ),
    servername: cluster['tls-server-name'],
    // Left out rather than undefined: Node takes an undefined for "do not check".
    ...(cluster['insecure-skip-tls-verify'] ? { rejectUnauthorized: false } : {}),
  };
  let tls = withoutUndefined(server);
  let agent = makeAgent(tls, proxy);
  let headersNow: Promise<Record<string, string>> | undefined;

  async function fresh(): Promise<Record<string, string>> {
    const { headers, cert, key } = await credentials.current();
    if (cert !== tls.cert || key !== tls.key) {
      const old = agent;
      tls = withoutUndefined({ ...server, cert, key });
      agent = makeAgent(tls, proxy);
      // Watches on the old connections end by themselves; close() waits for them.
      void old.close();
    }
    return headers;
  }

  return {
    url,
    get tls() {
      return tls;
    },
    get agent() {
      return agent;
    },
    headers() {
      headersNow ??= fresh().finally(() => {
        headersNow = undefined;
      });
      return headersNow;
    },
    rejected: () => credentials.rejected(),
    connect: () => openSocket(url, tls, proxy),
    close: () => agent.destroy(),
  };
}

function serverUrl(context: ContextConfig): URL {
  const text = context.cluster.server;
  const url = text ? URL.parse(/^[a-z0-9]+:\/\//i.test(text) ? text : `https://${text}`) : null;
  if (url && (url.protocol === 'https:' || url.protocol === 'http:')) return url;
  throw new ToolcribError(
    'bad-file',
    `The cluster ${nameText(context.clusterName)} of context ${nameText(context.name)} has no usable server address${text ? ` (${text})` : ''}.`,
    { next: `Correct it: kubectl config set-cluster ${shellWord(context.clusterName)} --server=https://…` },
  );
}

function withoutUndefined(tls: UpstreamTls): UpstreamTls {
  return Object.fromEntries(Object.entries(tls).filter(([, value]) => value !== undefined));
}
