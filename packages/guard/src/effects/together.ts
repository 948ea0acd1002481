import type { KubeObject } from '@toolcrib/kube';
import type { Effect, SingleEffect, Target } from '@toolcrib/model';
import { effectsIn, kindOf } from './index.ts';
import type { Judged, Subject } from './subject.ts';

/**
 * What a request of several effects is about, from what each of them was found to be: whatever any of them takes is aimed at
 * and kept. What can't be read of it counts for the whole; a no of the cluster's own to any of it is its no.
 */
export function together(found: readonly Subject[]): Subject {
  const answered = found.find((subject) => subject.kind === 'answered');
  if (answered) return answered;
  const judged = found.filter(
    (subject) => subject.kind === 'destructive' || subject.kind === 'not-understood',
  );
  const [first, ...rest] = judged;
  if (!first) return found.find(({ kind }) => kind === 'dry-run') ?? harmless(found);
  return rest.length === 0 ? first : joined(judged, first);
}

function harmless(found: readonly Subject[]): Subject {
  const warnings = found.flatMap((one) => (one.kind === 'harmless' && one.warning) || []);
  return { kind: 'harmless', ...(warnings.length > 0 ? { warning: warnings.join(' ') } : {}) };
}

function joined(judged: readonly Judged[], first: Judged): Judged {
  const objects = distinct(judged.flatMap((one) => one.objects));
  const also = distinct(judged.flatMap((one) => one.also ?? []));
  const unseen = judged.flatMap((one) => one.unseen ?? []);
  const blind = judged.flatMap((one) => one.blind ?? []);
  const { hooks } = judged.find((one) => one.hooks !== undefined) ?? {};
  const seen = {
    objects,
    // Of one object that is deleted besides, the delete is the last word.
    aims: judged
      .flatMap(({ aims }) => aims)
      .sort((a, b) => weightOf(a.effect.does) - weightOf(b.effect.does)),
    ...(also.length > 0 ? { also } : {}),
    ...(unseen.length > 0 ? { unseen } : {}),
    ...(blind.length > 0 ? { blind: [...new Set(blind)].join('; ') } : {}),
    ...(hooks === undefined ? {} : { hooks }),
  };
  const { target } = first.effect;
  const unread = judged.filter((one) => one.kind === 'not-understood');
  if (unread.length > 0 || target === undefined)
    return { kind: 'not-understood', effect: unreadOf(judged, target), parts: readOf(judged), ...seen };
  const effects: SingleEffect[] = judged.flatMap(({ effect }) => effectsIn(effect));
  return { kind: 'destructive', effect: { verb: 'several', target, effects, dryRun: false }, ...seen };
}

/** What could be read of it: rules are asked for that as well, so that their no counts. */
function readOf(judged: readonly Judged[]): SingleEffect[] {
  return judged.filter(({ kind }) => kind !== 'not-understood').flatMap(({ effect }) => effectsIn(effect));
}

/** What was read of it besides is told with the reason. */
function unreadOf(
  judged: readonly Judged[],
  target: Target | undefined,
): Extract<Effect, { verb: 'not-understood' }> {
  const whys = judged.map(({ effect }) =>
    'why' in effect ? effect.why : `besides, ${kindOf(effect).title(effect)}`,
  );
  return { verb: 'not-understood', ...(target ? { target } : {}), why: [...new Set(whys)].join('; ') };
}

function weightOf(does: 'delete' | 'evict' | 'scale'): number {
  return does === 'scale' ? 0 : 1;
}

/** Each object once, as it was read first. */
function distinct(objects: readonly KubeObject[]): KubeObject[] {
  const found = new Map<string | KubeObject, KubeObject>();
  for (const object of objects) {
    const key = object.metadata.uid ?? object;
    if (!found.has(key)) found.set(key, object);
  }
  return [...found.values()];
}
