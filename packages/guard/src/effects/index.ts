import type { Effect, EffectVerb, RequestRecord, SingleEffect } from '@toolcrib/model';
import type { ResourceTarget } from '../read/target.ts';
import { cautious } from './cautious.ts';
import { deleteKind } from './delete.ts';
import { deleteCollectionKind } from './delete-collection.ts';
import type { AnyKind, EffectKind, EffectOf, LookAt, ReadEffect, WholeKind } from './effect-kind.ts';
import { evictKind } from './evict.ts';
import { noneKind } from './none.ts';
import { notUnderstoodKind } from './not-understood.ts';
import { lookAtScale, scaleKind } from './scale.ts';
import { severalOf } from './several.ts';
import type { Subject } from './subject.ts';
import { uninstallKind } from './uninstall.ts';

/** Every kind of effect by its verb: one that is missing does not compile. A request is of each that reads it. */
export const KINDS = {
  delete: deleteKind,
  'delete-collection': deleteCollectionKind,
  evict: evictKind,
  uninstall: uninstallKind,
  scale: scaleKind,
  none: noneKind,
  'not-understood': notUnderstoodKind,
} satisfies { [V in EffectVerb]: EffectKind<EffectOf<V>> };

/** Kinds by their verbs. A test may plant one more. */
export type Kinds = Readonly<Record<string, AnyKind>>;

/**
 * The kind of an effect, whole: whatever it does not say of itself, and all of a verb that nobody knows, is the cautious answer.
 * Of several effects it is what the most cautious of them says.
 */
export function kindOf<E extends Effect>(effect: E, kinds: Kinds = KINDS): WholeKind<E> {
  if ('effects' in effect)
    return severalOf(
      effect.effects.map((one) => ({ effect: one, kind: kindOf(one, kinds) })),
    ) as unknown as WholeKind<E>;
  const own = Object.hasOwn(kinds, effect.verb) ? kinds[effect.verb] : undefined;
  return { ...cautious, ...own } as unknown as WholeKind<E>;
}

/** Each effect of a request: most are of one. */
export function effectsIn(effect: Effect): readonly SingleEffect[] {
  return 'effects' in effect ? effect.effects : [effect];
}

/** A request of several effects as so many requests of one, done at the same moment: an undo goes about each. */
export function eachEffect(requests: readonly RequestRecord[]): RequestRecord[] {
  return requests.flatMap((request) => effectsIn(request.effect).map((effect) => ({ ...request, effect })));
}

/** The delete of one object that an effect is; undefined for all else. */
export function deleteIn(effect: Effect): EffectOf<'delete'> | undefined {
  return kindOf(effect).asDelete(effect);
}

/** The change of a size that an effect is; undefined for all else. */
export function scaleIn(effect: Effect): EffectOf<'scale'> | undefined {
  return kindOf(effect).asScale(effect);
}

/** Why nobody can say what it does; undefined for what rules may decide on. */
export function unreadWhy(effect: Effect): string | undefined {
  return kindOf(effect).unread(effect);
}

/** Whether helm goes on to delete a release whatever it is answered to this: it begins an uninstall, or may. */
export function beginsUninstall(effect: Effect): boolean {
  return kindOf(effect).beginsUninstall(effect);
}

/** Whether a request may be of any kind that destroys something, by a look at method and path alone. */
export function mayBeOne(method: string, path: ResourceTarget): boolean {
  return Object.values<AnyKind>(KINDS).some(({ mayBe = cautious.mayBe }) => mayBe(method, path));
}

/** What a request is about whose effect was read. @throws ToolcribError where the cluster can't be asked */
export function lookAtEffect(effect: ReadEffect, at: LookAt, kinds: Kinds = KINDS): Promise<Subject> {
  return effect.verb === 'ask-server' ? lookAtScale(effect, at) : kindOf(effect, kinds).look(effect, at);
}
