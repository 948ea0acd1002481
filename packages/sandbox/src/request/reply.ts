import type { IncomingMessage, ServerResponse } from 'node:http';
import { stringify } from 'yaml';
import type { ApiError } from '../apimachinery/api-error.ts';
import type { Negotiated } from './negotiate.ts';

/** What a handler answers; it never touches the socket itself (watches aside). */
export interface Reply {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
  /** Texts of `Warning: 299` headers. */
  warnings?: string[];
  /** A body that is already text, with its Content-Type. */
  raw?: { contentType: string; body: string | Buffer };
}

export function sendReply(
  request: IncomingMessage,
  response: ServerResponse,
  reply: Reply,
  encoding: Negotiated['encoding'] = 'json',
): void {
  if (response.headersSent) {
    response.end();
    return;
  }
  const headers: Record<string, string | string[]> = {
    'cache-control': 'no-cache, private',
    ...reply.headers,
  };
  if (reply.warnings && reply.warnings.length > 0) {
    headers.warning = reply.warnings.map((text) => `299 - ${JSON.stringify(text)}`);
  }
  const [contentType, body] = reply.raw
    ? [reply.raw.contentType, reply.raw.body]
    : encoding === 'yaml'
      ? ['application/yaml', stringify(reply.body)]
      : ['application/json', `${JSON.stringify(reply.body)}\n`];
  headers['content-type'] = contentType;
  headers['content-length'] = String(Buffer.byteLength(body));
  response.writeHead(reply.status, headers);
  response.end(request.method === 'HEAD' ? undefined : body);
}

export function errorReply(error: ApiError): Reply {
  const retryAfter = error.status.details?.retryAfterSeconds;
  return {
    status: error.code,
    body: error.status,
    ...(retryAfter ? { headers: { 'retry-after': String(retryAfter) } } : {}),
  };
}

/** What the real server's mux says of a path that no API serves. */
export const PAGE_NOT_FOUND: Reply = {
  status: 404,
  body: undefined,
  raw: { contentType: 'text/plain; charset=utf-8', body: '404 page not found\n' },
  headers: { 'x-content-type-options': 'nosniff' },
};
