import type { ToolClaim } from '../../model/index.ts';

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
