import type { Effect, SingleEffect } from '@toolcrib/model';
import { cautious, no } from './cautious.ts';
import type { Became, BecameAt, Outgoing, WholeKind } from './effect-kind.ts';

type Several = Extract<Effect, { verb: 'several' }>;

/** One effect of several, with its kind. */
export interface Part {
  effect: SingleEffect;
  kind: WholeKind<SingleEffect>;
}

/**
 * What counts of a request of several effects: what the most cautious of them says. It goes only as it was sent, never by the
 * short way, and is no mere beginning of something; what it names goes where any of them takes it. An undo goes about each by
 * itself (`eachEffect`), and rules are asked for each.
 */
export function severalOf(parts: readonly Part[]): WholeKind<Several> {
  const words = (say: (part: Part) => string | undefined) =>
    parts.flatMap((part) => say(part) ?? []).filter((one, at, all) => all.indexOf(one) === at);
  const targets = parts.map(({ kind }) => kind.targets);
  return {
    ...cautious,
    title: () => words(({ kind, effect }) => kind.title(effect)).join(', and '),
    typed: (_effect, more) => `${words(({ kind, effect }) => kind.typed(effect, '')).join(', and ')}${more}`,
    asSentWhy: () => 'it does several things at once, and only a delete by itself can be softened',
    besides: () => words(({ kind, effect }) => kind.besides(effect)).join('; ') || undefined,

    mayBe: no,
    aim: () => undefined,
    pinned(_effect, request, target) {
      const sent: Outgoing = {};
      for (const { kind, effect } of parts) {
        const { query = request.query, body: { bytes, type } = {} } = sent;
        const headers = type === undefined ? request.headers : { ...request.headers, 'content-type': type };
        Object.assign(
          sent,
          kind.pinned(effect, { ...request, query, headers, body: bytes ?? request.body }, target),
        );
      }
      return sent;
    },

    unread: () => words(unreadIn).join('; ') || undefined,
    beginsUninstall: () => parts.some(({ kind, effect }) => kind.beginsUninstall(effect)),
    helmSends: parts.some(({ kind }) => kind.helmSends),

    targets: targets.includes('go') ? 'go' : targets.includes('unknown') ? 'unknown' : 'stay',
    asScale: () => parts.map(({ kind, effect }) => kind.asScale(effect)).find((size) => size !== undefined),
    refusedBy: (status) => parts.every(({ kind }) => kind.refusedBy(status)),
    became: parts.every(({ kind }) => kind.became) ? (at) => becameOf(parts, at) : undefined,
  };
}

/** Object by object goes only what does nothing besides. */
function unreadIn({ kind, effect }: Part): string | undefined {
  return kind.oneByOne ? 'it deletes a whole collection, and does more at once' : kind.unread(effect);
}

/** It is one write: seen of one of them that it was carried out, it is known of all; not so that it was not. */
async function becameOf(parts: readonly Part[], at: BecameAt<Several>): Promise<Became> {
  const looks: Became[] = [];
  for (const { kind, effect } of parts)
    looks.push((await kind.became?.({ ...at, effect })) ?? { never: 'nothing that stands there tells' });
  const done = looks.flatMap((look) => ('done' in look ? [look] : []));
  const never = looks.find((look) => 'never' in look);
  const note = looks.map((look) => ('done' in look ? look.note : look.never)).join('; ');
  if (done.some((look) => look.done === 'all')) return { done: 'all', note };
  if (done.some((look) => look.done === 'part')) return { done: 'part', note };
  return never ? { never: note } : { done: 'none', note };
}
