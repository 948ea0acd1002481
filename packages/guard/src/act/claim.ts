import type { ToolClaim } from '@toolcrib/model';

/** What a User-Agent says of itself: `kubectl/v1.35.2 (linux/amd64) kubernetes/abc` → kubectl, 1.35.2. A claim, no more. */
export function claimOf(userAgent: string | undefined): ToolClaim {
  const text = (userAgent ?? '').slice(0, 300);
  const match = /^([A-Za-z0-9._-]+)\/v?([A-Za-z0-9.+_-]+)/.exec(text);
  return match ? { userAgent: text, name: match[1], version: match[2] } : { userAgent: text };
}

/** kubectl waits without a limit of its own; every other client would freeze or give up, so it is answered at once. */
export function waits(headers: Record<string, string>): boolean {
  return claimOf(headers['user-agent']).name === 'kubectl' && headers['kubectl-session'] !== undefined;
}

/** Programs that act of themselves, again and again, and say so in their name. */
const REPEATS: [RegExp, string][] = [
  [/operator/i, 'an operator'],
  [/controller|^manager$|^argocd|^flux/i, 'a controller'],
];

/**
 * What sent a request, where no person stands behind each of its requests: an agent by its token, a service account by the
 * cluster's own rules of names, a controller or an operator by what it says of itself. undefined for a person's program.
 */
export function sentOfItself(request: {
  agent?: boolean;
  headers: Record<string, string>;
}): string | undefined {
  if (request.agent) return 'an agent';
  if (request.headers['impersonate-user']?.startsWith('system:serviceaccount:')) return 'a service account';
  const { name = '' } = claimOf(request.headers['user-agent']);
  return REPEATS.find(([pattern]) => pattern.test(name))?.[1];
}
