import type { Socket } from 'node:net';
import type { Dispatcher } from 'undici';

/** What the door needs to reach a cluster; `cluster/upstream.ts` makes it. */
export interface DoorUpstream {
  url: URL;
  /** As of the last `headers()`. */
  readonly agent: Dispatcher;
  /** Fresh credentials, as headers. To be asked for before each request. */
  headers(): Promise<Record<string, string>>;
  /** The cluster answered 401. @returns whether fresh credentials may do better */
  rejected(): boolean;
  /** A raw connection with TLS done, for upgrades. */
  connect(): Promise<Socket>;
}

export type UpstreamFor = (context: string) => Promise<DoorUpstream>;

/** Hop by hop, or the door's own business: never passed on. */
const NOT_FORWARDED = new Set([
  'authorization',
  'connection',
  'expect',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  // Told the server apart from ours; a client behind this door has no business to set them.
  'x-remote-user',
  'x-remote-group',
  'x-remote-uid',
]);

/**
 * The request's headers as they go to the cluster: the caller's, less what ends at the door, plus the cluster's own
 * credentials. `Impersonate-*` passes on purpose: the guard sends with the person's own credentials, so the cluster
 * decides about it exactly as without a guard.
 */
export function forwardedHeaders(
  raw: readonly string[],
  credentials: Record<string, string>,
  replaced: Record<string, string> = {},
): string[] {
  const own = new Set(
    [...Object.keys(credentials), ...Object.keys(replaced)].map((name) => name.toLowerCase()),
  );
  const headers: string[] = [];
  // `Connection: X-Foo` makes X-Foo hop by hop; following it would let a client drop headers, so only ours count.
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] ?? '';
    const lower = name.toLowerCase();
    if (NOT_FORWARDED.has(lower) || lower.startsWith('x-remote-extra-') || own.has(lower)) continue;
    headers.push(name, raw[i + 1] ?? '');
  }
  for (const [name, value] of [...Object.entries(credentials), ...Object.entries(replaced)])
    headers.push(name, value);
  return headers;
}

/** Where a path of the cluster's API stands on its server, whose address may have a path of its own (Rancher). */
export function upstreamPath(upstream: { url: URL }, path: string, query: string): string {
  const base = upstream.url.pathname.replace(/\/$/, '');
  return `${base}${path}${query === '' ? '' : `?${query}`}`;
}
