import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import type { RequestRecord } from '@toolcrib/model';
import { asked, but, live, object, snapshotOf, softened } from './testing/kept.ts';
import { again, kept, looked, nothing, stands, took } from './testing/taken-look.ts';

const going = but(kept, { metadata: { deletionTimestamp: '2026-11-23T00:00:00Z' } });

test('what was never sent took nothing, whatever stands', () => {
  const why = 'it was held, and nobody has said yes';
  assert.deepEqual(looked([asked({ state: 'held' })]), nothing(why));
  assert.deepEqual(
    looked([asked({ state: 'refused' })], { standing: [stands] }),
    nothing('the guard refused it'),
  );
  const failed = softened(kept, [], { state: 'failed', note: 'no rights' });
  assert.deepEqual(looked([asked({ state: 'refused' })], { softenings: [failed] }), nothing('no rights'));
  const started = softened(kept, [], { state: 'softened' });
  assert.deepEqual(
    looked([asked({ state: 'refused' })], { softenings: [started] }),
    nothing('the guard refused it'),
  );
});

test('a delete took what does not stand any more, or goes, or stands anew; an answer may have been wrong', () => {
  for (const standing of [[], [again], [going]]) {
    assert.deepEqual(looked([asked()], { standing }), took('r answered'));
    assert.deepEqual(looked([asked({ state: 'unsettled' })], { standing }), took('r unsettled'));
    // Its no was none.
    assert.deepEqual(looked([asked({ status: 403 })], { standing }), took('r carried-out'));
    assert.deepEqual(looked([asked({ state: 'not-carried-out' })], { standing }), took('r carried-out'));
  }
});

test('what stands with the same UID was not taken, unless the cluster says that it was', () => {
  const at = { standing: [stands] };
  assert.deepEqual(looked([asked({ state: 'unsettled' })], at), nothing('what it named stands'));
  assert.deepEqual(looked([asked({ status: 409 })], at), nothing('the cluster refused it (409)'));
  assert.deepEqual(looked([asked({ state: 'kept' })], at), nothing('what it named stands'));
  assert.deepEqual(looked([asked({ state: 'failed' })], at), nothing('what it named stands'));
  assert.deepEqual(
    looked([asked({ status: 500 })], at),
    nothing('what it named stands'),
    'no answer that counts',
  );
  assert.deepEqual(looked([asked({ status: 300 })], at), nothing('what it named stands'));
  for (const status of [200, 202, 299, undefined])
    assert.deepEqual(looked([asked({ status })], at), took('r answered'), String(status));
  for (const state of ['carried-out', 'softened', 'without-net'] as const)
    assert.deepEqual(looked([asked({ state })], at), took(`r ${state}`));
});

test('of several targets one that has gone is enough', () => {
  const other = object('apps/v1 Deployment', 'cart');
  const both = asked({ state: 'unsettled', targetUids: ['Deployment-web', 'Deployment-cart'] });
  const snapshots = [snapshotOf([kept, other, object('v1 Secret', 'beside')])];
  const at = (...standing: KubeObject[]) => ({ snapshots, view: live([kept, other], standing) });
  assert.deepEqual(looked([both], at(kept, other)), nothing('what it named stands'));
  assert.deepEqual(looked([both], at(other)), took('r unsettled'));
});

test('of a request of which nothing was kept only its record tells', () => {
  const snapshots = [snapshotOf([object('v1 Secret', 'beside')])];
  assert.deepEqual(
    looked([asked({ state: 'unsettled' })], { snapshots, standing: [stands] }),
    took('r unsettled'),
  );
  assert.deepEqual(looked([asked({ status: 403 })], { snapshots }), nothing('the cluster refused it (403)'));
  // What was kept for another request is not its own.
  const others = [snapshotOf([kept], { requestId: 'other' })];
  const state = 'unsettled';
  assert.deepEqual(looked([asked({ state })], { snapshots: others, standing: [stands] }).requests, [
    'r unsettled',
  ]);
});

test('an effect that takes nothing away, and one that is not understood, are told by their records', () => {
  const none = asked({ effect: { verb: 'none' }, status: 403 });
  assert.deepEqual(looked([none]), nothing('the cluster refused it (403)'));
  assert.deepEqual(looked([asked({ effect: { verb: 'none' } })], { standing: [stands] }), took('r answered'));
  const unread = asked({ effect: { verb: 'not-understood', why: 'no JSON' }, state: 'unsettled' });
  assert.deepEqual(looked([unread], { standing: [stands] }), took('r unsettled'));
});

test('helm’s record tells by its label whether an uninstall began', () => {
  const record = (status: string, more: object = {}) =>
    object('v1 Secret', 'sh.helm.release.v1.web.v1', { metadata: { labels: { status }, ...more } });
  const before = record('deployed');
  const target = {
    group: '',
    version: 'v1',
    resource: 'secrets',
    namespace: 'shop',
    name: before.metadata.name,
  };
  const request = asked({
    effect: { verb: 'uninstall', target, release: 'web', dryRun: false },
    state: 'unsettled',
    targetUids: [before.metadata.uid ?? ''],
  });
  const at = (...standing: KubeObject[]) =>
    looked([request], { snapshots: [snapshotOf([before])], view: live([before], standing) });
  assert.deepEqual(at(before), nothing('what it named stands'));
  assert.deepEqual(at(record('uninstalling')), took('r unsettled'));
  assert.deepEqual(at(), took('r unsettled'));
  // A label of what is deleted says nothing.
  const labelled = but(kept, { metadata: { labels: { status: 'x' } } });
  assert.deepEqual(
    looked([asked({ state: 'unsettled' })], { standing: [labelled] }),
    nothing('what it named stands'),
  );
});

test('as long as it may still be carried out, nobody says that it took nothing', () => {
  const openUntil = Date.UTC(2026, 10, 23, 12);
  const at = (more: Partial<RequestRecord>, standing = [stands]) =>
    looked([asked({ state: 'unsettled', ...more })], { standing, openUntil });
  const told = (why: string) =>
    new RegExp(
      `^unknown DELETE /web: what it named stands, and it may still be carried out \\(${why}\\): ask again after .*12:00`,
    );
  const unknown = at({});
  assert.deepEqual([unknown.requests, unknown.snapshots, unknown.open], [[], [], ['r']]);
  assert.equal(unknown.told.length, 1);
  assert.match(unknown.told[0] ?? '', told('no answer is known'));
  assert.match(
    at({ unsure: { why: 'the line was cut' } as RequestRecord['unsure'] }).told[0] ?? '',
    told('the line was cut'),
  );
  assert.deepEqual(at({}, []), took('r unsettled'));
  assert.deepEqual(at({ state: 'refused' }), nothing('the guard refused it'), 'it was never sent');
});

test('a write of several effects is one: where one of them took, all of it was carried out', () => {
  const cart = object('apps/v1 Deployment', 'cart');
  const first = asked({ state: 'not-carried-out' });
  const second = asked({ state: 'not-carried-out', targetUids: ['Deployment-cart'] });
  const at = (...standing: KubeObject[]) =>
    looked([first, second], { snapshots: [snapshotOf([kept, cart])], view: live([kept, cart], standing) });
  assert.deepEqual(at(kept), took('r carried-out', 'r carried-out'));
  assert.deepEqual(at(kept, cart), nothing('it was not carried out'), 'told once');
  // And one without an answer is not told as open twice.
  const open = looked(
    [asked({ state: 'unsettled' }), asked({ state: 'unsettled', targetUids: ['Deployment-cart'] })],
    {
      snapshots: [snapshotOf([kept, cart])],
      view: live([kept, cart], [kept, cart]),
      openUntil: 1,
    },
  );
  assert.equal(open.told.length, 1);
});

test('a refused request whose target a later one took, found standing, took nothing', () => {
  const refused = asked({ id: 'r1', status: 409, at: 1 });
  const later = asked({ id: 'r2', at: 2 });
  const at = (requests: RequestRecord[], second: KubeObject = kept) =>
    looked(requests, {
      snapshots: [snapshotOf([kept], { requestId: 'r1' }), snapshotOf([second], { requestId: 'r2' })],
    }).requests;
  assert.deepEqual(at([refused, later]), ['r2 answered']);
  assert.deepEqual(at([refused, { ...later, at: 1 }]), ['r1 carried-out', 'r2 answered'], 'not later');
  assert.deepEqual(at([refused, later], going), ['r1 carried-out', 'r2 answered'], 'it was going already');
  assert.deepEqual(at([refused, { ...later, status: 409 }]), ['r1 carried-out', 'r2 carried-out']);
  assert.deepEqual(
    at([refused, { ...later, effect: { verb: 'none' } }]),
    ['r1 carried-out', 'r2 answered'],
    'it took nothing itself',
  );
  const two = { ...refused, targetUids: ['Deployment-web', 'Deployment-cart'] };
  assert.deepEqual(at([two, later]), ['r1 carried-out', 'r2 answered'], 'the other target is nobody’s');
  // One that was not refused may have been the one.
  assert.deepEqual(at([{ ...refused, state: 'unsettled', status: undefined }, later]), [
    'r1 unsettled',
    'r2 answered',
  ]);
});
