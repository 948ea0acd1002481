import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Effect } from '@toolcrib/model';
import { howAsked, whoAsks } from './asker.ts';

const target = { group: 'apps', version: 'v1', resource: 'deployments', namespace: 'shop', name: 'web' };
const gone = (propagation?: string, grace?: number) =>
  ({
    verb: 'delete',
    target,
    options: grace === undefined ? {} : { gracePeriodSeconds: grace },
    ...(propagation === undefined ? {} : { propagation }),
    dryRun: false,
  }) as Extract<Effect, { verb: 'delete' }>;
const scale = { verb: 'scale', target, replicas: 0, dryRun: false } as const;
const claim = { userAgent: 'kubectl/v1.35.2' };

test('how it was asked for is told where it is another way than usual', () => {
  assert.equal(howAsked(gone()), '');
  assert.equal(howAsked(scale), '');
  assert.equal(howAsked(gone('Orphan')), 'cascade orphan: what it owns stays');
  assert.equal(
    howAsked(gone('Foreground', 0)),
    'forced: grace period 0; cascade foreground: what it owns goes first',
  );
  assert.equal(howAsked(gone(undefined, 30)), 'grace period 30 s');
});

test('of several effects each is told, and what is the same once', () => {
  const several = (effects: unknown[]) => ({ verb: 'several', target, effects, dryRun: false }) as Effect;
  assert.equal(howAsked(several([gone('Orphan'), scale])), 'cascade orphan: what it owns stays');
  assert.equal(howAsked(several([gone('Orphan'), gone('Orphan')])), 'cascade orphan: what it owns stays');
});

test('who asks: a person or his agent, with what, as whom', () => {
  const asks = (more: object) =>
    whoAsks({ person: 'aiko', caller: undefined, as: undefined, ...more } as never);
  assert.equal(asks({}), 'aiko');
  assert.equal(
    asks({
      caller: { agent: true, person: 'aiko', token: 't', tool: { name: 'k9s', version: '0.50' }, claim },
    }),
    'an agent of aiko, with k9s 0.50',
  );
  assert.equal(
    asks({
      caller: { person: 'aiko', token: 't', claim: { ...claim, name: 'kubectl', version: 'v1.35.2' } },
    }),
    'aiko, calling itself kubectl v1.35.2',
  );
  assert.equal(
    asks({ as: { 'impersonate-user': 'root', 'impersonate-group': ['a', 'b'] } }),
    'aiko, as root of a and 1 more',
  );
  assert.equal(asks({ as: { 'impersonate-user': 'root', 'impersonate-group': 'a' } }), 'aiko, as root of a');
  assert.equal(asks({ as: { 'impersonate-user': 'root' } }), 'aiko, as root');
  const extra = { 'impersonate-extra-scopes': 'all' };
  assert.equal(asks({ as: { 'impersonate-user': 'root', ...extra } }), 'aiko, as root with more said of him');
  // Whoever is to be meant where only a group is named, it is not the person himself.
  assert.equal(asks({ as: { 'impersonate-group': 'a' } }), 'aiko, as somebody of a');
  assert.equal(
    asks({ caller: { person: 'aiko', token: 't', claim: { userAgent: 'a<b>\u001b[31m' } } }),
    'aiko, calling itself a?b??[31m',
  );
});
