import type { IncomingMessage } from 'node:http';

/** The API server's own limit for a request body is 3 MiB (etcd takes 1.5): a little more is waste of memory. */
export const BODY_LIMIT = 3 * 1024 * 1024 + 1024;

/** A body comes over loopback: only one that is never to come takes that long. Milliseconds. */
export const BODY_TIME = 30_000;

/** The length that a request announces; undefined where it does not, or where it is no number. */
export function announcedLength(request: IncomingMessage): number | undefined {
  const text = request.headers['content-length'];
  if (text === undefined) return request.headers['transfer-encoding'] === undefined ? 0 : undefined;
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/**
 * The whole body; `too-large` or `too-slow`: what still comes then is for the caller. Rejects when the client goes.
 * @param time for all of it, however it comes; ms
 */
export function readBody(
  request: IncomingMessage,
  time: number = BODY_TIME,
): Promise<Uint8Array | 'too-large' | 'too-slow'> {
  return new Promise((resolve, reject) => {
    if ((announcedLength(request) ?? 0) > BODY_LIMIT) return resolve('too-large');
    let chunks: Buffer[] = [];
    let length = 0;
    const take = (chunk: Buffer) => {
      length += chunk.length;
      if (length <= BODY_LIMIT) return void chunks.push(chunk);
      stop('too-large');
    };
    const stop = (why: 'too-large' | 'too-slow') => {
      clearTimeout(timer);
      chunks = [];
      request.off('data', take).pause();
      resolve(why);
    };
    const timer = setTimeout(() => stop('too-slow'), time);
    request.on('data', take);
    request.once('end', () => {
      clearTimeout(timer);
      resolve(Buffer.concat(chunks));
    });
    request.once('error', reject);
    request.once('close', () => {
      clearTimeout(timer);
      reject(new Error('the client went before its request was whole'));
    });
  });
}
