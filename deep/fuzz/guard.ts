import { deleteOptionsBody, parseRequestPath } from '@toolcrib/kube';
import { effectOf, type ReadEffect } from '../../packages/toolcrib/src/guard/effect/effect-of.ts';
import { needsJudgement } from '../../packages/toolcrib/src/guard/effect/needs-judgement.ts';
import type { AskedRequest } from '../../packages/toolcrib/src/guard/request.ts';
import { asDryRun, pinned } from '../../packages/toolcrib/src/guard/way/pin.ts';
import type { Sent } from './referee.ts';

/** What the guard makes of a request, without a cluster, and what it would send on. */
export type Guarded =
  /** Turned away at the door or in judgement; nothing is sent. */
  | { does: 'refuse'; why: string }
  /** Streamed through, or read and found harmless. */
  | { does: 'pass'; judged: boolean; sends: Sent }
  /** Kept as if it deleted what it names, and held. */
  | { does: 'not-understood'; why: string }
  /** The server is asked with a dry run what the same request comes to. */
  | { does: 'ask-server'; dry: Sent; sends: Sent }
  | {
      does: 'judge';
      effect: Exclude<ReadEffect, { verb: 'none' | 'not-understood' | 'ask-server' }>;
      sends: Sent;
    };

type Deleting = Extract<ReadEffect, { options: unknown }>;

export const SEEN_UID = '00000000-0000-4000-8000-000000000001';

export function guarded(sent: Sent): Guarded {
  let target: ReturnType<typeof parseRequestPath>;
  try {
    if (sent.query.startsWith('?')) return { does: 'refuse', why: 'a second question mark' };
    target = parseRequestPath(sent.path);
  } catch (error) {
    return { does: 'refuse', why: String(error) };
  }
  if (!needsJudgement(sent.method, target, sent.query, false))
    return { does: 'pass', judged: false, sends: sent };
  const asked: AskedRequest = {
    ...{
      id: '1',
      context: 'c',
      person: 'p',
      tokenId: 't',
      method: sent.method,
      path: sent.path,
      query: sent.query,
    },
    headers: sent.contentTypes.length > 0 ? { 'content-type': sent.contentTypes.join(', ') } : {},
    body: sent.body,
  };
  const effect = effectOf(asked);
  if (effect.verb === 'not-understood') return { does: 'not-understood', why: effect.why };
  if (effect.verb === 'none') return { does: 'pass', judged: true, sends: sent };
  if (effect.verb === 'ask-server') {
    const query = new URLSearchParams(sent.query);
    query.set('dryRun', 'All');
    return { does: 'ask-server', sends: sent, dry: { ...sent, query: String(query) } };
  }
  const seen = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', uid: SEEN_UID } };
  if (effect.verb === 'delete-collection') return { does: 'judge', effect, sends: listed(sent, effect) };
  const change = effect.dryRun ? asDryRun(asked, effect) : pinned(asked, effect, seen as never);
  const sends: Sent = {
    ...sent,
    query: change.query ?? sent.query,
    ...(change.body ? { body: change.body.bytes, contentTypes: [change.body.type] } : {}),
  };
  return { does: 'judge', effect, sends };
}

/**
 * A collection is listed by the selectors that were read, and its objects are deleted one by one with the options that
 * were read: as one request, so that the referee can say whether that is what was asked for.
 */
function listed(sent: Sent, { target, options, dryRun }: Deleting): Sent {
  const query = new URLSearchParams();
  if (target.labelSelector !== undefined) query.set('labelSelector', target.labelSelector);
  if (target.fieldSelector !== undefined) query.set('fieldSelector', target.fieldSelector);
  const body = Buffer.from(
    JSON.stringify(deleteOptionsBody(dryRun ? { ...options, dryRun: ['All'] } : options)),
  );
  return { ...sent, query: String(query), body, contentTypes: ['application/json'] };
}
