import { createHash } from 'node:crypto';
import type { AskedRequest } from '../request.ts';

/** The same for two identical requests, whoever sends them: what an approval's pass is good for. */
export function requestKey(request: AskedRequest): string {
  const hash = createHash('sha256');
  for (const part of [request.context, request.method, request.path, request.query, impersonated(request)]) {
    hash.update(`${part.length}:${part}\n`);
  }
  return hash.update(request.body).digest('base64url');
}

function impersonated(request: AskedRequest): string {
  const as = Object.entries(request.headers).filter(([name]) => name.startsWith('impersonate-'));
  return JSON.stringify(as.sort(([a], [b]) => (a < b ? -1 : 1)));
}
