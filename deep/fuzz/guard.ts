import { deleteOptionsBody, parseRequestPath } from '@toolcrib/kube';
import type { ReadEffect } from '../../packages/guard/src/effects/effect-kind.ts';
import { effectsOf } from '../../packages/guard/src/effects/effect-of.ts';
import { kindOf } from '../../packages/guard/src/effects/index.ts';
import { needsJudgement } from '../../packages/guard/src/effects/needs-judgement.ts';
import { dryRunQuery } from '../../packages/guard/src/look/replicas-now.ts';
import { canonical } from '../../packages/guard/src/read/canonical.ts';
import { isDryRunAsSent } from '../../packages/guard/src/read/options.ts';
import { ownersIn } from '../../packages/guard/src/read/owners.ts';
import type { AskedRequest } from '../../packages/guard/src/request.ts';
import { isHarmlessWrite } from '../../packages/guard/src/way/harmless-writes.ts';
import type { Sent } from './referee.ts';

/** What the guard makes of a request, without a cluster, and what it would send on. */
export type Guarded =
  /** Turned away at the door or in judgement; nothing is sent. */
  | { does: 'refuse'; why: string }
  /** Streamed through, or read and found harmless. */
  | {
      does: 'pass';
      judged: boolean;
      /** Whether those that it names as owners stand is asked first. */
      owners?: boolean;
      sends: Sent;
    }
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
  if (isHarmlessWrite(asked)) return { does: 'pass', judged: false, sends: sent };
  const read = canonical(asked);
  if ('refused' in read) return { does: 'refuse', why: read.refused };
  const { request, body } = read;
  const canonically: Sent = {
    ...sent,
    path: request.path,
    query: request.query,
    ...(body ? { body: body.bytes, contentTypes: [body.type] } : {}),
  };
  const [effect] = effectsOf(request);
  if (effect.verb === 'not-understood') return { does: 'not-understood', why: effect.why };
  if (effect.verb === 'none')
    return { does: 'pass', judged: true, owners: asksOwners(request), sends: canonically };
  if (effect.verb === 'ask-server') {
    return {
      does: 'ask-server',
      sends: canonically,
      dry: { ...canonically, query: dryRunQuery(request.query) },
    };
  }
  const seen = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', uid: SEEN_UID } };
  if (effect.verb === 'delete-collection')
    return { does: 'judge', effect, sends: listed(canonically, effect) };
  const kind = kindOf(effect);
  const dry = effect.dryRun ? kind.asDryRun?.(effect, request) : undefined;
  const change = dry ?? kind.pinned(effect, request, seen as never);
  const sends: Sent = {
    ...canonically,
    query: change.query ?? canonically.query,
    ...(change.body ? { body: change.body.bytes, contentTypes: [change.body.type] } : {}),
  };
  return { does: 'judge', effect, sends };
}

function asksOwners(request: AskedRequest): boolean {
  return !isDryRunAsSent(request.query) && ownersIn(request) !== 'untouched';
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
