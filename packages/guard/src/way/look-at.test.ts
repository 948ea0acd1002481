import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import type { Cluster, Journal, RequestRecord, Snapshot } from '@toolcrib/model';
import { lookAt } from './look-at.ts';

// A client that was told nothing certain tries again: which of its requests took what is gone?

const target = { group: '', version: 'v1', resource: 'configmaps', namespace: 'shop', name: 'a' };
const request = (id: string, at: number, more: Partial<RequestRecord>): RequestRecord => ({
  id,
  actId: 'act-1',
  at,
  method: 'DELETE',
  path: '/x',
  effect: { verb: 'delete', target, options: {}, dryRun: false },
  decision: { then: 'allow', rule: 'default', reason: '' },
  state: 'unsettled',
  targetUids: ['u1'],
  snapshotId: `snap-${id}`,
  ...more,
});
const object = (deletionTimestamp?: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'shop', name: 'a', uid: 'u1', ...(deletionTimestamp ? { deletionTimestamp } : {}) },
});

/** @param stood how it stood when the second request was judged, which was answered with a yes */
async function first(stood: KubeObject) {
  const requests = [request('r1', 1, {}), request('r2', 2, { state: 'answered', status: 200 })];
  const objects = new Map([
    ['snap-r1', [object()]],
    ['snap-r2', [stood]],
  ]);
  const journal = {
    snapshot: async (id: string) => ({ id, objects: objects.get(id) ?? [] }) as unknown as Snapshot,
    act: async () => ({ context: 'prod' }),
    acts: async () => [],
    requests: async () => requests,
  } as unknown as Journal;
  const gone = { get: async () => undefined } as unknown as Cluster;
  return lookAt({ journal }, requests[0] as RequestRecord, gone);
}

test('a later one that found it whole took it', async () => {
  assert.deepEqual(await first(object()), {
    done: 'none',
    note: 'what it named was taken by a later request',
  });
});

test('one that found it on its way out takes no credit: the first had sent it there', async () => {
  assert.deepEqual(await first(object('2026-01-01T00:00:00Z')), {
    done: 'all',
    note: 'what it named is gone',
  });
});
