import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { RequestRecord, UndoRecord } from '@toolcrib/model';
import { outcomeOf, progressOf, severityOf, titleNow } from './became.ts';
import { type ActFacts, outcomeWords } from './story.ts';

const request = (state: RequestRecord['state']): RequestRecord => ({
  id: 'r',
  actId: 'a',
  at: 1,
  method: 'DELETE',
  path: '/api/v1/namespaces/shop/configmaps/c',
  effect: { verb: 'none', why: '', dryRun: false } as unknown as RequestRecord['effect'],
  decision: { then: 'allow', rule: '', reason: '' },
  state,
  targetUids: [],
});
type Word = UndoRecord['results'][number]['result'];
const undo = (...words: Word[]): UndoRecord => ({
  id: 'u',
  actId: 'a',
  at: 2,
  by: 'me',
  kind: 'undo',
  results: words.map((result) => ({ what: 'ConfigMap c', result, note: '' })),
});
const became = (state: RequestRecord['state'], undos: UndoRecord[]): string => {
  const story = { act: {}, requests: [request(state)], softenings: [], undos } as unknown as ActFacts;
  return outcomeOf(story).word;
};

test('an act is undone only where everything is back', () => {
  const table: [RequestRecord['state'], UndoRecord[], string][] = [
    ['answered', [], 'carried out'],
    ['answered', [undo('done')], 'undone'],
    ['answered', [undo('unchanged', 'skipped')], 'undone'],
    ['answered', [undo('conflict')], 'carried out'],
    ['answered', [undo('failed')], 'carried out'],
    ['answered', [undo('done', 'conflict')], 'partly undone'],
    ['answered', [undo('done', 'failed')], 'partly undone'],
    ['answered', [undo('done', 'failed'), undo('done', 'unchanged')], 'undone'],
    ['answered', [undo()], 'carried out'],
    ['refused', [undo()], 'refused'],
    ['not-sent', [], 'not sent'],
  ];
  for (const [state, undos, expected] of table) assert.equal(became(state, undos), expected);
});

test('every word for what an act became is explained', () => {
  const docs = readFileSync(new URL('../../../../../docs/guard.md', import.meta.url), 'utf8');
  const table = docs.slice(docs.indexOf('## The log'), docs.indexOf("## When it can't be kept"));
  for (const word of outcomeWords) assert.ok(table.includes(`\`${word}\``), word);
});

test('how bad an act was is what the rules say of its worst request, also where the mode let it pass', () => {
  const of = (...decisions: Partial<RequestRecord['decision']>[]) =>
    severityOf({
      requests: decisions.map((one) => {
        const calm = request('answered');
        return { ...calm, decision: { ...calm.decision, ...one } };
      }),
    });
  assert.equal(of({}), 'calm');
  assert.equal(of({}, { wouldBe: 'hold' }, {}), 'hold');
  assert.equal(of({ then: 'warn' }), 'warn');
  assert.equal(of({ then: 'hold' }, { then: 'deny' }), 'deny');
});

const one = (
  name: string,
  state: RequestRecord['state'],
  more: Partial<RequestRecord> = {},
): RequestRecord => ({
  ...request(state),
  id: name,
  effect: {
    verb: 'delete',
    target: { group: '', version: 'v1', resource: 'configmaps', namespace: 'e1', name },
    options: {},
    dryRun: false,
  },
  ...more,
});
const told = (title: string, requests: RequestRecord[], more: Partial<ActFacts> = {}) => {
  const story = { act: { title }, requests, softenings: [], undos: [], ...more } as unknown as ActFacts;
  return `${outcomeOf(story).word} | ${titleNow(story)}`;
};

test('what was carried out names and counts what went, and tells apart what was refused', () => {
  const db = 'delete configmap e1/db';
  assert.equal(told(db, [one('db', 'answered')]), `carried out | ${db}`);
  assert.equal(
    told(db, [one('db', 'refused'), one('q', 'answered')]),
    `partly | delete configmap e1/q; refused: ${db}`,
  );
  assert.equal(
    told(db, [one('q', 'answered'), one('r', 'answered'), one('db', 'refused'), one('x', 'refused')]),
    `partly | delete configmap e1/q and 1 more; refused: ${db} and 1 more`,
  );
  // A first try that was held, and then went, was not refused.
  assert.equal(told(db, [one('db', 'refused'), one('db', 'answered', { id: '2' })]), `carried out | ${db}`);
  assert.equal(told(db, [one('db', 'refused'), one('q', 'refused')]), `refused | ${db} and 1 more`);
  // A hold that went with its guard can't be answered any more.
  assert.equal(told(db, [one('db', 'held')], { answerable: true }), `held | ${db}`);
  assert.equal(told(db, [one('db', 'held')], { answerable: false }), `held, lapsed | ${db}`);
  // The cluster's own no took nothing.
  assert.equal(
    told(db, [one('q', 'answered', { status: 200 }), one('db', 'answered', { status: 403 })]),
    'carried out | delete configmap e1/q',
  );
});

test('what was taken after an undo is not undone', () => {
  const undos = [undo('done')];
  const first = one('a', 'answered', { at: 1 });
  assert.match(told('', [first], { undos }), /^undone \|/);
  assert.match(told('', [first, one('b', 'answered', { at: 3 })], { undos }), /^partly undone \|/);
  assert.match(told('', [first, one('b', 'refused', { at: 3 })], { undos }), /^undone \|/);
  const again = { ...undo('done'), at: 4 };
  assert.match(
    told('', [first, one('b', 'answered', { at: 3 })], { undos: [...undos, again] }),
    /^undone \|/,
  );
});

test('softened and then made again is undone, never refused', () => {
  const softening = (state: string) => ({ requestId: 'a', state, owner: { name: 'a' } });
  const softenings = [softening('undone')] as unknown as ActFacts['softenings'];
  assert.match(told('', [one('a', 'softened')], { softenings }), /^undone \(made again\) \|/);
  assert.match(told('', [one('a', 'softened'), one('b', 'answered')], { softenings }), /^partly undone \|/);
  assert.match(told('', [one('a', 'softened')], { softenings, undos: [undo('done')] }), /^undone \|/);
});

test('what is softened still is so until it is finished, whatever its requests say', () => {
  const of = (...states: string[]) => ({
    softenings: states.map((state) => ({
      requestId: 'a',
      state,
      owner: { name: 'a' },
    })) as unknown as ActFacts['softenings'],
  });
  assert.match(told('', [one('a', 'softened')], of('finished')), /^finished \|/);
  assert.match(told('', [one('a', 'softened')], of('finished', 'softened')), /^softened \|/);
});

test('what the cluster itself refused was not carried out', () => {
  const refused = [403, 404, 405].map((status, n) => one(`db${n}`, 'answered', { id: `${n}`, status }));
  assert.equal(
    told('delete configmap e1/db0', refused),
    'not carried out | delete configmap e1/db0 and 2 more',
  );
});

test('of an act that goes through many it is told how far it is, as long as it goes on', () => {
  const ahead = { ...request('kept'), ahead: true as const };
  const story = (requests: RequestRecord[], expected?: number) =>
    ({
      act: { expected, lastAt: 1000, title: 't' },
      requests,
      softenings: [],
      undos: [],
    }) as unknown as ActFacts;
  const some = [request('answered'), request('answered'), request('kept'), ahead];
  assert.equal(progressOf(story(some, 60), 2000), '2 of 60');
  assert.equal(progressOf(story(some, 60), 60_000), undefined, 'nobody goes on with it');
  assert.equal(progressOf(story(some), 2000), undefined, 'nothing tells how many there are');
  assert.equal(progressOf(story([request('answered')], 60), 2000), undefined);
});
