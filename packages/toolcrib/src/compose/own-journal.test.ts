import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { openJournal } from '@toolcrib/guard/journal';
import { anAct, aRequest, aSoften } from '@toolcrib/guard/journal/testing/records.ts';
import { ToolcribError } from '@toolcrib/model';
import { ownJournal, unfinishedContexts } from './own-journal.ts';

const fails = ({ message }: ToolcribError) => assert.fail(message);

test('what a newer toolcrib left over is not taken for ours, and what we left over is found beside it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-own-'));
  const clock = { now: () => 0, after: () => () => undefined };
  const journal = openJournal({ folder, key: Buffer.alloc(32, 7), clock });
  try {
    for (const [id, context] of [
      ['act-of-ours', 'prod'],
      ['act-of-tomorrow', 'stage'],
      ['act-with-one', 'test'],
    ] as const) {
      await journal.saveAct(anAct({ id, context }));
      await journal.saveRequest(aRequest({ id: `req-${id}`, actId: id, state: 'unsettled' }));
      await journal.saveSoften(aSoften({ actId: id, context, requestId: `req-${id}` }));
    }
    const database = new DatabaseSync(join(folder, 'journal.db'));
    const form = JSON.stringify({ format: 99 });
    database.prepare("UPDATE acts SET body = ? WHERE id = 'act-of-tomorrow'").run(form);
    for (const table of ['requests', 'softenings'])
      database.prepare(`UPDATE ${table} SET body = ? WHERE act_id = 'act-with-one'`).run(form);
    database.exec("DELETE FROM softenings WHERE act_id = 'act-of-tomorrow'");
    database.close();
    assert.deepEqual(await unfinishedContexts(journal, 'any', () => true, fails), ['prod']);
    for (const [context, wanted] of [
      ['prod', ['req-act-of-ours']],
      ['stage', []],
      ['test', []],
    ] as const) {
      const own = ownJournal(journal, context, new Set());
      const ids = (await own.requests({ state: 'unsettled' })).map(({ id }) => id);
      assert.deepEqual(ids, wanted, context);
    }
  } finally {
    await journal.close();
    rmSync(folder, { recursive: true });
  }
});

test('what is damaged is told, and what else is left over is found', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-own-'));
  const clock = { now: () => 0, after: () => () => undefined };
  const journal = openJournal({ folder, key: Buffer.alloc(32, 7), clock });
  try {
    for (const context of ['prod', 'stage', 'lost', 'no-act']) {
      await journal.saveAct(anAct({ id: context, context }));
      await journal.saveRequest(aRequest({ id: `req-${context}`, actId: context, state: 'unsettled' }));
      await journal.saveSoften(aSoften({ actId: context, context, requestId: `req-${context}` }));
    }
    const database = new DatabaseSync(journal.file);
    database.exec("UPDATE requests SET body = '{' WHERE act_id IN ('prod', 'lost')");
    database.exec("UPDATE softenings SET body = '{' WHERE act_id IN ('stage', 'lost')");
    database.exec(
      "UPDATE acts SET body = '{' WHERE id = 'no-act'; DELETE FROM softenings WHERE act_id = 'no-act'",
    );
    database.close();
    const told: string[] = [];
    const found = await unfinishedContexts(
      journal,
      'any',
      () => true,
      ({ message }) => told.push(message),
    );
    assert.deepEqual([found.sort(), told.length], [['prod', 'stage'], 5]);
    await assert.rejects(ownJournal(journal, 'prod', new Set()).requests({ state: 'unsettled' }), {
      code: 'damaged',
    });
    const own = ownJournal(journal, 'stage', new Set());
    assert.equal((await own.requests({ state: 'unsettled' }, undefined, () => undefined)).length, 1);
    assert.equal((await own.softenings({}, undefined, () => undefined)).length, 0);
  } finally {
    await journal.close();
    rmSync(folder, { recursive: true });
  }
});

/** A journal with an act, a request and a softening of each context; gone once the work is done. */
async function withActs(
  contexts: readonly string[],
  work: (journal: ReturnType<typeof openJournal>) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-own-'));
  const clock = { now: () => 0, after: () => () => undefined };
  const journal = openJournal({ folder, key: Buffer.alloc(32, 7), clock });
  try {
    for (const context of contexts) {
      await journal.saveAct(anAct({ id: context, context }));
      await journal.saveRequest(aRequest({ id: `req-${context}`, actId: context, state: 'unsettled' }));
      await journal.saveSoften(aSoften({ actId: context, context, requestId: `req-${context}` }));
    }
    await work(journal);
  } finally {
    await journal.close();
    rmSync(folder, { recursive: true });
  }
}

test('what is asked for by its act is told whole; by its state alone, what is the context’s own', () =>
  withActs(['prod', 'stage'], async (journal) => {
    await journal.saveRequest(aRequest({ id: 'of-no-act', actId: 'none', state: 'unsettled' }));
    const own = ownJournal(journal, 'prod', new Set());
    const ids = async (...asked: Parameters<typeof own.requests>) =>
      (await own.requests(...asked)).map(({ id }) => id).sort();
    const of = async (...asked: Parameters<typeof own.softenings>) =>
      (await own.softenings(...asked)).map(({ context }) => context).sort();
    assert.deepEqual(await ids({ state: 'unsettled' }), ['of-no-act', 'req-prod']);
    assert.deepEqual(await ids({ actId: 'stage' }), ['req-stage']);
    assert.deepEqual([await of(), await of({ state: 'started' })], [['prod'], ['prod']]);
    assert.deepEqual(await of({ actId: 'stage' }), ['stage']);
    // What the door still follows is not left over.
    const followed = ownJournal(journal, 'prod', new Set(['req-prod']));
    assert.deepEqual(
      (await followed.requests({ state: 'unsettled' })).map(({ id }) => id),
      ['of-no-act'],
    );
  }));

test('what is another guard’s is not left over here, nor what was undone and bears no mark any more', () =>
  withActs([], async (journal) => {
    const softened = (context: string, more: object) =>
      journal.saveSoften(aSoften({ actId: context, requestId: context, context, ...more }));
    await journal.renewLease('them', 1e9);
    await softened('theirs', { guard: 'them' });
    await softened('open', {});
    await softened('over', { state: 'undone' });
    await softened('marked', { state: 'undone', marked: true });
    await journal.saveRequest(aRequest({ id: 'of-no-act', actId: 'none', state: 'held' }));
    const isOurs = ({ guard }: { guard?: string | undefined }) => guard === undefined;
    const found = async (any?: string) => (await unfinishedContexts(journal, any, isOurs, fails)).sort();
    assert.deepEqual(await found(), ['marked', 'open']);
    assert.deepEqual(await found('anybody'), ['anybody', 'marked', 'open']);
  }));

test('a journal that can’t be read at all is no act that can’t be', () =>
  withActs(['prod'], async (journal) => {
    for (const error of [new Error('no such table'), new ToolcribError('journal', 'The disk is gone.')]) {
      const broken = { ...journal, act: () => Promise.reject(error) };
      const same = (thrown: unknown) => thrown === error;
      await assert.rejects(
        unfinishedContexts(
          broken,
          'any',
          () => true,
          () => undefined,
        ),
        same,
      );
      const own = ownJournal(broken, 'prod', new Set());
      await assert.rejects(
        own.requests({ state: 'unsettled' }, undefined, () => undefined),
        same,
      );
    }
  }));
