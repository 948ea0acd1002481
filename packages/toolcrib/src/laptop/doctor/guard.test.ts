import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ToolcribError } from '@toolcrib/model';
import type { GuardStatus } from '../api/schema.ts';
import { version } from '../version.ts';
import { roomFor } from './disk.ts';
import { guard } from './guard.ts';
import { key } from './key.ts';
import { softened } from './softened.ts';
import { patient, states, texts } from './testing/patient.ts';

const status = (more: Partial<GuardStatus> = {}): GuardStatus => ({
  version,
  pid: 17,
  port: 20001,
  startedAt: 1,
  contexts: [],
  held: 0,
  journal: null,
  unsettled: 0,
  ending: null,
  policy: { file: null, error: null, rules: [], disabled: [] },
  softened: [],
  ...more,
});
const saying = (more: Partial<GuardStatus>) => guard.look({ ...patient(), guard: status(more) });

test('the guard: not there, not answering, as it should be, and each thing that is not', async () => {
  assert.deepEqual(states(await guard.look(patient())), ['note']);
  const silent = await guard.look({ ...patient(), silence: 'It hung up' });
  assert.deepEqual([states(silent), texts(silent)], [['unknown'], texts(silent)]);
  assert.match(texts(silent), /It hung up\./);
  assert.deepEqual(states(await saying({})), ['fine']);
  for (const [more, state, said] of [
    [{ version: '0.0.1' }, 'fault', /that runs is 0\.0\.1, and this command/],
    [{ policy: { file: null, error: 'broken', rules: [], disabled: [] } }, 'fault', /not in force.*broken\./],
    [{ ending: { requests: 1, until: 2 } }, 'note', /waits for 1 request\./],
    [{ held: 2 }, 'note', /2 requests held.*toolcrib held/],
    [{ unsettled: 1 }, 'note', /1 request it is not certain/],
  ] as const) {
    const [first, second, ...more_] = await saying(more as Partial<GuardStatus>);
    assert.deepEqual([first?.state, second?.state, more_.length], ['fine', state, 0]);
    assert.match(texts(second ? [second] : []), said);
  }
});

test('what is softened: by the guard, else by the journal; not known is not nothing', async () => {
  const one = patient({}, { 'state/journal/journal.db': '' });
  const soft = (state: 'by-hand' | 'waiting' | 'due' | 'overdue') =>
    softened.look({
      ...one,
      guard: status({ softened: [{ actId: 'act-1', what: 'Deployment a/b', finishAfter: 1, state }] }),
    });
  assert.deepEqual(states(await soft('overdue')), ['fault']);
  for (const state of ['by-hand', 'waiting', 'due'] as const) {
    const found = await soft(state);
    assert.deepEqual(states(found), ['note']);
    assert.match(texts(found), /Deployment a\/b: .*toolcrib finish act-1, or toolcrib undo act-1/);
  }
  const held = (unfinished: number) =>
    softened.look({ ...one, holdings: async () => ({ snapshots: 5, unfinished }) });
  assert.deepEqual(states(await held(0)), ['fine']);
  assert.match(texts(await held(1)), /^1 softened act is not finished/);
  assert.match(texts(await held(2)), /^2 softened acts are not finished/);
  const lost = { ...one, holdings: () => Promise.reject(new ToolcribError('damaged', 'No.')) };
  assert.deepEqual(states(await softened.look(lost)), ['unknown']);
});

test('the key: none yet, right, given, others can read it, missing beside a journal; never itself', async () => {
  const none = patient();
  assert.deepEqual(states(await key.look(none)), ['note']);
  const text = Buffer.alloc(32, 7).toString('base64');
  const one = patient({}, { 'state/journal/journal.db': '' });
  const lost = await key.look(one);
  assert.deepEqual(states(lost), ['fault']);
  assert.match(texts(lost), /is missing.*Put the key file back/);
  writeFileSync(join(one.paths.journal, 'key'), `${text}\n`, { mode: 0o600 });
  const found = await key.look(one);
  assert.deepEqual(states(found), ['fine']);
  chmodSync(join(one.paths.journal, 'key'), 0o644);
  const open = await key.look(one);
  assert.match(texts(open), /mode 0644: others can read/);
  const given = await key.look({ ...none, env: { TOOLCRIB_KEY: text } });
  assert.deepEqual(states(given), ['fine']);
  assert.match(texts(await key.look({ ...none, env: { TOOLCRIB_KEY: 'short' } })), /not 32 bytes/);
  for (const said of [found, open, given]) assert.ok(!texts(said).includes(text.slice(0, 8)));
});

test('how much room: enough, little, none, and no file more', () => {
  mkdirSync(patient().home, { recursive: true });
  for (const [bytes, left, state] of [
    [80e9, 5, 'fine'],
    [1e9, undefined, 'fine'],
    [999e6, 5, 'note'],
    [99e6, 5, 'fault'],
    [0, 5, 'fault'],
    [80e9, 0, 'fault'],
  ] as const)
    assert.equal(roomFor('/f', bytes, left).state, state, `${bytes} ${left}`);
  assert.equal(roomFor('/f', 80e9).text, '80 GB free at /f.');
});
