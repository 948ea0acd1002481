import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';
import { Agent } from 'undici';
import type { DoorUpstream } from '../door/upstream.ts';

export interface StrictRequest {
  method: string;
  target: string;
  headers: [name: string, value: string][];
  body: string;
}

/**
 * A server that reads the bytes of each connection itself, and by the letter of the RFC: what two readers could take
 * for different requests is written down as broken. It answers each whole request with 200, and it ignores upgrades, as
 * a server may; what arrives after one is a request of its own.
 */
export async function strictUpstream() {
  const got: StrictRequest[] = [];
  const broken: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let bytes = Buffer.alloc(0);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      sockets.delete(socket);
      // What was cut off in the middle is no request, to anybody.
      if (bytes.length > 0) broken.push(`cut off: ${JSON.stringify(bytes.toString('latin1').slice(0, 200))}`);
    });
    socket.on('data', (chunk) => {
      bytes = Buffer.concat([bytes, chunk]);
      for (;;) {
        const read = readRequest(bytes);
        if (read === undefined) return;
        if ('why' in read) {
          broken.push(`${read.why}: ${JSON.stringify(bytes.toString('latin1').slice(0, 300))}`);
          bytes = Buffer.alloc(0);
          socket.destroy();
          return;
        }
        bytes = bytes.subarray(read.length);
        got.push(read.request);
        socket.write('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}');
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const agent = new Agent({ allowH2: false, headersTimeout: 0, bodyTimeout: 0 });
  const upstream: DoorUpstream = {
    url: new URL(`http://127.0.0.1:${port}`),
    agent,
    rejected: () => false,
    connect: async () => connect({ host: '127.0.0.1', port }),
    headers: async () => ({ Authorization: 'Bearer the-cluster-token' }),
  };
  return {
    got,
    broken,
    port,
    upstream,
    async close() {
      await agent.destroy();
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type Read = { request: StrictRequest; length: number } | { why: string } | undefined;

const LINE = /^([A-Z][A-Z-]*) (\/[!-~]*) HTTP\/1\.1$/;
const FIELD = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t -~\x80-\xff]*)$/;

function readRequest(bytes: Buffer): Read {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return bytes.length > 64 * 1024 ? { why: 'a head without end' } : undefined;
  const lines = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const [, method, target] = LINE.exec(lines[0] ?? '') ?? [];
  if (method === undefined || target === undefined) return { why: 'no request line' };
  const headers: [string, string][] = [];
  for (const line of lines.slice(1)) {
    const [, name, value] = FIELD.exec(line) ?? [];
    if (name === undefined || value === undefined) return { why: 'no header line' };
    headers.push([name.toLowerCase(), value.trimEnd()]);
  }
  const all = (wanted: string) => headers.filter(([name]) => name === wanted).map(([, value]) => value);
  const [lengths, codings] = [all('content-length'), all('transfer-encoding')];
  if (all('host').length !== 1) return { why: 'not one Host' };
  if (lengths.length + codings.length > 1) return { why: 'framed twice' };
  if (lengths.some((value) => !/^\d+$/.test(value))) return { why: 'a Content-Length that is none' };
  if (codings.some((value) => value !== 'chunked')) return { why: 'an unknown Transfer-Encoding' };
  const start = end + 4;
  const done = (body: string, length: number): Read => ({
    request: { method, target, headers, body },
    length,
  });
  if (codings.length > 0) return chunked(bytes, start, done);
  const length = Number(lengths[0] ?? 0);
  if (bytes.length < start + length) return undefined;
  return done(bytes.subarray(start, start + length).toString('latin1'), start + length);
}

function chunked(bytes: Buffer, start: number, done: (body: string, length: number) => Read): Read {
  let at = start;
  let body = '';
  for (;;) {
    const end = bytes.indexOf('\r\n', at);
    if (end < 0) return undefined;
    const text = bytes.subarray(at, end).toString('latin1');
    if (!/^[0-9a-fA-F]{1,8}$/.test(text)) return { why: 'a chunk size that is none' };
    const size = Number.parseInt(text, 16);
    const after = end + 2 + size;
    if (bytes.length < after + 2) return undefined;
    if (bytes.subarray(after, after + 2).toString('latin1') !== '\r\n')
      return { why: 'a chunk that goes on, or a trailer' };
    if (size === 0) return done(body, after + 2);
    body += bytes.subarray(end + 2, after).toString('latin1');
    at = after + 2;
  }
}
