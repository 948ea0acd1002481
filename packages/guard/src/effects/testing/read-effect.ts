import assert from 'node:assert/strict';
import { effectsOf } from '../effect-of.ts';

/** A request, as a client sent it. */
export interface Sent {
  method: string;
  path: string;
  query?: string;
  type?: string;
  encoding?: string;
  body?: string;
}

/** The one effect that is read from it. */
export function effect({ method, path, query = '', type, encoding, body = '' }: Sent) {
  const headers: Record<string, string> = {};
  if (type) headers['content-type'] = type;
  if (encoding) headers['content-encoding'] = encoding;
  const [first, ...more] = effectsOf({ method, path, query, headers, body: new TextEncoder().encode(body) });
  assert.deepEqual(more, []);
  return first;
}

export const JSON_TYPE = 'application/json';
