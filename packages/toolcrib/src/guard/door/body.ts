import type { IncomingMessage } from 'node:http';

/** The API server's own limit for a request body is 3 MiB (etcd takes 1.5): a little more is waste of memory. */
export const BODY_LIMIT = 3 * 1024 * 1024 + 1024;

/** The whole body, or `too-large`: what still comes then is read and forgotten. Rejects when the client goes. */
export function readBody(request: IncomingMessage): Promise<Uint8Array | 'too-large'> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= BODY_LIMIT) chunks.push(chunk);
      else {
        chunks = [];
        resolve('too-large');
      }
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('error', reject);
    request.once('close', () => reject(new Error('the client went before its request was whole')));
  });
}
