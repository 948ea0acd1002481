import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compared, podsOf } from './count.ts';

/** A kubectl that answers with these Pods, by name and UID. */
const answering =
  (pods: Record<string, string>, more: object = {}) =>
  async () =>
    JSON.stringify({
      items: Object.entries(pods).map(([name, uid]) => ({ metadata: { name, uid, ...more }, status: {} })),
    });
const pods = (from: Record<string, string>) => podsOf(answering(from), 'kubeconfig', 'ns', 'app=kafka');

test('each Pod is told with its own UID, before and after', async () => {
  // The order of the UIDs is not that of the names.
  const before = await pods({ 'kafka-1': 'a', 'kafka-0': 'c', 'kafka-2': 'b' });
  assert.deepEqual(
    before.each.map(({ name, uid }) => `${name} ${uid}`),
    ['kafka-0 c', 'kafka-1 a', 'kafka-2 b'],
  );
  const after = await pods({ 'kafka-2': 'b', 'kafka-0': 'c' });
  assert.deepEqual(compared(before, after), {
    same: 2,
    pods: [
      { name: 'kafka-0', before: 'c', after: 'c' },
      { name: 'kafka-1', before: 'a', after: undefined },
      { name: 'kafka-2', before: 'b', after: 'b' },
    ],
  });
  assert.equal(compared(before, await pods({ 'kafka-0': 'x', 'kafka-1': 'a', 'kafka-2': 'c' })).same, 1);
});

test('who runs, who has a controller, and how often their containers began anew', async () => {
  const pod = (name: string, phase: string, restarts: number[], owner?: object) => ({
    metadata: { name, uid: name, ownerReferences: owner && [owner] },
    status: { phase, containerStatuses: restarts.map((restartCount) => ({ restartCount })) },
  });
  const items = [
    pod('a', 'Running', [1, 2], { controller: true }),
    pod('b', 'Running', [4], { controller: false }),
    pod('c', 'Pending', []),
  ];
  const { running, ownerless, restarts } = await podsOf(async () => JSON.stringify({ items }), 'k', 'ns', '');
  assert.deepEqual({ running, ownerless, restarts }, { running: 2, ownerless: 2, restarts: 7 });
});

test('what is on its way out counts no more', async () => {
  const leaving = answering({ 'kafka-0': 'a' }, { deletionTimestamp: '2026-01-01T00:00:00Z' });
  assert.deepEqual((await podsOf(leaving, 'kubeconfig', 'ns', '')).each, []);
});
