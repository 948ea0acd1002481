import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { Agent } from 'undici';
import type { DoorUpstream } from '../door/upstream.ts';

export interface Recorded {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: string;
}

/**
 * A plain HTTP server that writes down every request it gets before it answers: what really arrived, told by nobody
 * else. It answers 200 `{}` unless a handler is given.
 */
export async function recordingUpstream(
  handler?: (request: IncomingMessage, response: ServerResponse, body: string) => void,
) {
  const got: Recorded[] = [];
  const upgrades: Recorded[] = [];
  const record = (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      got.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
      if (handler) return handler(request, response, body);
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{}');
    });
  };
  const server = createServer(record);
  // Without a listener for upgrades it answers as if none had been asked for, and keeps the connection, as Go's does.
  const ignoring = createServer(record);
  const switches = { ignoreUpgrades: false };
  server.on('upgrade', (request, socket) => {
    upgrades.push({
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      body: '',
    });
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\n');
    socket.pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  await new Promise<void>((resolve) => ignoring.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const agent = new Agent({ allowH2: false, headersTimeout: 0, bodyTimeout: 0 });
  const upstream: DoorUpstream = {
    url: new URL(`http://127.0.0.1:${port}`),
    agent,
    rejected: () => false,
    connect: async () => {
      const { port: other } = ignoring.address() as AddressInfo;
      return connect({ host: '127.0.0.1', port: switches.ignoreUpgrades ? other : port });
    },
    headers: async () => ({ Authorization: 'Bearer the-cluster-token' }),
  };
  return {
    got,
    upgrades,
    switches,
    upstream,
    port,
    async close() {
      server.closeAllConnections();
      ignoring.closeAllConnections();
      await new Promise((resolve) => ignoring.close(resolve));
      await new Promise((resolve) => server.close(resolve));
      await agent.destroy();
    },
  };
}
