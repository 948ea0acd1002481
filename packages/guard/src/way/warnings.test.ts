import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Decision, UnseenKind } from '@toolcrib/model';
import { anAct } from '../journal/testing/records.ts';
import { asked } from '../testing/way.ts';
import type { Step } from './step.ts';
import { throughWrite, unseenOf, warningsOf, wayBack } from './warnings.ts';

const UNDO = 'toolcrib undo act-000001   takes it back';
const target = { group: '', version: 'v1', resource: 'configmaps', namespace: 'shop', name: 'conf' };
const effect = { verb: 'delete' as const, target, options: {}, dryRun: false };

/** A request that was decided on so; what is not said of it is not asked. */
const decided = (decision: Partial<Decision>, more: object = {}) =>
  ({
    request: asked('DELETE', '/conf'),
    subject: { effect },
    live: { act: anAct(), expected: new Map() },
    seen: { radius: { unseen: [] } },
    decision: { then: 'allow', rule: 'outage', reason: 'nothing answers', ...decision },
    ...more,
  }) as unknown as Step;

test('how to take it back is told once for each act: after a yes, and where enforce would have asked', () => {
  const approved = decided({});
  assert.deepEqual(wayBack(approved, true), ['toolcrib: sent as it was approved', UNDO]);
  assert.deepEqual(wayBack(approved, true), []);
  assert.deepEqual(wayBack(decided({ wouldBe: 'hold' }), false), [
    'toolcrib: enforce would have held this (rule outage): nothing answers',
    UNDO,
  ]);
  assert.match(wayBack(decided({ wouldBe: 'warn' }), false)[0] ?? '', /would have warned of this/);
  for (const quiet of [
    decided({}),
    decided({ wouldBe: 'allow' }),
    decided({ then: 'warn', wouldBe: 'hold' }),
  ])
    assert.deepEqual(wayBack(quiet, false), []);
});

test('a write that comes to a delete says so, with the way back once and only where it was kept', () => {
  const through = decided({}, { subject: { effect: { ...effect, through: 'its owner is gone' } } });
  const said = 'toolcrib: configmaps conf: its owner is gone';
  assert.deepEqual(throughWrite(through, true), [said, UNDO]);
  assert.deepEqual(throughWrite(through, true), [said]);
  const lost = decided({}, { subject: { effect: { ...effect, through: 'its owner is gone' } } });
  assert.deepEqual(throughWrite(lost, false), [said]);
  assert.deepEqual(throughWrite(decided({}), true), []);
});

test('a warning says what enforce would have done, by which rule and why', () => {
  const because = '(rule outage): nothing answers';
  const told = (wouldBe?: Decision['wouldBe']) => warningsOf(decided({ then: 'warn', wouldBe }), undefined);
  assert.deepEqual(told('hold'), [`toolcrib: would be held in enforce mode ${because}`, UNDO]);
  assert.deepEqual(told('deny'), [`toolcrib: would be denied in enforce mode ${because}`, UNDO]);
  assert.deepEqual(told(), [`toolcrib: take care ${because}`, UNDO]);
  assert.deepEqual(warningsOf(decided({}), undefined), []);
  assert.deepEqual(warningsOf(decided({}), 'the disk is full'), [
    "toolcrib: sent without a net, it can't be undone (the disk is full)",
  ]);
});

test('what was not seen is named to the client, five kinds at most, and whole in the log', () => {
  const kinds = (count: number): UnseenKind[] =>
    Array.from({ length: count }, (_, n) => ({
      group: '',
      resource: `r${n}`,
      kind: `K${n}`,
      why: 'forbidden',
    }));
  const logged: unknown[] = [];
  const log = (line: string, detail?: Record<string, unknown>) => void logged.push([line, detail]);
  const unseenIn = (unseen: UnseenKind[]) =>
    unseenOf({ log }, decided({}, { seen: { radius: { state: 'incomplete', unseen, members: [] } } }));
  assert.deepEqual(unseenIn([]), []);
  assert.deepEqual(unseenIn(kinds(2).map((one) => ({ ...one, unlikely: true }))), []);
  assert.deepEqual(logged, []);
  const [warning, ...more] = unseenIn(kinds(7));
  assert.deepEqual(more, []);
  assert.match(
    warning ?? '',
    /could not see all that this may take: K0, K1, K2, K3, K4 and 2 more\. .* no undo/,
  );
  assert.match(unseenIn(kinds(1))[0] ?? '', /may take: K0\. What of that goes is not kept/);
  assert.equal(logged.length, 2);
});
