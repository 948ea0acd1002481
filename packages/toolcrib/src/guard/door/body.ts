import type { IncomingMessage } from 'node:http';

/** The API server's own limit for a request body is 3 MiB (etcd takes 1.5): a little more is waste of memory. */
export const BODY_LIMIT = 3 * 1024 * 1024 + 1024;

/** The whole body, or `too-large`; rejects when the client goes. */
export async function readBody(request: IncomingMessage): Promise<Uint8Array | 'too-large'> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > BODY_LIMIT) return 'too-large';
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
