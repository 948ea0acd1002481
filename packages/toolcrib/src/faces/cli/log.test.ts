import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { anAct, aRequest, aSoften } from '@toolcrib/guard/journal/testing/records.ts';
import { listText, outcomeText, storyText } from './log.ts';
import { dated, dateTime } from './terminal.ts';
import { story } from './testing/story.ts';

test('other programs get points in time as RFC 3339, people with their distance from UTC', () => {
  const value = { at: 1_764_511_385_000, act: [{ startedAt: 0, soFar: 3 }], note: undefined, count: 5 };
  assert.deepEqual(dated(value), {
    at: '2025-11-30T14:03:05.000Z',
    act: [{ startedAt: '1970-01-01T00:00:00.000Z', soFar: 3 }],
    count: 5,
  });
  assert.match(dateTime(value.at), /^2025-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d\d:\d\d$/);
});

test('what became of an act is one or two words, and where it is to be looked for', () => {
  const told = (...outcome: Parameters<typeof outcomeText>) =>
    stripVTControlCharacters(outcomeText(...outcome));
  assert.equal(told({ word: 'carried out', tone: 'plain' }), 'carried out');
  assert.equal(told({ word: 'under way', tone: 'mild', more: '2 of 60' }), 'under way, 2 of 60');
  assert.equal(told({ word: 'refused', tone: 'plain', more: 'see act-1' }), 'refused, see act-1');
});

/** Without colours, and each stretch of blanks as one: columns and the zone are the machine's. */
const plain = (text: string) =>
  stripVTControlCharacters(text)
    .split('\n')
    .map((line) => line.replace(/ +/g, ' ').trim());

test('one act whole: its requests with what was decided, and nothing of what is not there', () => {
  const at = dateTime(1_000);
  assert.deepEqual(plain(storyText(story())), [
    'act-000001 delete StatefulSet shop/kafka carried out',
    `${at} in prod, by aiko, calling itself kubectl (kubectl/v1.35.2)`,
    '',
    `${at.slice(0, 19)} answered 200 DELETE /apis/apps/v1/namespaces/shop/statefulsets/kafka`,
    'rule outage: StatefulSet kafka would be left without Pods.',
  ]);
});

test('what is kept ahead is counted, and not listed as asked for', () => {
  const ahead = aRequest({
    id: 'req-2',
    state: 'kept',
    path: '/api/v1/namespaces/shop/configmaps/b',
    ahead: true,
  });
  const text = storyText(story({ requests: [aRequest({ state: 'answered', status: 200 }), ahead] }));
  assert.doesNotMatch(text, /configmaps\/b/);
  assert.equal(plain(text).at(-1), '1 more are kept already, and go as soon as they are asked for');
});

test('of a request: its note, what enforce would have done, that nobody can say yes any more, and what was not seen', () => {
  const unseen = ['Widget', 'A', 'B', 'C', 'D'].map((kind, n) => ({
    kind,
    ...(n > 0 ? { unlikely: true as const } : {}),
  }));
  const request = aRequest({
    note: 'it had changed',
    decision: { then: 'allow', rule: 'outage', reason: 'r', wouldBe: 'deny' },
    unseen: unseen as never,
  });
  const lines = plain(storyText(story({ requests: [request], answerable: false })));
  assert.match(lines[3] ?? '', /held \(nobody can say yes any more: it was never sent\) DELETE/);
  assert.deepEqual(lines.slice(4), [
    'rule outage: r; enforce would have denied it; it had changed',
    'not seen, and so not kept: Widget',
    'not looked through, hardly likely: A, B, C and 1 more',
  ]);
  assert.match(plain(storyText(story({ requests: [request], answerable: true })))[3] ?? '', /held DELETE/);
});

test('what came of it afterwards: answers, softenings, undos, other acts, and how to undo it', () => {
  const undo = {
    id: 'u',
    actId: 'act-000001',
    at: 3_000,
    by: 'ben',
    kind: 'undo' as const,
    results: [{ what: 'StatefulSet kafka', result: 'done' as const, note: 'its Pods had gone on' }],
  };
  const softening = aSoften({ state: 'finished', note: 'all gone' });
  const lines = plain(
    storyText(
      story({
        act: anAct({ caller: { ...anAct().caller, command: 'kubectl delete sts kafka' } }),
        softenings: [softening],
        undos: [undo],
        elsewhere: ['act-2'],
        newer: ['One of its records is of a newer toolcrib.'],
        undoable: true,
      }),
    ),
  );
  assert.equal(lines[2], 'command kubectl delete sts kafka');
  const tail = lines.slice(6);
  assert.deepEqual(
    tail.filter((line) => line !== '' && !/^undo at/.test(line)),
    [
      'One of its records is of a newer toolcrib.',
      `softened: ${softening.owner.kind} ${softening.owner.namespace}/${softening.owner.name}: finished (all gone)`,
      'done StatefulSet kafka its Pods had gone on',
      'What was held here was sent again, and went in another act. Undo: toolcrib undo act-2',
      'Undo: toolcrib undo act-000001',
    ],
  );
  assert.match(tail.find((line) => /^undo at/.test(line)) ?? '', /^undo at \S+ \S+ by ben$/);
});

test('of what is softened: how much is left and when it finishes, that its undo was asked for, or that its data is kept', () => {
  const { kind, namespace, name } = aSoften().owner;
  const said = (more: Parameters<typeof aSoften>[0]) =>
    plain(storyText(story({ softenings: [aSoften({ state: 'softened', ...more })] }))).at(-1);
  const what = `softened: ${kind} ${namespace}/${name}: softened`;
  const { left } = aSoften();
  assert.equal(
    said({ finishAfter: 90_000 }),
    `${what}, ${left.length} objects left, finishes ${dateTime(90_000).slice(0, 19)}`,
  );
  assert.equal(
    said({ undoAsked: 5 } as never),
    `${what}, ${left.length} objects left, never finished by itself: its undo was asked for`,
  );
  assert.equal(
    said({ how: 'retain-first' } as never),
    `${what}, its data is kept until: toolcrib finish act-000001`,
  );
});

test('the list has a line an act, its tool by its proven name where there is one, and the way to older ones', () => {
  const agent = { ...anAct().caller, agent: true as const };
  const nameless = { ...anAct().caller, claim: { userAgent: 'Mozilla/5.0 (X11; Linux x86_64)' } };
  const [head, ...lines] = plain(
    listText(
      [
        story(),
        story({ act: anAct({ id: 'act-2', caller: agent }), severity: 'calm' }),
        story({ act: anAct({ id: 'act-3', caller: nameless }) }),
      ],
      true,
    ),
  );
  const at = dateTime(1_000).slice(0, 16);
  assert.match(head ?? '', /^WHEN .* ACT BECAME RULES TOOL CONTEXT WHAT$/);
  const rest = 'prod delete StatefulSet shop/kafka';
  assert.deepEqual(lines, [
    `${at} act-000001 carried out hold kubectl ${rest}`,
    `${at} act-2 carried out calm agent, kubectl ${rest}`,
    `${at} act-3 carried out hold Mozilla/5.0 (X ${rest}`,
    '',
    'Older ones: toolcrib log --before act-3',
  ]);
  assert.equal(plain(listText([story()], false)).length, 2);
  const next = (...asked: [object]) => plain(listText([story()], true, ...asked)).at(-1);
  assert.equal(next({ limit: 20 }), 'Older ones: toolcrib log --before act-000001');
  assert.equal(
    next({ context: "ann's own", limit: 3 }),
    "Older ones: toolcrib log --context 'ann'\\''s own' -n 3 --before act-000001",
  );
});
