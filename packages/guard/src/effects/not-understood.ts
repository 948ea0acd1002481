import { isNoNumber } from '@toolcrib/model';
import { no } from './cautious.ts';
import type { EffectKind, EffectOf } from './effect-kind.ts';

/** A write whose effect could not be read: never taken for harmless. Nearly all of it is what counts where nothing is said. */
export const notUnderstoodKind: EffectKind<EffectOf<'not-understood'>> = {
  // What can't be read was some other kind's to read.
  mayBe: no,
  title: ({ target }) => `a request that could not be read${target ? ` on ${target.resource}` : ''}`,
  asSentWhy: () => 'it could not be read, so nothing is known that would come to the same',
  aim: () => undefined,
  refusedBy: (status) => isNoNumber(status, false),
  // What it changed there is not known, so nothing is written back.
  undo: 'compare',

  example: {
    from: { method: 'DELETE', path: '/api/v1/namespaces/shop/pods/a/log' },
    effect: {
      verb: 'not-understood',
      target: { group: '', version: 'v1', resource: 'pods', namespace: 'shop', name: 'a' },
      why: 'DELETE of the subresource log is unknown',
    },
    title: 'a request that could not be read on pods',
    typed: 'not-understood pods/a -n shop',
    facts: { verb: 'not-understood', resource: 'pods' },
    undo: 'compare',
  },
};
