import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Effect } from '@toolcrib/model';
import { howAsked } from './how-asked.ts';

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
