import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aRequest, aSnapshot } from '../journal/testing/records.ts';
import type { LiveAct } from './live-act.ts';
import { restOfAct } from './rest-of-act.ts';

test('of a request that took more objects than a call takes all are kept, and what it names is on the way', async () => {
  const objects = Array.from({ length: 200_000 }, (_none, at) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `c${at}`, namespace: 'shop', uid: `u${at}` },
  }));
  const targetUids = objects.map(({ metadata }) => metadata.uid);
  const request = aRequest({ state: 'kept', snapshotId: 'snap-1', targetUids });
  const journal = {
    requests: async () => [request],
    softenings: async () => [],
    snapshot: async () => aSnapshot({ objects }),
  };
  const live = { act: { id: request.actId }, expected: new Map() } as unknown as LiveAct;
  const rest = await restOfAct({ journal }, live, 'another');
  assert.deepEqual([rest.kept.length, rest.ahead.length], [objects.length, objects.length]);
});
