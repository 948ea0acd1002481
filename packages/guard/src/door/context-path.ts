import { createHash } from 'node:crypto';

const PREFIX = /^\/ctx\/([0-9a-f]{12})(?=\/|$)/;

/**
 * The path prefix under which a context is served at the door. Clients keep their discovery cache by server
 * address, so two contexts must not share one; and a request for one context with the token of another is told
 * apart. Some older clients drop a prefix (`kubectl --raw`): then the token alone decides.
 */
export function contextPrefix(context: string): string {
  return `/ctx/${createHash('sha256').update(context).digest('hex').slice(0, 12)}`;
}

/** Takes the prefix off. `matches` is false where it belongs to another context. */
export function stripContextPrefix(path: string, context: string): { path: string; matches: boolean } {
  const found = PREFIX.exec(path);
  if (!found) return { path, matches: true };
  return { path: path.slice(found[0].length) || '/', matches: found[0] === contextPrefix(context) };
}
