import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { aHold as anOldHold } from '@toolcrib/guard/journal/testing/records.ts';
import type { Hold } from '@toolcrib/model';
import { holdText, listText } from './held.ts';
import { fitted } from './terminal.ts';

/** One that can still be answered. */
const aHold = (more: Partial<Hold> = {}) => anOldHold({ expiresAt: Date.now() + 600_000, ...more });
const { decision } = aHold();
const softening = { possible: true, how: 'orphan-first' } as const;
const held = { ...decision, then: 'hold' as const, rule: 'outage', softening };
const HOLES = /Not everything was seen/;
const NONE = /could not be kept, so there would be no undo/;

test('what a name is needed for is said as it is, whatever the rule', () => {
  const table: [string, Partial<Hold>, RegExp | undefined][] = [
    ['a whole net', {}, undefined],
    ['a net with holes', { needsName: 'kafka', net: 'partial' }, HOLES],
    ['nothing kept, held by a rule at first', { needsName: 'kafka', net: 'none' }, NONE],
    ['an old record, not kept', { needsName: 'kafka', decision: { ...held, rule: 'not-kept' } }, NONE],
    ['an old record, not seen', { needsName: 'kafka' }, HOLES],
  ];
  for (const [what, part, words] of table) {
    const text = stripVTControlCharacters(holdText(aHold({ decision: held, ...part })));
    for (const one of [HOLES, NONE]) assert.equal(one.test(text), one === words, `${what}: ${text}`);
    assert.equal(/--as-sent --without-net kafka/.test(text), words !== undefined, what);
    // What was not kept is never softened.
    assert.equal(/--softened/.test(text), words !== NONE, what);
  }
});

test('where nothing could be kept, the tree says of nothing that it can be brought back', () => {
  const { radius } = aHold();
  const member = (fate: 'deleted' | 'stops', loss: 'restorable' | 'returns', name: string) => ({
    ref: { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name, uid: name },
    fate,
    loss,
    why: 'owned by StatefulSet kafka',
    owners: [],
  });
  const members = [member('deleted', 'restorable', 'a'), member('deleted', 'returns', 'b')];
  const told = (more: Partial<Hold>) =>
    stripVTControlCharacters(holdText(aHold({ decision: held, radius: { ...radius, members }, ...more })));
  assert.match(told({}), /Pod shop\/a · goes, can be brought back/);
  const none = told({ needsName: 'kafka', net: 'none' });
  assert.match(none, /Pod shop\/a · goes, and was not kept/);
  assert.match(none, /Pod shop\/b · comes back by itself/);
  assert.doesNotMatch(none, /can be brought back/);
  // What was seen is kept, and comes back; the holes are told below.
  assert.match(told({ needsName: 'kafka', net: 'partial' }), /can be brought back/);
});

const claim = (userAgent: string, name?: string, version?: string) => ({ userAgent, name, version });
const by = (more: Partial<NonNullable<Hold['caller']>>): Partial<Hold> => ({
  caller: { person: 'aiko', token: 't', claim: claim('kubectl/v1.35.2', 'kubectl', '1.35.2'), ...more },
});
const { effect } = aHold();
assert.ok(effect.verb === 'delete');

test('who asks, as whom and how is told to who says yes, at 80 columns', () => {
  const sha256 = 'a'.repeat(64);
  const table: [Partial<Hold>, string[]][] = [
    [{}, ['by aiko']],
    [by({}), ['by aiko, calling itself kubectl 1.35.2']],
    [by({ tool: { name: 'k9s', version: '0.50.1', sha256 } }), ['by aiko, with k9s 0.50.1']],
    [by({ agent: true, tool: { name: 'claude', sha256 } }), ['by an agent of aiko, with claude']],
    [by({ claim: claim('') }), ['by aiko, with no name of its own']],
    [
      by({ claim: claim(`<b>\u001b[2J${'x'.repeat(300)}`) }),
      [`by aiko, calling itself ?b??[2J${'x'.repeat(33)}`],
    ],
    [{ ...by({}), as: { 'impersonate-user': 'ben' } }, ['by aiko, calling itself kubectl 1.35.2, as ben']],
    [
      { as: { 'impersonate-user': 'ben', 'impersonate-group': ['system:masters', 'ops'] } },
      ['by aiko, as ben of system:masters and 1 more'],
    ],
    [{ effect: { ...effect, options: { gracePeriodSeconds: 0 } } }, ['by aiko', 'forced: grace period 0']],
    [
      { effect: { ...effect, propagation: 'Orphan', options: { gracePeriodSeconds: 5 } } },
      ['by aiko', 'grace period 5 s; cascade orphan: what it owns stays'],
    ],
    [
      { effect: { ...effect, propagation: 'Foreground', options: {} } },
      ['by aiko', 'cascade foreground: what it owns goes first'],
    ],
  ];
  for (const [part, lines] of table) {
    const text = fitted(stripVTControlCharacters(holdText(aHold({ decision: held, ...part }))), 80);
    const own = text.split('\n').slice(1, 1 + lines.length);
    assert.deepEqual(own, lines, text);
    for (const line of text.split('\n')) assert.ok(line.length <= 80 || /toolcrib/.test(line), line);
  }
});

test('the one that waits stands first, and of those that nobody waits for a few', () => {
  const old = Array.from({ length: 29 }, (_, n) =>
    aHold({ code: `OLD${n}`, waiting: false, createdAt: 1000 + n }),
  );
  const now = aHold({ code: 'WAITS', waiting: true, createdAt: 1 });
  const lines = (text: string) => stripVTControlCharacters(text).split('\n');
  const few = lines(listText([...old, now]));
  assert.match(few[1] ?? '', /^WAITS/);
  assert.match(few[2] ?? '', /^OLD28/);
  assert.equal(few.filter((line) => line.startsWith('OLD')).length, 5);
  assert.ok(
    few.some((line) => /and 24 older ones .* toolcrib held --all/.test(line)),
    few.join('\n'),
  );
  assert.equal(lines(listText([...old, now], true)).filter((line) => line.startsWith('OLD')).length, 29);
});

test('of a yes by which not all went it is said that nothing goes by it any more', () => {
  const answer = { as: 'as-sent', by: 'ben', at: 5 } as const;
  const text = (more: Partial<Hold>) =>
    stripVTControlCharacters(holdText(aHold({ decision: held, ...more })));
  assert.match(
    text({ state: 'expired', answer }),
    /was answered already \(yes, as-sent, by ben at .*\), but the guard that held it has ended\.\n {2}→ Send .*\nOf that yes not all that it was for has gone/,
  );
  assert.doesNotMatch(text({ state: 'expired' }), /that yes/);
  assert.doesNotMatch(text({ state: 'used', answer }), /Of that yes/);
  assert.match(text({ state: 'used', answer }), /toolcrib log act-000001/);
  assert.match(
    text({ state: 'denied', denied: { by: 'cho', at: 5 } }),
    /already: no, by cho at .*\n {2}→ Send/,
  );
});

test('one whose time is over says so, and names no command that could not answer it any more', () => {
  const hold = aHold({ code: 'BCDFG', decision: held, state: 'open', expiresAt: 5_000 });
  assert.match(holdText(hold, 4_999), /toolcrib approve BCDFG --as-sent/);
  const text = stripVTControlCharacters(holdText(hold, 5_000));
  assert.match(text, /\nThe time of BCDFG is over: it was held at .*\n {2}→ Send the request again: .*$/);
  assert.doesNotMatch(text, /approve|deny/);
});
