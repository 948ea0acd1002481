import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { anAct, aRequest } from '@toolcrib/guard/journal/testing/records.ts';
import type { RequestState } from '@toolcrib/model';
import { leftOutLines, listText, pageText, storyText } from './log.ts';
import { story } from './testing/story.ts';

const page = (more: Partial<Parameters<typeof pageText>[0]> = {}) => ({
  stories: [],
  older: false,
  newer: [],
  damaged: [],
  ...more,
});
const lines = (count: number, what: string) => Array.from({ length: count }, (_, n) => `${what} ${n}`);

test('a page without an act says that there is none, of what was asked for', () => {
  const none = (asked: Parameters<typeof pageText>[1]) => pageText(page(), asked);
  assert.equal(none({}), 'No acts yet.');
  assert.equal(none({ before: 'act-1' }), 'No older acts.');
  assert.equal(none({ context: 'prod' }), 'No acts yet in that context.');
  assert.equal(none({ context: 'prod', before: 'act-1' }), 'No older acts in that context.');
});

test('where there is one, or one that can’t be read, there is a list', () => {
  for (const more of [{ stories: [story()] }, { newer: ['n'] }, { damaged: ['d'] }])
    assert.match(stripVTControlCharacters(pageText(page(more), {})), /^WHEN .* ACT +BECAME/);
  const older = pageText(page({ stories: [story()], older: true }), { context: 'prod', limit: 5 });
  assert.match(older, /toolcrib log --context prod -n 5 --before act-000001$/);
});

const UPDATE = '  → Update toolcrib to read them. They were left as they are, and nothing is damaged.';
const HARMED =
  '  → They are left as they are; the others are all here. A backup of the journal may have them whole.';

test('of what can’t be read three are told by name, then how many more, and what next', () => {
  assert.deepEqual(leftOutLines(page({ stories: [story()] })), []);
  assert.deepEqual(leftOutLines(page({ newer: lines(1, 'act') })), ['act 0', UPDATE]);
  assert.deepEqual(leftOutLines(page({ damaged: lines(3, 'act') })), [...lines(3, 'act'), HARMED]);
  const all = page({
    stories: [story({ newer: lines(2, 'record') }), story({ damaged: lines(4, 'hold') }), story()],
    newer: lines(2, 'act'),
    damaged: lines(1, 'own'),
  });
  assert.deepEqual(leftOutLines(all), [
    ...['act 0', 'act 1', 'record 0', '1 more records were written by a newer toolcrib.', UPDATE],
    ...['own 0', 'hold 0', 'hold 1', '2 more records are damaged.', HARMED],
  ]);
});

const plain = (text: string) => stripVTControlCharacters(text).split('\n');

test('who asked as somebody else is told so; a tool with its version where that is known', () => {
  const as = { 'impersonate-user': 'root' } as never;
  const [, by] = plain(storyText(story({ requests: [aRequest(), aRequest({ as })] })));
  assert.match(by ?? '', /, as root \(/);
  const tool = (version?: string) => ({ ...anAct().caller, tool: { name: 'k9s', sha256: '0', version } });
  for (const version of ['0.50', undefined]) {
    const one = story({ act: anAct({ caller: tool(version) as never }) });
    assert.match(plain(listText([one], false))[1] ?? '', version ? / k9s 0\.50 / : / k9s +prod /);
  }
});

test('what could not be seen: what is likely, what is hardly so, or nothing', () => {
  const unseen = (...of: [kind: string, unlikely?: true][]) => {
    const found = of.map(([kind, unlikely]) => ({ kind, why: 'w', ...(unlikely ? { unlikely } : {}) }));
    return plain(storyText(story({ requests: [aRequest({ unseen: found as never })] })))
      .slice(5)
      .map((line) => line.trim());
  };
  assert.deepEqual(unseen(['Widget']), ['not seen, and so not kept: Widget']);
  assert.deepEqual(unseen(['A', true]), ['not looked through, hardly likely: A']);
  assert.deepEqual(unseen(), []);
});

test('each state of a request is told by its own word, with the cluster’s number', () => {
  const states: RequestState[] = ['failed', 'unsettled', 'held', 'softened', 'answered', 'refused'];
  for (const state of states) {
    const [, , , line = ''] = plain(storyText(story({ requests: [aRequest({ state, status: 403 })] })));
    assert.match(line, new RegExp(`  ${state} 403  DELETE `));
  }
});

test('in colours what is bad is red, and what waits, or was asked by an agent, is yellow', () => {
  const before = { ...process.env };
  delete process.env.NO_COLOR;
  process.env.FORCE_COLOR = '1';
  try {
    const [red, yellow] = ['\u001b[31m', '\u001b[33m'];
    for (const [state, colour] of [
      ['failed', red],
      ['unsettled', red],
      ['held', yellow],
      ['softened', yellow],
      ['answered', ''],
    ] as const) {
      const text = storyText(story({ requests: [aRequest({ state, status: 1 })] }));
      assert.ok(text.includes(`  ${colour}${state} 1${colour && '\u001b[39m'}`), state);
    }
    const of = (agent: boolean) =>
      storyText(story({ act: anAct({ caller: { ...anAct().caller, agent } as never }) }));
    assert.deepEqual(
      [of(true).includes(`by ${yellow}an agent of`), of(false).includes(`by ${yellow}`)],
      [true, false],
    );
  } finally {
    for (const name of ['NO_COLOR', 'FORCE_COLOR'])
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
  }
});
