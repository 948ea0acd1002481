import { createHash } from 'node:crypto';
import type { AskedRequest } from '../request.ts';

/** The same for two identical requests, whoever sends them: what an approval's pass is good for. */
export function requestKey(request: AskedRequest): string {
  const hash = createHash('sha256');
  const { context, method, path, query, headers, tool, agent } = request;
  // Content-Type: what the same bytes mean. Tool and agent: a yes to a person's kubectl is none to an agent's.
  const sender = JSON.stringify([tool?.sha256 ?? null, agent ?? false, headers['content-type'] ?? null]);
  for (const part of [context, method, path, query, sender, impersonated(request)]) {
    hash.update(`${part.length}:${part}\n`);
  }
  return hash.update(request.body).digest('base64url');
}

function impersonated(request: AskedRequest): string {
  const as = Object.entries(request.headers).filter(([name]) => name.startsWith('impersonate-'));
  return JSON.stringify(as.sort(([a], [b]) => (a < b ? -1 : 1)));
}
