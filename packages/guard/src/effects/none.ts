import { isNoNumber } from '@toolcrib/model';
import { no, readable } from './cautious.ts';
import { creating } from './creating.ts';
import type { EffectKind, EffectOf } from './effect-kind.ts';

/** Reads, and writes that destroy nothing the guard knows of. */
export const noneKind: EffectKind<EffectOf<'none'>> = {
  title: () => 'nothing',
  typed: () => 'nothing',
  mayBe: no,
  read: ({ method }) =>
    method === 'POST' || method === 'PUT' || method === 'PATCH' ? { verb: 'none' } : undefined,
  look: async (_effect, at) => (at.request.method === 'POST' ? creating(at) : { kind: 'harmless' }),
  aim: () => undefined,
  unread: readable,
  beginsUninstall: no,
  targets: 'stay',
  refusedBy: (status) => isNoNumber(status, false),
  undo: 'nothing',

  example: {
    from: { method: 'POST', path: '/api/v1/namespaces/shop/pods', body: {} },
    effect: { verb: 'none' },
    title: 'nothing',
    typed: 'nothing',
    facts: { verb: 'none' },
    undo: 'nothing',
  },
};
