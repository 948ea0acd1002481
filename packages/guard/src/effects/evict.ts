import { isDryRun, type KubeObject, refOf } from '@toolcrib/kube';
import { isNoNumber } from '@toolcrib/model';
import { readTarget } from '../look/read-target.ts';
import type { Aim } from '../radius/view.ts';
import { bodyOf } from '../read/body.ts';
import { certainDeleteOptions, isDryRunQuery } from '../read/options.ts';
import type { ResourceTarget } from '../read/target.ts';
import type { AskedRequest } from '../request.ts';
import { deletes, optionsInForce, optionsLikeness, saidBy } from './deletes.ts';
import type { EffectKind, EffectOf, Outgoing } from './effect-kind.ts';
import { json } from './outgoing.ts';
import { oneOf } from './words.ts';

const POD = { group: '', version: 'v1', resource: 'pods', namespace: 'shop', name: 'a' };

/** A Pod is deleted by its eviction, where its disruption budget lets it go. */
export const evictKind: EffectKind<EffectOf<'evict'>> = {
  ...deletes,
  title: ({ target }) => `evict ${oneOf(target)}`,
  asSentWhy: () => 'an evicted Pod cannot be kept running while it is deleted',

  mayBe,
  read(sent) {
    const { method, path, target, query } = sent;
    if (!mayBe(method, path)) return undefined;
    const body = bodyOf(sent) ?? {};
    const named = (body.metadata as { name?: unknown } | undefined)?.name;
    if (named !== undefined && named !== '' && named !== target.name)
      return { verb: 'not-understood', target, why: 'the Eviction names another Pod than its path' };
    // Eviction takes its options from the body's deleteOptions, and dryRun from the query as well.
    const inner = (body.deleteOptions ?? {}) as Record<string, unknown>;
    const options = certainDeleteOptions(inner, new URLSearchParams());
    const dryRun = isDryRun(options) || isDryRunQuery(query);
    return { verb: 'evict', target, ...saidBy(options), dryRun };
  },
  async look(effect, { cluster, as }) {
    const found = await readTarget(cluster, effect.target, as);
    if ('absent' in found) return { kind: 'answered', answer: found.absent };
    if ('forbidden' in found)
      return { kind: 'destructive', effect, objects: [], aims: [], blind: found.forbidden };
    return { kind: 'destructive', effect, objects: [found.object], aims: [aim(effect, refOf(found.object))] };
  },
  aim,
  asDryRun: (_effect, request) => eviction(request, { dryRun: ['All'] }),
  /** It carries the UID that was seen, so that it can't hit a Pod of the same name that came since. */
  pinned: (_effect, request, target) => pinned(request, target),

  cheap: { evicts: true },
  likeness: optionsLikeness,
  // `drain` sends many at once.
  sideBySide: true,
  helmSends: false,
  refusedBy: (status) => isNoNumber(status, true),

  example: {
    from: {
      method: 'POST',
      path: '/api/v1/namespaces/shop/pods/a/eviction',
      body: { deleteOptions: { gracePeriodSeconds: 0 } },
    },
    effect: { verb: 'evict', target: POD, options: { gracePeriodSeconds: 0 }, dryRun: false },
    other: { verb: 'evict', target: POD, options: {}, dryRun: false },
    title: 'evict pod shop/a',
    typed: 'evict pods/a -n shop',
    facts: { verb: 'evict', resource: 'pods', name: 'a' },
    undo: 'bring-back',
  },
};

function mayBe(method: string, { group, resource, subresource }: ResourceTarget): boolean {
  return method === 'POST' && group === '' && resource === 'pods' && subresource === 'eviction';
}

function aim(effect: EffectOf<'evict'>, ref: Aim['ref']): Aim {
  const type = { group: '', resource: 'pods' };
  return { ref, type, effect: { does: 'evict', options: optionsInForce(effect) } };
}

function pinned(request: AskedRequest, target: KubeObject | undefined): Outgoing {
  const uid = target?.metadata.uid;
  const { preconditions } = (bodyOf(request)?.deleteOptions ?? {}) as { preconditions?: { uid?: string } };
  return eviction(request, {
    preconditions: uid === undefined ? preconditions : { ...preconditions, uid: preconditions?.uid ?? uid },
  });
}

function eviction(request: AskedRequest, more: object): Outgoing {
  const body = bodyOf(request) ?? {};
  const deleteOptions = { ...(body.deleteOptions as object | undefined), ...more };
  return {
    body: json({ ...body, apiVersion: body.apiVersion ?? 'policy/v1', kind: 'Eviction', deleteOptions }),
  };
}
