import { type KubeObject, mediaTypeOf, refOf } from '@toolcrib/kube';
import { readTarget } from '../look/read-target.ts';
import { bodyOf } from '../read/body.ts';
import { isJsonWrite } from '../read/canonical.ts';
import { contentOf } from '../read/content.ts';
import { certainDeleteOptions } from '../read/options.ts';
import type { AskedRequest } from '../request.ts';
import { aimOfDelete, deletes, optionsLikeness, saidBy } from './deletes.ts';
import type { EffectKind, EffectOf, Outgoing } from './effect-kind.ts';
import { dryDelete, json, withOptions } from './outgoing.ts';
import { oneOf, typedAs } from './words.ts';

const POD = { group: '', version: 'v1', resource: 'pods', namespace: 'shop', name: 'a' };

/** One object is deleted: by a DELETE, or through a write that makes one of the cluster's controllers delete it. */
export const deleteKind: EffectKind<EffectOf<'delete'>> = {
  ...deletes,
  title: ({ target, through }) =>
    `${through === undefined ? 'delete' : 'a write that deletes'} ${oneOf(target)}`,
  typed: ({ target, through }, more) =>
    typedAs(through === undefined ? 'delete' : 'a write that deletes', target, more),
  asSentWhy: ({ through }, count) =>
    through === undefined
      ? `it takes ${count} objects with one yes; to soften one of them, delete it by itself (kubectl delete KIND NAME)`
      : 'only a delete can be softened, not a write that comes to one',
  besides: ({ through }) => through,

  read(sent) {
    const { method, path, target, query } = sent;
    if (method !== 'DELETE' || (target.name === undefined && path.subresource === undefined))
      return undefined;
    if (path.subresource !== undefined) {
      const why = `DELETE of the subresource ${path.subresource} is unknown`;
      return { verb: 'not-understood', target, why };
    }
    return { verb: 'delete', target, ...saidBy(certainDeleteOptions(bodyOf(sent), query)) };
  },
  async look(effect, { cluster, as }) {
    const found = await readTarget(cluster, effect.target, as);
    if ('absent' in found) return { kind: 'answered', answer: found.absent };
    if ('forbidden' in found)
      return { kind: 'destructive', effect, objects: [], aims: [], blind: found.forbidden };
    const { object } = found;
    return { kind: 'destructive', effect, objects: [object], aims: [aimOfDelete(effect, refOf(object))] };
  },
  aim: aimOfDelete,
  asDryRun: dryDelete,
  /** It carries the UID that was seen, so that it can't hit an object of the same name that came since. */
  pinned({ options, through }, request, target) {
    const uid = target?.metadata.uid;
    if (through !== undefined) return pinnedWrite(request, uid);
    const { preconditions } = options;
    const seen =
      uid === undefined ? {} : { preconditions: { ...preconditions, uid: preconditions?.uid ?? uid } };
    return withOptions(request, { ...options, ...seen });
  },

  cheap: { evicts: false },
  likeness: (effect) =>
    effect.through === undefined ? optionsLikeness(effect) : JSON.stringify(['through', effect.propagation]),
  asDelete: (effect) => effect,

  example: {
    from: { method: 'DELETE', path: '/api/v1/namespaces/shop/pods/a', query: 'gracePeriodSeconds=0' },
    effect: { verb: 'delete', target: POD, options: { gracePeriodSeconds: 0 }, dryRun: false },
    other: { verb: 'delete', target: POD, options: {}, dryRun: false },
    title: 'delete pod shop/a',
    typed: 'delete pods/a -n shop',
    facts: { verb: 'delete', resource: 'pods', name: 'a', gracePeriodSeconds: 0, replicas: -1 },
    undo: 'bring-back',
  },
};

/**
 * A write that comes to a delete goes out as the write that was judged, in JSON with the UID that was seen: the server refuses
 * it for an object of the same name that came since. In YAML, protobuf, a JSON patch or an apply it goes byte for byte.
 */
function pinnedWrite(request: AskedRequest, uid: KubeObject['metadata']['uid']): Outgoing {
  const type = mediaTypeOf(request.headers['content-type']);
  if (uid === undefined || !isJsonWrite(request.method, type)) return {};
  const { value } = contentOf(request).exact();
  const object = value as { metadata?: { uid?: unknown } };
  const metadata = { ...object.metadata, uid: object.metadata?.uid || uid };
  return { body: { ...json({ ...object, metadata }), type } };
}
