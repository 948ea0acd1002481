import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Hold } from '@toolcrib/model';
import { aHold } from '../journal/testing/records.ts';
import { canGoBy, fromJournal, withYesOfBefore } from './from-journal.ts';

const envelope = {
  session: 's',
  verb: 'delete',
  kind: 'Pod',
  namespace: 'shop',
  likeness: 'l',
  uids: ['1', '2'],
  used: ['1'],
  expiresAt: 9_000,
};
const answer = { as: 'as-sent', by: 'ben', at: 5 } as const;
const own = aHold({
  guard: 'a',
  expiresAt: 9_000,
  envelope,
  needsName: 'kafka',
  net: 'partial',
  before: ['x'],
});

/** Everything that a hold says, otherwise than `own` does; but for its code and whose request it is. */
const other: Hold = aHold({
  guard: 'a',
  actId: 'act-2',
  usedIn: 'act-3',
  alsoBy: ['act-4'],
  context: 'dev',
  createdAt: 0,
  expiresAt: 1e12,
  coversUntil: 1e12,
  waiting: false,
  effect: { verb: 'none' },
  radius: { ...own.radius, state: 'opaque', targets: [] },
  decision: { then: 'allow', rule: 'none', reason: '' },
  fingerprint: 'f2',
  envelope: {
    ...envelope,
    session: 't',
    verb: 'evict',
    kind: '*',
    likeness: 'm',
    uids: ['9'],
    expiresAt: 1e12,
  },
  person: 'eve',
  caller: { person: 'eve', token: 't', claim: { userAgent: 'x' } },
  as: { user: 'root' },
  requestKey: 'k2',
  needed: 'x',
  untold: 'x',
});

test('whatever a row says, what was judged here is what it was', () => {
  for (const state of ['open', 'approved'] as const)
    assert.deepEqual(fromJournal({ ...own, state }, { ...other, state }, true), {
      ...own,
      state,
      waiting: state === 'open',
    });
});

test('an end counts, and who gave it; it opens nothing, and no other end follows', () => {
  const denied = { by: 'cho', at: 6 };
  const ended = (state: Hold['state'], stored: Partial<Hold>) =>
    fromJournal({ ...own, state }, { ...other, ...stored }, true);
  for (const state of ['open', 'approved'] as const) {
    const no = ended(state, { state: 'denied', denied });
    assert.deepEqual([no.state, no.denied, no.waiting, no.requestKey], ['denied', denied, false, 'k1']);
    for (const end of ['used', 'expired', 'void'] as const)
      assert.equal(ended(state, { state: end }).state, end);
  }
  for (const state of ['denied', 'used', 'expired', 'void'] as const)
    for (const stored of ['open', 'approved', 'denied', 'used'] as const)
      assert.deepEqual(
        [ended(state, { state: stored, denied }).state, ended(state, { state: stored, denied }).denied],
        [state, undefined],
      );
});

test('shares that are spent are spent, and none comes back', () => {
  const stored = { ...other, envelope: { ...envelope, used: ['2'] } };
  assert.deepEqual(fromJournal(own, stored, true).envelope, { ...envelope, used: ['1', '2'] });
  assert.equal(fromJournal({ ...own, envelope: undefined }, stored, true).envelope, undefined);
  assert.deepEqual(fromJournal(own, { ...other, envelope: undefined }, true).envelope, envelope);
});

test('that another guard has it counts; that this one had it again does not', () => {
  assert.equal(fromJournal(own, { ...other, guard: 'b' }, true).guard, 'b');
  assert.equal(fromJournal(own, { ...other, guard: 'b' }, false).guard, 'a');
  assert.equal(fromJournal(own, { ...other, guard: 'b', state: 'expired' }, false).guard, 'b');
  assert.equal(fromJournal(own, { ...other, guard: undefined }, true).guard, 'a');
});

test('who said yes is told, and is no yes; a row that is open has had none', () => {
  const expired = { ...other, state: 'expired' as const, answer };
  const found = fromJournal(own, expired, true);
  assert.deepEqual([found.answer, found.state], [answer, 'expired']);
  assert.equal(fromJournal(own, { ...other, answer }, true).answer, undefined);
  const said = { ...answer, by: 'dan' };
  assert.deepEqual(fromJournal({ ...own, answer: said }, expired, true).answer, said);
});

test('a yes of before: in a form that can be said to it, and no longer than it was there for', () => {
  const shown = { ...own, needsName: undefined, net: undefined };
  const yes = { ...other, state: 'approved' as const, answer, expiresAt: 4_000 };
  const taken = withYesOfBefore(shown, yes);
  assert.deepEqual(taken, {
    ...shown,
    state: 'approved',
    answer,
    waiting: false,
    expiresAt: 4_000,
    envelope: { ...envelope, expiresAt: 4_000 },
  });
  assert.equal(withYesOfBefore(shown, { ...yes, expiresAt: 1e12 })?.expiresAt, 9_000);
  assert.equal(withYesOfBefore(own, yes), undefined, 'its name was not typed');
  assert.equal(withYesOfBefore({ ...shown, state: 'void' }, yes), undefined);
  assert.equal(withYesOfBefore(shown, { ...yes, answer: undefined }), undefined);
});

test('without a net goes only what needs its name, and that not otherwise; softened only what can be', () => {
  const can = { possible: true, how: 'orphan-first' } as const;
  const soft = { ...own.decision, softening: can };
  const plain = { needsName: undefined, decision: own.decision };
  const cases: [Parameters<typeof canGoBy>[0], Parameters<typeof canGoBy>[1], boolean][] = [
    [plain, { as: 'as-sent' }, true],
    [plain, { as: 'as-sent', withoutNet: true }, false],
    [plain, { as: 'softened' }, false],
    [{ ...plain, decision: soft }, { as: 'softened' }, true],
    [{ needsName: 'a', decision: soft }, { as: 'softened', withoutNet: true }, true],
    [{ needsName: 'a', decision: soft }, { as: 'softened' }, false],
    [{ needsName: 'a', decision: own.decision }, { as: 'as-sent', withoutNet: true }, true],
  ];
  for (const [hold, form, goes] of cases) assert.equal(canGoBy(hold, form), goes, JSON.stringify(form));
});
