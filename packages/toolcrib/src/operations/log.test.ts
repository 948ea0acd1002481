import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import { loadKey, openJournal, type SqliteJournal } from '@toolcrib/guard/journal';
import { aHold, aRequest } from '@toolcrib/guard/journal/testing/records.ts';
import { type Act, type Journal, ToolcribError } from '@toolcrib/model';
import { act } from './act.ts';
import type { Context } from './context.ts';
import { log } from './log.ts';
import { perform } from './operation.ts';

// A journal of five acts; which contexts a kubeconfig has is compose's to say.

const folder = mkdtempSync(join(tmpdir(), 'toolcrib-log-'));
const clock = { now: () => 1_000_000, after: () => () => undefined };
let journal: SqliteJournal;
before(async () => {
  journal = openJournal({ folder, key: loadKey({ folder, env: {} }), clock });
  const caller = { person: 'aiko', token: 't', claim: { userAgent: 'kubectl/v1.35.2' } };
  for (const [at, context] of ['prod', 'prod', 'test', 'prod~0a1b2c3d', 'gone'].entries()) {
    const act: Act = {
      id: `act-${at}`,
      context,
      caller,
      startedAt: at,
      lastAt: at,
      soFar: 1,
      title: `act ${at}`,
    };
    await journal.saveAct(act);
  }
});
after(async () => {
  await journal.close();
  rmSync(folder, { recursive: true });
});

const contextOver = (over: Journal) =>
  ({
    journal: async () => over,
    guard: async () => {
      throw new ToolcribError('not-running', 'No guard runs.');
    },
    knownContext: async (name: string) => {
      throw new ToolcribError('unknown-context', `There is no context ${name}.`, { next: 'Look for it.' });
    },
    clock,
  }) as Partial<Context> as Context;

async function told(input: object, over: Journal = journal) {
  const { stories, older, newer } = await perform(log, contextOver(over), input);
  assert.deepEqual(newer, []);
  return { acts: stories.map(({ act }) => act.id), older };
}

test('page after page: newest first, and whether there are older ones', async () => {
  assert.deepEqual(await told({}), { acts: ['act-4', 'act-3', 'act-2', 'act-1', 'act-0'], older: false });
  assert.deepEqual(await told({ limit: 2 }), { acts: ['act-4', 'act-3'], older: true });
  assert.deepEqual(await told({ limit: 2, before: 'act-3' }), { acts: ['act-2', 'act-1'], older: true });
  assert.deepEqual(await told({ limit: 2, before: 'act-1' }), { acts: ['act-0'], older: false });
  assert.deepEqual(await told({ before: 'act-0' }), { acts: [], older: false });
  await assert.rejects(told({ before: 'act-9' }), { code: 'not-found', message: /no act act-9/ });
});

test('acts of a newer toolcrib between them end no page, and hide none behind them', async () => {
  const database = new DatabaseSync(journal.file);
  const bodies = database.prepare("SELECT id, body FROM acts WHERE id IN ('act-3', 'act-2')").all();
  database.exec(`UPDATE acts SET body = '{"format":99}' WHERE id IN ('act-3', 'act-2')`);
  try {
    const told = async (input: object) => {
      const { stories, older, newer } = await perform(log, contextOver(journal), input);
      return { acts: stories.map(({ act }) => act.id), older, newer: newer.length };
    };
    assert.deepEqual(await told({ limit: 1 }), { acts: ['act-4'], older: true, newer: 2 });
    assert.deepEqual(await told({ limit: 1, before: 'act-4' }), { acts: ['act-1'], older: true, newer: 2 });
    assert.deepEqual(await told({ limit: 2, before: 'act-4' }), {
      acts: ['act-1', 'act-0'],
      older: false,
      newer: 2,
    });
  } finally {
    for (const { id, body } of bodies)
      database.prepare('UPDATE acts SET body = ? WHERE id = ?').run(body ?? null, id ?? null);
    database.close();
  }
});

test('a damaged act is told, and hides none of the others', async () => {
  const database = new DatabaseSync(journal.file);
  const { body } = database.prepare("SELECT body FROM acts WHERE id = 'act-3'").get() ?? {};
  database.exec("UPDATE acts SET body = '{' WHERE id = 'act-3'");
  try {
    const { stories, older, damaged } = await perform(log, contextOver(journal), { limit: 2 });
    assert.deepEqual([stories.map(({ act }) => act.id), older], [['act-4', 'act-2'], true]);
    assert.equal(damaged.length, 1);
    assert.match(damaged[0] ?? '', /act-3 is damaged/);
  } finally {
    database.prepare("UPDATE acts SET body = ? WHERE id = 'act-3'").run(body ?? null);
    database.close();
  }
});

test('a damaged hold is told by its act, in the list and alone, and hides neither', async () => {
  await journal.saveRequest(aRequest({ actId: 'act-1', state: 'refused' }));
  await journal.saveHold(aHold({ code: 'BCDFG', actId: 'act-1', context: 'prod' }));
  const database = new DatabaseSync(journal.file);
  try {
    database.exec("UPDATE holds SET body = '{' WHERE code = 'BCDFG'");
    const { stories } = await perform(log, contextOver(journal), { limit: 5 });
    assert.equal(stories.length, 5);
    const listed = stories.find((one) => one.act.id === 'act-1');
    const alone = await perform(act, contextOver(journal), { act: 'act-1' });
    for (const one of [listed, alone]) {
      assert.equal(one?.damaged?.length, 1);
      assert.match(one?.damaged?.[0] ?? '', /BCDFG is damaged/);
      assert.equal(one?.became.word, 'not known here');
    }
  } finally {
    database.exec('DELETE FROM holds; DELETE FROM requests');
    database.close();
  }
});

test('a context stands for all of its name, with a mark for itself alone; older ones are of it too', async () => {
  assert.deepEqual(await told({ context: 'prod', limit: 2 }), { acts: ['act-3', 'act-1'], older: true });
  assert.deepEqual(await told({ context: 'prod', before: 'act-1' }), { acts: ['act-0'], older: false });
  assert.deepEqual(await told({ context: 'prod~0a1b2c3d' }), { acts: ['act-3'], older: false });
  // The older one is of another context.
  assert.deepEqual(await told({ context: 'test', limit: 1 }), { acts: ['act-2'], older: false });
});

test('a context of which nothing was found and that nobody has: told which there are', async () => {
  assert.deepEqual(await told({ context: 'gone' }), { acts: ['act-4'], older: false });
  await assert.rejects(told({ context: 'prdo' }), {
    code: 'unknown-context',
    message: /no context prdo/,
    next: /Look for it\.\n.*In the log are: .*prod/,
  });
  // Why it is not known is told as it is where it is for another reason.
  const knownBy = (error: Error) => {
    const knownContext = () => Promise.reject(error);
    return perform(log, { ...contextOver(journal), knownContext }, { context: 'prdo' });
  };
  const broken = new ToolcribError('bad-file', 'The kubeconfig is none.');
  await assert.rejects(knownBy(broken), (thrown) => thrown === broken);
  await assert.rejects(knownBy(new ToolcribError('no-kubeconfig', 'There is none.')), {
    code: 'no-kubeconfig',
    next: /^\n {2}→ In the log are: .*prod/,
  });
  const nothing = { ...journal, acts: async () => [] };
  await assert.rejects(told({ context: 'prdo' }, nothing), { code: 'unknown-context', next: 'Look for it.' });
});

test('it only looks', () => {
  assert.equal(log.looks, true);
});

test('more than a thousand are not told at once, and not less than one', async () => {
  for (const limit of [0, 1_001, 1.5]) await assert.rejects(told({ limit }), { code: 'usage' });
});

test('one act says of what was held what became of it since, and its records stay as they were written', async () => {
  const note = 'held; nobody has said yes yet';
  const request = aRequest({ id: 'req-held', actId: 'act-0', state: 'refused', note });
  await journal.saveRequest(request);
  const answer = { as: 'as-sent', by: 'ben', at: 2 } as const;
  await journal.saveHold(
    aHold({ code: 'USEDX', actId: 'act-0', requestId: 'req-held', state: 'used', answer }),
  );
  const { requests } = await perform(act, contextOver(journal), { act: 'act-0' });
  assert.deepEqual(
    requests.map((one) => one.note),
    ['held as USEDX; ben said yes afterwards, and it was sent again'],
  );
  const [stored] = await journal.requests({ actId: 'act-0' });
  assert.equal(stored?.note, note);
});
