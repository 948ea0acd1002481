import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { OWN_FILE_MARK } from '@toolcrib/guard/cluster';
import { stringify } from 'yaml';
import { makeAuthority, makeServerCertificate } from '../../certificates.ts';

/** Something that listens where the guard's door would, and answers each request with what `answer` gives. */
export interface StandIn {
  url: string;
  /** PEM. */
  ca: string;
  /** Path with query, and Authorization, of each request so far. */
  asked: { path: string; authorization: string | undefined }[];
  close(): void;
}

export async function standIn(answer: (nonce: string) => string | undefined): Promise<StandIn> {
  const authority = await makeAuthority(Date.now(), 1);
  const { cert, key } = await makeServerCertificate(authority, Date.now(), 1);
  const asked: StandIn['asked'] = [];
  const server: Server = createServer({ cert, key }, (request, response) => {
    const { url = '', headers } = request;
    asked.push({ path: url, authorization: headers.authorization });
    const text = answer(new URL(url, 'https://door').searchParams.get('nonce') ?? '');
    // undefined: never.
    if (text !== undefined) response.end(text);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${port}`,
    ca: authority.cert,
    asked,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The door's own answer. */
export const echo = (nonce: string, context = 'prod') =>
  JSON.stringify({ kind: 'ToolcribSelfTest', context, nonce });

/** A kubeconfig of ours for that door. */
export function ownConfig({ url, ca }: StandIn, path = '/ctx/a'): string {
  return stringify({
    extensions: [{ name: OWN_FILE_MARK, extension: {} }],
    'current-context': 'prod',
    clusters: [
      {
        name: 'toolcrib:prod',
        cluster: { server: url + path, 'certificate-authority-data': Buffer.from(ca).toString('base64') },
      },
    ],
    contexts: [{ name: 'prod', context: { cluster: 'toolcrib:prod', user: 'toolcrib:prod' } }],
    users: [{ name: 'toolcrib:prod', user: { token: 'ours' } }],
  });
}
