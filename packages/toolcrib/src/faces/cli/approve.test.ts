import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { aHold } from '@toolcrib/guard/journal/testing/records.ts';
import type { Hold } from '@toolcrib/model';
import { type PlayedGuard, playGuard } from '../../testing/played-guard.ts';
import { type GuardHome, guardHome } from '../../testing/running-guard.ts';

// The real command line, and a guard of which only the API is played: what reached it is what was said.

let home: GuardHome;
let guard: PlayedGuard;
before(async () => {
  home = guardHome('{}');
  guard = await playGuard(home);
});
after(async () => {
  await guard?.close();
  home?.remove();
});
const hold = (more: Partial<Hold> = {}): Hold =>
  aHold({ code: 'BCDFG', expiresAt: Date.now() + 600_000, state: 'open', ...more });
beforeEach(() => {
  guard.holds = [hold()];
  guard.answers.length = 0;
});

test('a yes is said in the form that was typed; the way back is told', async () => {
  const said = await home.cli('approve', 'BCDFG', '--as-sent');
  assert.equal(said.code, 0, said.stderr);
  assert.deepEqual(guard.answers, [{ code: 'BCDFG', as: 'as-sent' }]);
  assert.match(said.stderr, /^Approved as-sent: it goes now\.\n {2}by aiko/);
  assert.match(said.stderr, /Undo: {2}toolcrib undo act-000001\n$/);
  assert.equal(said.stdout, '');
});

test('for whom no client waits the same request is asked for again; the yes may have been used in another act', async () => {
  guard.holds = [hold({ waiting: false, usedIn: 'act-000009' })];
  const said = await home.cli('approve', 'BCDFG', '--softened');
  assert.deepEqual(guard.answers, [{ code: 'BCDFG', as: 'softened' }]);
  assert.match(said.stderr, /Approved softened: send the same request again within \d+ seconds\./);
  assert.match(said.stderr, /toolcrib undo act-000009/);
});

test('without a net its name goes along, and no way back is promised', async () => {
  guard.holds = [hold({ needsName: 'kafka', net: 'none' })];
  const said = await home.cli('approve', 'BCDFG', '--as-sent', '--without-net', 'kafka');
  assert.deepEqual(guard.answers, [{ code: 'BCDFG', as: 'as-sent', withoutNet: 'kafka' }]);
  assert.doesNotMatch(said.stderr, /Undo/);
});

test('what can’t be answered any more is told before anybody is asked for a form', async () => {
  guard.holds = [hold({ state: 'denied', denied: { by: 'cho', at: Date.now() } })];
  const denied = await home.cli('approve', 'BCDFG');
  assert.equal(denied.code, 1);
  assert.match(
    denied.stderr,
    /^toolcrib: BCDFG was answered already: no, by cho at [\d:]{8}\.\n {2}→ Send the request again/,
  );
  guard.holds = [hold({ expiresAt: Date.now() - 1 })];
  const late = await home.cli('approve', 'BCDFG', '--as-sent');
  assert.match(late.stderr, /^toolcrib: The time of BCDFG is over: it was held at /);
  assert.deepEqual(guard.answers, []);
});

test('both forms, or none where nobody can be asked, are no yes', async () => {
  const both = await home.cli('approve', 'BCDFG', '--as-sent', '--softened');
  assert.deepEqual([both.code, /exclude each other/.test(both.stderr)], [2, true]);
  const none = await home.cli('approve', 'BCDFG');
  assert.equal(none.code, 2);
  assert.match(none.stderr, /Say in which form/);
  assert.match(none.stderr, /toolcrib held BCDFG/);
  const unknown = await home.cli('approve', 'NONEE', '--as-sent');
  assert.equal(unknown.code, 2);
  assert.deepEqual(guard.answers, []);
});

test('programs get the hold as it is now', async () => {
  const said = await home.cli('approve', 'BCDFG', '--as-sent', '-o', 'json');
  const value = JSON.parse(said.stdout);
  assert.deepEqual([value.code, value.actId, said.stderr], ['BCDFG', 'act-000001', '']);
  assert.equal(JSON.parse((await home.cli('deny', 'BCDFG', '-o', 'json')).stdout).code, 'BCDFG');
});

test('a no says what had gone by then, and nothing where nothing had', async () => {
  const none = await home.cli('deny', 'BCDFG');
  assert.deepEqual([none.code, none.stderr], [0, 'Refused. Nothing was sent.\n']);
  assert.deepEqual(guard.answers, [{ code: 'BCDFG', as: 'denied' }]);
  guard.holds = [hold({ before: ['delete pod shop/a'] })];
  const some = await home.cli('deny', 'BCDFG');
  assert.match(
    some.stderr,
    /^Refused\. Nothing more is sent\.\nBefore that, this act has done: delete pod shop\/a\./,
  );
  const envelope = { uids: ['1', '2', '3'], used: ['1'] } as unknown as NonNullable<Hold['envelope']>;
  guard.holds = [hold({ envelope, answer: { as: 'as-sent', by: 'aiko', at: 1 } })];
  const shares = await home.cli('deny', 'BCDFG');
  assert.match(shares.stderr, /1 of 3 may have gone by the yes before\.\n {2}toolcrib undo act-000001/);
  guard.holds = [hold({ envelope })];
  assert.doesNotMatch((await home.cli('deny', 'BCDFG')).stderr, /may have gone/, 'nobody had said yes');
});
