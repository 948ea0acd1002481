import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import { inNamespace, paths, put, seen } from '@toolcrib/guard/testing/target.ts';
import type { RecordKind } from '@toolcrib/model';
import { openGuardedSandbox, openStage, type Stage } from '../testing/stage.ts';

// A newer toolcrib had this journal in between: of each act but one a single record is in a form that is not known here.
const FORM = JSON.stringify({ format: 99, all: 'is another' });

/** How each kind of record comes to be one of tomorrow, for an act with one request. */
const KINDS: Record<RecordKind, (actId: string) => [sql: string, ...values: SQLInputValue[]]> = {
  act: (actId) => ['UPDATE acts SET body = ? WHERE id = ?', FORM, actId],
  request: (actId) => ['UPDATE requests SET body = ? WHERE act_id = ?', FORM, actId],
  snapshot: (actId) => ['UPDATE snapshots SET format = 99 WHERE act_id = ?', actId],
  hold: (actId) => [
    `INSERT INTO holds (code, act_id, context, created_at, state, revision, body)
     SELECT 'T' || id, id, context, 1, 'postponed', 1, ? FROM acts WHERE id = ?`,
    FORM,
    actId,
  ],
  softening: (actId) => [
    `INSERT INTO softenings (act_id, request_id, owner_uid, finish_after, state, body)
     SELECT act_id, id, 'u', 1, 'postponed', ? FROM requests WHERE act_id = ?`,
    FORM,
    actId,
  ],
  undo: (actId) => [
    "INSERT INTO undos (id, act_id, at, body) SELECT 'undo-' || id, id, 1, ? FROM acts WHERE id = ?",
    FORM,
    actId,
  ],
};
const kinds = Object.keys(KINDS) as RecordKind[];

describe('records of a newer toolcrib in the journal', () => {
  let stage: Stage;
  before(async () => {
    stage = await openStage(openGuardedSandbox, { waitSeconds: 0 });
  });
  after(() => stage?.close());

  test('are told as such, and in the way of no other act: log shows it, undo brings it back', () =>
    inNamespace(stage.target, async (namespace) => {
      const at = paths.core(namespace, 'configmaps');
      const acts: Record<string, string> = {};
      for (const name of ['today', ...kinds]) {
        await put(stage.target, at, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });
        const session = { 'user-agent': 'kubectl/v1.35.0', 'kubectl-session': `${name}-${namespace}` };
        const { status } = await stage.send('DELETE', `${at}/${name}`, { headers: session });
        assert.equal(status, 200);
        const { stdout } = await stage.home.cli('log', '-n', '1', '-o', 'json');
        acts[name] = JSON.parse(stdout)[0].act.id;
      }
      const database = new DatabaseSync(join(stage.home.paths.journal, 'journal.db'), { timeout: 5000 });
      for (const kind of kinds) {
        const [sql, ...values] = KINDS[kind](acts[kind] ?? '');
        assert.equal(database.prepare(sql).run(...values).changes, 1, kind);
      }
      const word = "json_set(body, '$.effect.verb', 'prune')";
      const { changes } = database
        .prepare(`UPDATE requests SET body = ${word} WHERE act_id = ?`)
        .run(acts.undo ?? '');
      assert.equal(changes, 1);
      database.close();

      const log = await stage.home.cli('log');
      assert.equal(log.code, 0, log.stderr);
      for (const name of ['today', ...kinds])
        assert.equal(log.stdout.includes(acts[name] ?? '-'), name !== 'act', `${name}\n${log.stdout}`);
      assert.match(log.stdout, new RegExp(`${acts.today} +carried out`));
      // A snapshot is not opened for the log.
      for (const name of ['request', 'softening', 'undo'])
        assert.match(log.stdout, new RegExp(`${acts[name]} +not known here`));
      assert.match(log.stderr, /newer toolcrib.*Update toolcrib/s);
      assert.doesNotMatch(log.stdout + log.stderr, /damaged:/);

      for (const kind of kinds) {
        const id = acts[kind] ?? '';
        const one = await stage.home.cli('log', id);
        assert.equal(one.code, kind === 'act' ? 3 : 0, one.stderr);
        if (kind !== 'snapshot') assert.match(one.stdout + one.stderr, /written by a newer toolcrib/, kind);
        if (kind !== 'snapshot') assert.doesNotMatch(one.stdout, /Undo: /, kind);
        const undo = await stage.home.cli('undo', id);
        assert.equal(undo.code, 3, `${kind}: ${undo.stdout}${undo.stderr}`);
        assert.match(undo.stderr, /written by a newer toolcrib.*Update toolcrib/s, kind);
        assert.equal(await seen(stage.target, `${at}/${kind}`), undefined, `${kind}: nothing by halves`);
      }
      const finish = await stage.home.cli('finish', acts.softening ?? '');
      assert.equal(finish.code, 3, finish.stderr);
      assert.match(finish.stderr, /newer toolcrib/);

      const undo = await stage.home.cli('undo', acts.today ?? '');
      assert.equal(undo.code, 0, undo.stderr);
      assert.ok(await seen(stage.target, `${at}/today`));
    }));
});
