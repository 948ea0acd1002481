import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
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
  const server = await upstream.connect();
  client.on('error', () => client.destroy()).on('close', () => server.destroy());
  server.on('error', () => server.destroy()).on('close', () => client.destroy());
  const headers = forwardedHeaders(request.rawHeaders, credentials, {
    Host: upstream.url.host,
    Connection: 'Upgrade',
    Upgrade: request.headers.upgrade ?? 'websocket',
  });
  const lines = [`${request.method} ${upstreamPath(upstream, at.path, at.query)} HTTP/1.1`];
  for (let i = 0; i + 1 < headers.length; i += 2) lines.push(`${headers[i]}: ${headers[i + 1]}`);
  server.write(`${lines.join('\r\n')}\r\n\r\n`);
  if (head.length > 0) server.write(head);
  server.pipe(client);
  client.pipe(server);
}

/** An answer on a bare socket, where no ServerResponse exists. */
export function plainAnswer(status: number, message: string): string {
  const body = JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', message, code: status });
  const length = Buffer.byteLength(body);
  return `HTTP/1.1 ${status} Refused\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n${body}`;
}
