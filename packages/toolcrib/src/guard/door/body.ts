import type { IncomingMessage } from 'node:http';

/** The API server's own limit for a request body is 3 MiB (etcd takes 1.5): a little more is waste of memory. */
export const BODY_LIMIT = 3 * 1024 * 1024 + 1024;

/** The length that a request announces; undefined where it does not, or where it is no number. */
export function announcedLength(request: IncomingMessage): number | undefined {
  const text = request.headers['content-length'];
  if (text === undefined) return request.headers['transfer-encoding'] === undefined ? 0 : undefined;
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** The whole body, or `too-large`: what still comes then is for the caller. Rejects when the client goes. */
export function readBody(request: IncomingMessage): Promise<Uint8Array | 'too-large'> {
  return new Promise((resolve, reject) => {
    if ((announcedLength(request) ?? 0) > BODY_LIMIT) return resolve('too-large');
    let chunks: Buffer[] = [];
    let length = 0;
    const take = (chunk: Buffer) => {
      length += chunk.length;
      if (length <= BODY_LIMIT) return void chunks.push(chunk);
      chunks = [];
      request.off('data', take).pause();
      resolve('too-large');
    };
    request.on('data', take);
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('error', reject);
    request.once('close', () => reject(new Error('the client went before its request was whole')));
  });
}
