import { refOf } from '@toolcrib/kube';
import { collectionRefusal, listCollection } from '../look/collection.ts';
import { bodyOf } from '../read/body.ts';
import { certainDeleteOptions } from '../read/options.ts';
import { aimOfDelete, deletes, optionsLikeness, saidBy } from './deletes.ts';
import type { EffectKind, EffectOf } from './effect-kind.ts';
import { dryDelete } from './outgoing.ts';
import { typedAs } from './words.ts';

const PODS = { group: '', version: 'v1', resource: 'pods', namespace: 'shop', labelSelector: 'app=web' };

/** Everything that a selector matches is deleted with one request. */
export const deleteCollectionKind: EffectKind<EffectOf<'delete-collection'>> = {
  ...deletes,
  title: ({ target: { resource, labelSelector, namespace } }) =>
    `delete all ${resource}${labelSelector ? ` with ${labelSelector}` : ''}${namespace ? ` in ${namespace}` : ''}`,
  typed: ({ target }, more) => typedAs('delete', target, more),
  asSentWhy: (_effect, count) =>
    `it takes ${count} objects with one yes; to soften one of them, delete it by itself (kubectl delete KIND NAME)`,

  read(sent) {
    const { method, path, target, query } = sent;
    if (method !== 'DELETE' || target.name !== undefined || path.subresource !== undefined) return undefined;
    return { verb: 'delete-collection', target, ...saidBy(certainDeleteOptions(bodyOf(sent), query)) };
  },
  async look(effect, { request, cluster, as }) {
    const refusal = await collectionRefusal(effect.target, request.query, cluster, as);
    if (refusal) return { kind: 'answered', answer: refusal };
    const found = await listCollection(effect.target, cluster, as);
    if ('refused' in found) return { kind: 'answered', answer: found.refused };
    const { objects } = found;
    const aims = objects.map((object) => aimOfDelete(effect, refOf(object)));
    return { kind: 'destructive', effect, objects, aims };
  },
  aim: aimOfDelete,
  asDryRun: dryDelete,
  // One `preconditions.uid` would go to every item.
  oneByOne: true,

  // Rules speak of deleting; that a collection is deleted at once makes it no less a delete.
  facts: () => ({ verb: 'delete' }),
  likeness: optionsLikeness,
  // It may have gone in part before it failed.
  refusedBy: () => false,

  example: {
    from: {
      method: 'DELETE',
      path: '/api/v1/namespaces/shop/pods',
      query: 'labelSelector=app%3Dweb&gracePeriodSeconds=0',
    },
    effect: { verb: 'delete-collection', target: PODS, options: { gracePeriodSeconds: 0 }, dryRun: false },
    other: {
      verb: 'delete-collection',
      target: PODS,
      options: { gracePeriodSeconds: 0 },
      propagation: 'Orphan',
      dryRun: false,
    },
    title: 'delete all pods with app=web in shop',
    typed: 'delete all pods -n shop',
    facts: { verb: 'delete', resource: 'pods', name: '' },
    undo: 'bring-back',
  },
};
