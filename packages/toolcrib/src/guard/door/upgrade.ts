import type { IncomingMessage } from 'node:http';
import { connect as connectPlain } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { type DoorUpstream, forwardedHeaders, upstreamPath } from './upstream.ts';

/**
 * exec, attach, port-forward, cp: the connection becomes a tunnel of bytes that nobody here reads. WebSocket (GET) and
 * SPDY (POST) take the same way. The head is written anew with the cluster's own credentials.
 */
export async function tunnel(
  request: IncomingMessage,
  client: Duplex,
  head: Buffer,
  upstream: DoorUpstream,
  at: { path: string; query: string },
): Promise<void> {
  const credentials = await upstream.headers();
  const { url, tls } = upstream;
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const server =
    url.protocol === 'https:'
      ? connectTls({
          host,
          port,
          ALPNProtocols: ['http/1.1'],
          ...tls,
          servername: tls.servername ?? sni(host),
        })
      : connectPlain({ host, port });
  const close = () => {
    client.destroy();
    server.destroy();
  };
  client.on('error', close).on('close', () => server.destroy());
  server.on('error', (error: Error) => {
    if (client.writable)
      client.end(plainAnswer(502, `toolcrib: the cluster did not answer (${error.message})`));
    server.destroy();
  });
  server.on('close', () => client.destroy());
  server.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
    const headers = forwardedHeaders(request.rawHeaders, credentials, {
      Host: url.host,
      Connection: 'Upgrade',
      Upgrade: request.headers.upgrade ?? 'websocket',
    });
    const lines = [`${request.method} ${upstreamPath(upstream, at.path, at.query)} HTTP/1.1`];
    for (let i = 0; i + 1 < headers.length; i += 2) lines.push(`${headers[i]}: ${headers[i + 1]}`);
    server.write(`${lines.join('\r\n')}\r\n\r\n`);
    if (head.length > 0) server.write(head);
    server.pipe(client);
    client.pipe(server);
  });
}

function sni(host: string): string | undefined {
  return /^[\d.]+$|:/.test(host) ? undefined : host;
}

/** An answer on a bare socket, where no ServerResponse exists. */
export function plainAnswer(status: number, message: string): string {
  const body = JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', message, code: status });
  const length = Buffer.byteLength(body);
  return `HTTP/1.1 ${status} Refused\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n${body}`;
}
