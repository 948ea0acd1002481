import { once } from 'node:events';
import { isIP, type Socket, connect as tcpConnect } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import { ToolcribError } from '@toolcrib/model';

const TIMEOUT = 10_000;
const MOST_HEAD = 64 * 1024;

/** The TLS of a way to a cluster, in the words of Node's own options; certificates and keys as PEM. */
export interface UpstreamTls {
  ca?: string;
  cert?: string;
  key?: string;
  servername?: string;
  rejectUnauthorized?: boolean;
}

/** Said, since NODE_TLS_REJECT_UNAUTHORIZED in somebody's environment would count otherwise: kubectl does not know it. */
export const CHECKED: UpstreamTls = { rejectUnauthorized: true };

/**
 * A raw connection to a server, TLS done where the address says so, by CONNECT through a proxy where there is
 * one. The caller owns it.
 * @throws ToolcribError `unreachable`
 */
export async function openSocket(url: URL, tls: UpstreamTls, proxy: URL | undefined): Promise<Socket> {
  const opened: Socket[] = [];
  const keep = <Kind extends Socket>(socket: Kind): Kind => {
    opened.push(socket);
    return socket;
  };
  const signal = AbortSignal.timeout(TIMEOUT);
  try {
    const host = bare(url.hostname);
    const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
    const plain = proxy
      ? await throughProxy(proxy, host, port, keep, signal)
      : await tcp(host, port, keep, signal);
    if (url.protocol === 'http:') return plain;
    const servername = tls.servername ?? (isIP(host) > 0 ? undefined : host);
    const secure = keep(
      tlsConnect({ ...CHECKED, ...tls, socket: plain, host, servername, ALPNProtocols: ['http/1.1'] }),
    );
    await once(secure, 'secureConnect', { signal });
    return secure;
  } catch (cause) {
    for (const socket of opened) socket.on('error', () => undefined).destroy();
    if (cause instanceof ToolcribError) throw cause;
    const why = signal.aborted ? `no connection within ${TIMEOUT / 1000} s` : (cause as Error).message;
    throw new ToolcribError('unreachable', `The cluster at ${url.host} can't be reached: ${why}.`, {
      next: 'Check the network, a VPN, and the address in your kubeconfig.',
      cause,
    });
  }
}

type Keep = <Kind extends Socket>(socket: Kind) => Kind;

async function tcp(host: string, port: number, keep: Keep, signal: AbortSignal): Promise<Socket> {
  const socket = keep(tcpConnect({ host, port }));
  await once(socket, 'connect', { signal });
  return socket;
}

async function throughProxy(
  proxy: URL,
  host: string,
  port: number,
  keep: Keep,
  signal: AbortSignal,
): Promise<Socket> {
  if (proxy.protocol === 'socks5:') {
    throw new ToolcribError(
      'unreachable',
      'exec, attach, cp and port-forward do not go through a SOCKS proxy yet.',
      {
        next: 'Use an HTTP proxy for this cluster, or run this one command without the guard.',
      },
    );
  }
  const proxyHost = bare(proxy.hostname);
  const proxyPort = Number(proxy.port || (proxy.protocol === 'https:' ? 443 : 80));
  let socket = await tcp(proxyHost, proxyPort, keep, signal);
  if (proxy.protocol === 'https:') {
    const servername = isIP(proxyHost) > 0 ? undefined : proxyHost;
    const secure = keep(tlsConnect({ ...CHECKED, socket, host: proxyHost, servername }));
    await once(secure, 'secureConnect', { signal });
    socket = secure;
  }
  const target = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
  const login = proxy.username
    ? `Proxy-Authorization: Basic ${Buffer.from(`${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`).toString('base64')}\r\n`
    : '';
  socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${login}\r\n`);
  const status = await answerOf(socket, signal);
  if (!/^HTTP\/1\.[01] 2\d\d/.test(status))
    throw new Error(`the proxy ${proxy.host} said ${JSON.stringify(status)}`);
  return socket;
}

/** The first line of the proxy's answer; what follows its head stays in the socket. */
async function answerOf(socket: Socket, signal: AbortSignal): Promise<string> {
  let head = Buffer.alloc(0);
  for (;;) {
    const part: Buffer | null = socket.read();
    if (part === null) {
      if (socket.readableEnded) throw new Error('the proxy hung up');
      await Promise.race([once(socket, 'readable', { signal }), once(socket, 'end', { signal })]);
      continue;
    }
    head = Buffer.concat([head, part]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0 && head.length > MOST_HEAD) throw new Error('the proxy answered with no HTTP');
    if (end < 0) continue;
    if (head.length > end + 4) socket.unshift(head.subarray(end + 4));
    return head.subarray(0, head.indexOf('\r\n')).toString('latin1');
  }
}

function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '');
}
