import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SoftenRecord } from '@toolcrib/model';
import { asked, snapshotOf, softened } from './testing/kept.ts';
import { kept, looked, nothing, stands, took } from './testing/taken-look.ts';

test('a softened delete is carried to its end; a retain-first is looked at, and so is one that failed', () => {
  const at = (more: Partial<SoftenRecord>, standing = [stands]) =>
    looked([asked({ state: 'unsettled' })], { softenings: [softened(kept, [], more)], standing });
  assert.deepEqual(at({ state: 'started' }), took('r unsettled'));
  assert.deepEqual(at({ state: 'softened' }), took('r unsettled'));
  assert.deepEqual(at({ state: 'softened', how: 'orphan-first' }), took('r unsettled'));
  assert.deepEqual(at({ state: 'softened', how: 'retain-first' }), nothing('what it named stands'));
  assert.deepEqual(at({ state: 'failed', note: 'no rights' }), nothing('no rights'));
  assert.deepEqual(at({ state: 'failed' }, []), took('r carried-out'), 'it failed, and took it all the same');
  // One of another request says nothing of this one.
  assert.deepEqual(
    looked([asked({ state: 'unsettled' })], {
      softenings: [softened(kept, [], { requestId: 'other', state: 'softened' })],
      standing: [stands],
    }),
    nothing('what it named stands'),
  );
});

test('of a softening that failed without a request on record it is told', () => {
  const failed = softened(kept, [], { requestId: 'old', state: 'failed', note: 'no rights' });
  const snapshots = [snapshotOf([kept], { requestId: 'old' })];
  assert.deepEqual(
    looked([], { softenings: [failed], snapshots }),
    nothing('no rights', 'Deployment shop/web'),
  );
  const bare = softened(kept, [], { requestId: 'old', state: 'failed' });
  assert.deepEqual(
    looked([], { softenings: [bare], snapshots }),
    nothing('its softening failed', 'Deployment shop/web'),
  );
  const fine = softened(kept, [], { requestId: 'old', state: 'softened' });
  assert.deepEqual(looked([], { softenings: [fine], snapshots }), {
    requests: [],
    snapshots: ['old'],
    told: [],
    open: [],
  });
  const known = softened(kept, [], { state: 'failed', note: 'no rights' });
  assert.deepEqual(looked([asked()], { softenings: [known] }), took('r carried-out'), 'told by its request');
});
