import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aRequest, aSoften } from '../journal/testing/records.ts';
import { onTheWay } from './on-the-way.ts';

const softened = (uid: string, requestId = 'req-1') => {
  const record = aSoften();
  return { ...record, requestId, owner: { ...record.owner, uid } };
};

test('a request is on its way from when it is handed over until its end is known', () => {
  const way = onTheWay();
  const [first, second] = [aRequest({ id: 'a' }), aRequest({ id: 'b' })];
  way.handedOver(first);
  way.handedOver(second);
  assert.deepEqual([way.of('a'), way.of('b'), way.of('c')], [first, second, undefined]);
  assert.equal(way.count(), 2);
  assert.equal(way.ended('a'), first);
  assert.deepEqual([way.of('a'), way.of('b')], [undefined, second]);
  // An end is told once.
  assert.equal(way.ended('a'), undefined);
  assert.equal(way.count(), 1);
});

test('what a create takes over is being adopted until the cluster has answered to it', () => {
  const way = onTheWay();
  const then = { adopted: [softened('u1')], ends: [softened('u2')] };
  way.ifCreated('a', then);
  assert.equal(way.isBeingAdopted(softened('u1')), true);
  // What it ends it does not adopt; and neither another act's nor another object is meant.
  assert.equal(way.isBeingAdopted(softened('u2')), false);
  assert.equal(way.isBeingAdopted(softened('u1', 'req-2')), false);
  assert.equal(way.takeIfCreated('a'), then);
  assert.equal(way.takeIfCreated('a'), undefined);
  assert.equal(way.isBeingAdopted(softened('u1')), false);
});

test('what was retained for a delete is told once, to the one whose delete it is', () => {
  const way = onTheWay();
  const record = softened('u1');
  way.ifDeleted('a', record);
  assert.equal(way.takeIfDeleted('b'), undefined);
  assert.equal(way.takeIfDeleted('a'), record);
  assert.equal(way.takeIfDeleted('a'), undefined);
});

test('that a client left is known while its request is judged, and no longer', () => {
  const way = onTheWay();
  way.clientLeft('a');
  assert.deepEqual([way.hasClientLeft('a'), way.hasClientLeft('b')], [true, false]);
  way.judged('b');
  assert.equal(way.hasClientLeft('a'), true);
  way.judged('a');
  assert.equal(way.hasClientLeft('a'), false);
});
