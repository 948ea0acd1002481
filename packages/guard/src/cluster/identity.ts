import { createHash } from 'node:crypto';
import { resourcePath } from '@toolcrib/kube';
import { type ClusterIdentity, isAbsent } from '@toolcrib/model';
import type { Send } from './asking.ts';
import { objectOf } from './http.ts';
import type { Upstream } from './upstream.ts';

/** A cluster is not made again under its address within so long (ms). */
const IDENTITY_LIFE = 10_000;
const NAMESPACES = { group: '', version: 'v1', resource: 'namespaces' };

/**
 * Which cluster this is, remembered for a moment; a failure is not.
 * @param now milliseconds, of any epoch, never backwards
 */
export function rememberedIdentity(
  upstream: Upstream,
  context: string,
  send: Send,
  now: () => number,
): () => Promise<ClusterIdentity> {
  let known: { at: number; found: Promise<ClusterIdentity> } | undefined;
  return () => {
    if (known && now() - known.at < IDENTITY_LIFE) return known.found;
    const entry = { at: now(), found: identityOf(upstream, context, send) };
    known = entry;
    entry.found.catch(() => {
      if (known === entry) known = undefined;
    });
    return entry.found;
  };
}

async function identityOf(upstream: Upstream, context: string, send: Send): Promise<ClusterIdentity> {
  const answer = await send('GET', resourcePath(NAMESPACES, { name: 'kube-system' }));
  const address = addressOf(upstream);
  // Many roles may not read namespaces, and some clusters hide this one: the address is all there is then.
  if (isAbsent(answer) || answer.status === 403) return { address };
  const asked = { group: '', name: 'kube-system' };
  const { metadata } = objectOf(context, 'GET the namespace kube-system', answer, { asked });
  return { ...(metadata.uid ? { uid: metadata.uid } : {}), address };
}

/** The server with its CA, as one hash: a journal holds nobody's address for it. */
function addressOf({ url, tls }: Upstream): string {
  return createHash('sha256')
    .update(JSON.stringify([url.href, tls.ca ?? '']))
    .digest('hex');
}
