import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asRead, check, isNewer, read, titleOf, written } from './forms.ts';
import { aHold, anAct, aRequest, aSnapshot, aSoften } from './testing/records.ts';

const FILE = '/state/journal.db';
const body = (record: object, more: object = {}) => JSON.stringify({ ...record, ...more });
const unknownVerb = { ...aRequest(), effect: { ...aRequest().effect, verb: 'prune' } };

test('a record is stored as it is, with its format; what is read back is the same without it', () => {
  const act = anAct();
  const text = written('act', act);
  assert.deepEqual(JSON.parse(text), { ...act, format: 1 });
  assert.deepEqual(read('act', { id: act.id, body: text }, FILE), act);
  // Of before there were formats.
  assert.deepEqual(read('act', { id: act.id, body: body(act) }, FILE), act);
});

test('what is in no schema stays in its record, in the order in which it was written', () => {
  const text = '{"later":[1],"format":1,'.concat(body(anAct()).slice(1));
  const found = read('act', { id: anAct().id, body: text }, FILE);
  assert.equal(JSON.stringify(found), '{"later":[1],'.concat(body(anAct()).slice(1)));
  const snapshot = { later: 1, ...aSnapshot() };
  assert.equal(asRead('snapshot', snapshot, 'the snapshot', FILE), snapshot);
});

test('what is no record at all is damaged, and said to be none', () => {
  for (const text of ['null', '5', '"text"', '[]', 'true'])
    assert.throws(() => read('act', { id: 'a', body: text }, FILE), {
      code: 'damaged',
      message: /the act a is damaged: it is no record/,
    });
});

test('what could not be read back is a fault of our own, told by its name, and not written', () => {
  const wrong = { ...anAct(), startedAt: 'yesterday' } as unknown as ReturnType<typeof anAct>;
  for (const way of [() => written('act', wrong), () => check('act', wrong)])
    assert.throws(way, {
      code: 'fault',
      message: /about to write the act act-000001 .*could not be read back: startedAt: /,
      next: /Nothing of it was written.*report/,
    });
  assert.doesNotThrow(() => check('act', anAct()));
  // A verb of tomorrow is no verb of ours to write.
  assert.throws(() => written('request', unknownVerb as unknown as ReturnType<typeof aRequest>), {
    code: 'fault',
  });
});

test('of many faults three are told, and how many more there are', () => {
  const { id } = anAct();
  assert.throws(
    () => check('act', { id } as ReturnType<typeof anAct>),
    (error: Error) => {
      const [, told = ''] = error.message.split('could not be read back: ');
      assert.equal(told.split('; ').length, 4);
      assert.match(told, /^context: .*; caller: .*; startedAt: .*; 3 more\.$/);
      return true;
    },
  );
});

test('another form is for a newer toolcrib to read; the form of today is not', () => {
  const at = (format: unknown) => read('act', { id: anAct().id, body: body(anAct(), { format }) }, FILE);
  assert.deepEqual(at(1), anAct());
  assert.throws(() => at(2), {
    code: 'newer',
    message: /\/state\/journal\.db, the act act-000001 .*its format is 2, and this one knows 1/,
  });
  for (const format of ['2', 1.5, null, {}]) assert.throws(() => at(format), { code: 'damaged' });
  assert.throws(() => read('act', { id: 'a', body: '{"format":99,"all":["is","another"]}' }, FILE), {
    code: 'newer',
  });
  const found = [2, 1, 0, 1.5, '2', undefined, 2 ** 60].map((format) => isNewer(format, 1));
  assert.deepEqual(found, [true, false, false, false, false, false, false]);
});

test('a word that is not known is of tomorrow, and named; anything else that is wrong is damage', () => {
  const request = (record: object) => () => read('request', { id: 'req-1', body: body(record) }, FILE);
  assert.throws(request(unknownVerb), {
    code: 'newer',
    message: /the request req-1 .*effect\.verb is “prune”/,
  });
  assert.throws(request({ ...aRequest(), state: 'paused' }), { code: 'newer', message: /state is “paused”/ });
  for (const record of [
    { ...unknownVerb, at: 'yesterday' },
    { ...aRequest(), state: 7 },
    { ...aRequest(), state: '' },
    { ...aRequest(), state: 'no word' },
    { ...aRequest(), state: 'w'.repeat(65) },
    { ...aRequest(), state: undefined },
    { ...aRequest(), path: undefined },
  ])
    assert.throws(request(record), { code: 'damaged', message: /the request req-1 is damaged/ });
  assert.throws(request({ ...aRequest(), state: 'w'.repeat(64) }), { code: 'newer' });
});

test('what is no record at all is damaged', () => {
  for (const text of ['', '{"id":', 'null', '[]', '7', '"act"'])
    assert.throws(() => read('act', { id: 'a', body: text }, FILE), {
      code: 'damaged',
      message: /the act a is damaged/,
    });
});

test('a row whose columns say something else than its record is damaged', () => {
  const hold = { code: 'K7QM', act_id: 'act-000001', state: 'open', body: body(aHold()) };
  assert.deepEqual(read('hold', hold, FILE), aHold());
  for (const [column, value] of [
    ['code', 'OTHER'],
    ['act_id', 'act-2'],
    ['state', 'approved'],
  ] as const)
    assert.throws(() => read('hold', { ...hold, [column]: value }, FILE), {
      code: 'damaged',
      message: new RegExp(`not what its ${column} says`),
    });
  assert.throws(() => read('act', { id: 'act-2', body: body(anAct()) }, FILE), {
    message: /not what its id says/,
  });
  // A column that was not asked for says nothing.
  assert.deepEqual(read('hold', { body: hold.body }, FILE), aHold());
});

test('a record is called by its id, its code, or the act that it belongs to', () => {
  assert.equal(titleOf('request', { id: 'r1', act_id: 'a1' }), 'the request r1');
  assert.equal(titleOf('hold', { code: 'K7QM', act_id: 'a1' }), 'the hold K7QM');
  assert.equal(titleOf('softening', { act_id: 'a1' }), 'the softened delete of a1');
  assert.equal(titleOf('softening', { ...aSoften() }), 'the softened delete of act-000001');
});
