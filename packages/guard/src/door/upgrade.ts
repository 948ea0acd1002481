import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RequestTarget } from '@toolcrib/kube';
import { type DoorUpstream, forwardedHeaders, upstreamPath } from './upstream.ts';

const HEAD_LIMIT = 64 * 1024;
/** A server that refuses an upgrade has said all it will say by then. Milliseconds. */
const REFUSAL_PATIENCE = 10_000;

/** What Kubernetes upgrades to, by lower-case name. Inside anything else (h2c) each request would be one past every check. */
const PROTOCOLS: Record<string, string> = { websocket: 'websocket', 'spdy/3.1': 'SPDY/3.1' };

/** @returns the one protocol that is asked for, as it goes on; undefined for any other, and for several */
export function protocolOf(request: Pick<IncomingMessage, 'headers'>): string | undefined {
  const asked = String(request.headers.upgrade).trim().toLowerCase();
  return Object.hasOwn(PROTOCOLS, asked) ? PROTOCOLS[asked] : undefined;
}

/** What may become a tunnel at all: exec and its kin, an application behind a proxy, a watch over WebSocket. */
export function mayUpgrade(target: RequestTarget, query: string): boolean {
  if (target.type !== 'resource') return false;
  if (/^(exec|attach|portforward|proxy)(\/|$)/.test(String(target.subresource))) return true;
  return /^(1|true)$/i.test(String(new URLSearchParams(query).get('watch')));
}

/**
 * exec, attach, port-forward, cp: the connection becomes a tunnel of bytes that nobody here reads. WebSocket (GET) and
 * SPDY (POST) take the same way. The head is written anew with the cluster's own credentials.
 *
 * **No byte of the client goes on before the server has answered 101.** A server that ignores the upgrade keeps the
 * connection for further requests, and with client certificates the connection itself is the identity: whatever the
 * client sent after its head would then be a request of its own, past every check.
 */
export async function tunnel(
  request: IncomingMessage,
  client: Duplex,
  head: Buffer,
  upstream: DoorUpstream,
  at: { path: string; query: string; protocol: string },
): Promise<void> {
  client.on('error', () => client.destroy());
  const credentials = await upstream.headers();
  const server = await upstream.connect();
  const close = () => {
    client.destroy();
    server.destroy();
  };
  // It may have gone while we connected, and then its `close` has been.
  if (client.destroyed) return close();
  client.on('close', close);
  server.on('error', close).on('close', close);
  const headers = forwardedHeaders(request.rawHeaders, credentials, {
    Host: upstream.url.host,
    Connection: 'Upgrade',
    Upgrade: at.protocol,
  });
  const lines = [`${request.method} ${upstreamPath(upstream, at.path, at.query)} HTTP/1.1`];
  for (let i = 0; i < headers.length; i += 2) lines.push(`${headers[i]}: ${headers[i + 1]}`);
  server.write(`${lines.join('\r\n')}\r\n\r\n`);

  let answer = Buffer.alloc(0);
  const onData = (chunk: Buffer) => {
    answer = Buffer.concat([answer, chunk]);
    const end = answer.indexOf('\r\n\r\n');
    if (end < 0) {
      if (answer.length > HEAD_LIMIT) close();
      return;
    }
    server.off('data', onData);
    client.write(answer);
    if (/^HTTP\/1\.[01] 101 /.test(answer.subarray(0, 13).toString('latin1'))) {
      if (head.length > 0) server.write(head);
      server.pipe(client);
      client.pipe(server);
      return;
    }
    // Refused: its one answer goes to the client, and nothing of the client to the server any more.
    server.pipe(client);
    client.resume();
    setTimeout(close, REFUSAL_PATIENCE).unref();
    const length = /\r\ncontent-length: *(\d+)/i.exec(answer.subarray(0, end).toString('latin1'))?.[1];
    // No number where it does not say: then it is over with the connection.
    let left = Number(length) - (answer.length - end - 4);
    const finish = () => client.end(() => server.destroy());
    if (left <= 0) return finish();
    server.on('data', (more: Buffer) => {
      left -= more.length;
      if (left <= 0) finish();
    });
  };
  server.on('data', onData);
}

/** An answer on a bare socket, where no ServerResponse exists. */
export function plainAnswer(status: number, message: string): string {
  const body = JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', message, code: status });
  const length = Buffer.byteLength(body);
  return `HTTP/1.1 ${status} Refused\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n${body}`;
}
