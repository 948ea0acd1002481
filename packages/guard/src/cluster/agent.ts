import { createRequire } from 'node:module';
import type { Dispatcher } from 'undici';
import { CHECKED, type UpstreamTls } from './socket.ts';

const require = createRequire(import.meta.url);
/** Some hundred files, a fifth of a command's start: loaded where a way is opened, which most commands never do. */
const undici = () => require('undici') as typeof import('undici');

/** Connections to one server, through the proxy where there is one; no time limits but for connecting, HTTP/1.1. */
export function makeAgent(tls: UpstreamTls, proxy: URL | undefined): Dispatcher {
  // undici's own defaults end a quiet watch after 300 s, and HTTP/2 has no upgrades.
  const patient = { allowH2: false, headersTimeout: 0, bodyTimeout: 0 } as const;
  const connect = { ...CHECKED, ...tls, timeout: 10_000 };
  const { Agent, ProxyAgent } = undici();
  return proxy
    ? new ProxyAgent({
        ...patient,
        uri: proxy.href,
        requestTls: connect,
        proxyTls: { ...CHECKED, timeout: 10_000 },
        proxyTunnel: true,
      })
    : new Agent({ ...patient, connect });
}
