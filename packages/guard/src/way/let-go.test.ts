import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import type { Aim, View } from '../radius/view.ts';
import { FORGOTTEN, letGo, withLetGo } from './let-go.ts';

const pod = (uid: string, owner?: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: uid,
    uid,
    ...(owner === undefined
      ? {}
      : {
          ownerReferences: [
            { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: owner, uid: owner, controller: true },
          ],
        }),
  },
});
const view = (...objects: KubeObject[]) => ({ objects, seenAt: Date.UTC(2026, 0, 1) }) as View;
const aim = (uid: string) => ({ ref: { uid } }) as Aim;

test('what other requests of the same cluster let go of is told, and not what the same one does', () => {
  const gone = letGo({ now: () => 0 });
  gone.note('prod', 'a', [pod('p1'), pod('p2')]);
  gone.note('prod', 'b', [pod('p3')]);
  gone.note('test', 'c', [pod('p4')]);
  assert.deepEqual([...gone.of('prod', 'a')], ['p3']);
  assert.deepEqual([...gone.of('prod', 'x')], ['p1', 'p2', 'p3']);
  assert.deepEqual([...gone.of('test', 'x')], ['p4']);
  gone.forget('a');
  assert.deepEqual([...gone.of('prod', 'x')], ['p3']);
});

test('it is forgotten once a LIST has had its time to show it, and not before', () => {
  let now = 0;
  const gone = letGo({ now: () => now });
  gone.note('prod', 'a', [pod('p1')]);
  now = FORGOTTEN;
  assert.equal(gone.of('prod', 'b').size, 1);
  now++;
  assert.equal(gone.of('prod', 'b').size, 0);
});

test("a controller's are counted once each, but for the one that is asked about", () => {
  const gone = letGo({ now: () => 0 });
  gone.note('prod', 'a', [pod('p1', 'web'), pod('p2', 'web'), pod('p3', 'db'), pod('p4')]);
  gone.note('prod', 'b', [pod('p1', 'web')]);
  assert.equal(gone.countOf('prod', 'web', 'p9'), 2);
  assert.equal(gone.countOf('prod', 'web', 'p1'), 1);
  assert.equal(gone.countOf('test', 'web', 'p9'), 0);
});

test('in the view it is on its way out, but for what is aimed at and what goes already', () => {
  const going = { ...pod('p4'), metadata: { ...pod('p4').metadata, deletionTimestamp: 'then' } };
  const before = view(pod('p1'), pod('p2'), pod('p3'), going);
  const now = withLetGo(before, [aim('p2')], new Set(['p1', 'p2', 'p4']));
  assert.deepEqual(
    now.objects.map(({ metadata }) => metadata.deletionTimestamp),
    ['2026-01-01T00:00:00.000Z', undefined, undefined, 'then'],
  );
  assert.equal(before.objects[0]?.metadata.deletionTimestamp, undefined);
  assert.equal(withLetGo(before, [], new Set()), before);
});
