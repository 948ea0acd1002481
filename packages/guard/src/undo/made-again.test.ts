import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Journal, UndoRecord } from '@toolcrib/model';
import { anAct, anUndo } from '../journal/testing/records.ts';
import { asKnownNow, madeAgain, withControllers, withoutOwn } from './made-again.ts';
import { asked, but, live, object, owned, snapshotOf, softened, web } from './testing/kept.ts';

const journalOf = (undos: Record<string, UndoRecord[]>, since: number[] = []): Journal =>
  ({
    acts: async (query: { since?: number }) => {
      since.push(query.since ?? -1);
      return Object.keys(undos).map((id) => anAct({ id }));
    },
    undos: async (id: string) => undos[id] ?? [],
  }) as Partial<Journal> as Journal;
const madeAt = (at: number, was: string, now: string): UndoRecord => anUndo({ at, made: [{ was, now }] });

test('what undos of other acts made, the last of them, through all its stations', async () => {
  const since: number[] = [];
  const journal = journalOf(
    {
      mine: [madeAt(9, 'own', 'not mine to say')],
      a: [madeAt(3, 'y', 'z'), madeAt(1, 'x', 'early')],
      b: [madeAt(2, 'x', 'y'), anUndo({ made: undefined })],
    },
    since,
  );
  const again = await madeAgain(journal, anAct({ id: 'mine', startedAt: 77 }));
  assert.deepEqual([...again].sort(), [
    ['x', 'z'],
    ['y', 'z'],
  ]);
  assert.deepEqual(since, [77]);
  const round = journalOf({ a: [madeAt(1, 'x', 'y'), madeAt(2, 'y', 'x')] });
  assert.equal((await madeAgain(round, anAct({ id: 'mine' }))).get('x'), 'y', 'a circle ends');
});

test('what the act itself deleted, or softened, is its own undo’s to make', () => {
  const again = new Map(['Deployment-web', 'owner', 'left', 'other', 'scaled'].map((uid) => [uid, 'now']));
  const scaled = asked({
    effect: { verb: 'scale', target: web, replicas: 0, dryRun: false },
    targetUids: ['scaled'],
  });
  const soft = { owner: { uid: 'owner' }, left: [{ uid: 'left' }] };
  assert.deepEqual([...withoutOwn(again, [asked(), scaled], [soft]).keys()], ['other', 'scaled']);
});

test('a controller that what was made again has made in its turn counts as the one before', () => {
  const deployment = object('apps/v1 Deployment', 'web', { metadata: { uid: 'again' } });
  const set = object('apps/v1 ReplicaSet', 'web-1', {
    metadata: owned(but(deployment, { metadata: { uid: 'old' } })),
  });
  const pod = object('v1 Pod', 'p', { metadata: owned(set) });
  const setNow = but(set, { metadata: { uid: 'set-now', ...owned(deployment) } });
  const again = new Map([['old', 'again']]);
  const found = (kept: Parameters<typeof live>[0], standing: Parameters<typeof live>[0]) =>
    [...withControllers(again, [snapshotOf(kept)], live(kept, standing))].filter(([uid]) => uid !== 'old');
  assert.deepEqual(found([pod], [setNow]), [['ReplicaSet-web-1', 'set-now']]);
  assert.deepEqual(found([set], [setNow]), [['ReplicaSet-web-1', 'set-now']], 'the set itself was kept');
  assert.deepEqual(found([pod], []), []);
  assert.deepEqual(found([pod], [set]), [], 'it is the one that it was');
  assert.deepEqual(found([pod], [but(setNow, { metadata: { ownerReferences: undefined } })]), []);
  const theirs = but(setNow, { metadata: owned(but(deployment, { metadata: { uid: 'theirs' } })) });
  assert.deepEqual(found([pod], [theirs]), []);
  const loose = object('v1 Pod', 'loose');
  const looseNow = but(loose, { metadata: { uid: 'loose-now', ...owned(deployment) } });
  assert.deepEqual(found([loose], [looseNow]), [], 'only what is above others');
  const owned2 = but(pod, { metadata: { uid: 'p-now', ...owned(deployment) } });
  assert.deepEqual(found([pod], [owned2]), []);
  const known = new Map([...again, ['ReplicaSet-web-1', 'known']]);
  assert.equal(
    withControllers(known, [snapshotOf([pod])], live([pod], [setNow])).get('ReplicaSet-web-1'),
    'known',
  );
});

test('all that was kept and asked for is named as it is known now; what is not named stays as it is', () => {
  const again = new Map([
    ['Pod-p', 'pod-now'],
    ['ReplicaSet-s', 'set-now'],
    ['Claim-c', 'claim-now'],
  ]);
  const pod = object('v1 Pod', 'p', { metadata: owned(object('apps/v1 ReplicaSet', 's')) });
  const claimRef = { name: 'c', uid: 'Claim-c' };
  const volume = object('v1 PersistentVolume', 'v', { spec: { size: 1, claimRef } });
  const like = object('v1 ConfigMap', 'v', { spec: { claimRef } });
  const free = object('v1 PersistentVolume', 'w', { spec: { claimRef: { name: 'c' } } });
  const promised = [{ uid: 'Pod-p', loss: 'lost' as const }];
  const kept = [snapshotOf([pod, volume, like, free], { promised }), snapshotOf([])];
  const now = asKnownNow(again, kept, [asked({ targetUids: ['Pod-p', 'other'] })]);
  const [podNow, volumeNow, likeNow, freeNow] = now.kept[0]?.objects ?? [];
  assert.equal(podNow?.metadata.uid, 'pod-now');
  assert.equal(podNow?.metadata.ownerReferences?.[0]?.uid, 'set-now');
  assert.deepEqual(volumeNow?.spec, { size: 1, claimRef: { name: 'c', uid: 'claim-now' } });
  assert.deepEqual(likeNow?.spec, { claimRef });
  assert.deepEqual(freeNow, free);
  assert.deepEqual(now.kept[0]?.promised, [{ uid: 'pod-now', loss: 'lost' }]);
  assert.deepEqual(now.requests[0]?.targetUids, ['pod-now', 'other']);
  assert.equal(pod.metadata.uid, 'Pod-p', 'a copy');
  const same = asKnownNow(new Map(), kept, []);
  assert.deepEqual(same.kept, kept);
  assert.notEqual(same.kept, kept);
  assert.equal(softened(pod).owner.uid, 'Pod-p');
});
