import type { webcrypto } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import type { ContextConfig } from '../kubeconfig.ts';

export interface TestServer {
  url: string;
  ca: string;
  /** A client certificate that the server's CA has signed. */
  client: { cert: string; key: string };
  /** `METHOD /path` of each request, in order. */
  seen: string[];
  sockets: Set<Socket>;
  /** A context that reaches it. */
  context(user?: ContextConfig['user'], cluster?: Partial<ContextConfig['cluster']>): ContextConfig;
  close(): Promise<void>;
}

export type Handler = (
  request: IncomingMessage & { text: string },
  response: ServerResponse & { json(status: number, body: unknown, type?: string): void },
) => void;

/** A TLS server on the loopback that answers as a test says. */
export async function startServer(handler: Handler): Promise<TestServer> {
  const pki = await makePki();
  const seen: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer({ ...pki.server, ca: pki.ca, requestCert: true, rejectUnauthorized: false });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('request', async (request, response) => {
    seen.push(`${request.method} ${request.url}`);
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const json = (status: number, body: unknown, type = 'application/json') => {
      response.writeHead(status, { 'Content-Type': type }).end(JSON.stringify(body));
    };
    handler(
      Object.assign(request, { text: Buffer.concat(parts).toString() }),
      Object.assign(response, { json }),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    ca: pki.ca,
    client: pki.client,
    seen,
    sockets,
    context: (user = {}, cluster = {}) => ({
      name: 'test',
      clusterName: 'test',
      cluster: {
        server: url,
        'certificate-authority-data': Buffer.from(pki.ca).toString('base64'),
        extensions: [],
        ...cluster,
      } as ContextConfig['cluster'],
      userName: 'someone',
      user,
      file: '/nowhere/config',
      userFolder: '/nowhere',
    }),
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}

type KeyPair = webcrypto.CryptoKeyPair;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

async function makePki() {
  const keys = () => crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']) as Promise<KeyPair>;
  const pem = async (pair: KeyPair) =>
    x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', pair.privateKey), 'PRIVATE KEY');
  const [caKeys, serverKeys, clientKeys] = await Promise.all([keys(), keys(), keys()]);
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=test CA',
    keys: caKeys,
    signingAlgorithm: ALGORITHM,
    extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
  });
  const issue = (name: string, pair: KeyPair, extensions: x509.Extension[] = []) =>
    x509.X509CertificateGenerator.create({
      subject: `CN=${name}`,
      issuer: ca.subject,
      publicKey: pair.publicKey,
      signingKey: caKeys.privateKey,
      signingAlgorithm: ALGORITHM,
      extensions,
    });
  const names = new x509.SubjectAlternativeNameExtension([
    { type: 'ip', value: '127.0.0.1' },
    { type: 'dns', value: 'cluster.example' },
  ]);
  const server = await issue('server', serverKeys, [names]);
  const client = await issue('aiko', clientKeys);
  return {
    ca: ca.toString('pem'),
    server: { cert: server.toString('pem'), key: await pem(serverKeys) },
    client: { cert: client.toString('pem'), key: await pem(clientKeys) },
  };
}
