import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import { inNamespace, paths, put, seen } from '@toolcrib/guard/testing/target.ts';
import { runDeployment } from '@toolcrib/guard/testing/workloads.ts';
import {
  type GuardedTarget,
  openGuardedSandbox,
  openStage,
  type Reply,
  type Stage,
} from '../testing/stage.ts';

// What can't be kept does not go; reads and harmless writes do. The whole guard, and a journal that fails under it.

let cluster: GuardedTarget;
let stage: Stage;
before(async () => {
  cluster = await openGuardedSandbox();
  stage = await openStage(async () => cluster, { waitSeconds: 0 });
});
after(() => stage?.close());

const mapsAt = (namespace: string) => paths.core(namespace, 'configmaps');
const addMap = (namespace: string, name: string, size = 1) =>
  put(stage.target, mapsAt(namespace), {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name },
    // Random: nothing can be squeezed out of it.
    data: { bytes: randomBytes(size).toString('base64') },
  });
const notKeptCode = (reply: Reply) =>
  reply.body.details?.causes?.find(({ reason }) => reason === 'ToolcribNotKept')?.message ?? '';

for (const context of ['enforce', 'observe']) {
  test(`${context}: the journal's folder is gone: reads pass, deletes don't, and go again once it is back`, () =>
    inNamespace(stage.target, async (namespace) => {
      const { pods } = await runDeployment(stage.target, namespace, 'web', 1);
      await addMap(namespace, 'a');
      await addMap(namespace, 'b');
      const { journal } = stage.home.paths;
      renameSync(journal, `${journal}.away`);
      // A file in its place: nobody, root neither, can make the folder anew.
      writeFileSync(journal, '');
      try {
        const status = await stage.home.cli('guard', 'status');
        assert.match(status.stdout, /journal .*nothing destructive passes/);
        const read = await stage.run(context, ['get', 'configmap', 'a', '-n', namespace]);
        assert.equal(read.code, 0, read.stderr);
        const up = await stage.run(context, ['scale', 'deployment/web', '--replicas=2', '-n', namespace]);
        assert.equal(up.code, 0, up.stderr);
        const label = await stage.run(context, ['label', 'deployment/web', 'a=b', '-n', namespace]);
        assert.equal(label.code, 0, label.stderr);
        // Also what every rule would let pass.
        const pod = await stage.send('DELETE', `${paths.pods(namespace)}/${pods[0]?.metadata.name}`, {
          context,
        });
        assert.equal(pod.status, 403);
        const said = await stage.run(context, ['delete', 'configmap', 'a', '-n', namespace]);
        assert.equal(said.code, 1);
        assert.match(said.stderr, /could not be kept \(.*journal/);
        const code = /toolcrib approve (\S+) --as-sent --without-net a/.exec(said.stderr)?.[1] ?? '';
        assert.ok(code, said.stderr);
        assert.deepEqual(await stage.deletes(namespace), []);

        const plain = await stage.home.cli('approve', code, '--as-sent');
        assert.equal(plain.code, 2);
        assert.match(plain.stderr, /without a net or not at all/);
        assert.equal((await stage.home.cli('approve', code, '--as-sent', '--without-net', 'b')).code, 2);
        assert.deepEqual(await stage.deletes(namespace), []);
        const named = await stage.home.cli('approve', code, '--as-sent', '--without-net', 'a');
        assert.equal(named.code, 0, named.stderr);
        const gone = await stage.run(context, ['delete', 'configmap', 'a', '-n', namespace]);
        assert.equal(gone.code, 0, gone.stderr);
        assert.match(gone.stderr, /sent without a net, it can't be undone/);
        assert.equal(await seen(stage.target, `${mapsAt(namespace)}/a`), undefined);
        assert.equal((await stage.send('DELETE', `${mapsAt(namespace)}/b`, { context })).status, 403);
      } finally {
        rmSync(journal);
        renameSync(`${journal}.away`, journal);
      }
      const again = await stage.send('DELETE', `${mapsAt(namespace)}/b`, { context });
      assert.equal(again.status, 200, JSON.stringify(again.body));
      const { stdout } = await stage.home.cli('log', '-n', '1', '-o', 'json');
      const undone = await stage.home.cli('undo', JSON.parse(stdout)[0].act.id);
      assert.equal(undone.code, 0, undone.stdout + undone.stderr);
      assert.ok(await seen(stage.target, `${mapsAt(namespace)}/b`));
    }));
}

test('another process holds the journal: deletes are refused together, everything else answers meanwhile', () =>
  inNamespace(stage.target, async (namespace) => {
    for (const name of ['before', 'a', 'b', 'c', 'd']) await addMap(namespace, name);
    assert.equal((await stage.send('DELETE', `${mapsAt(namespace)}/before`)).status, 200);
    const database = new DatabaseSync(join(stage.home.paths.journal, 'journal.db'), { timeout: 5000 });
    database.exec('BEGIN IMMEDIATE');
    try {
      const started = performance.now();
      const refused = ['a', 'b', 'c', 'd'].map((name) =>
        stage.send('DELETE', `${mapsAt(namespace)}/${name}`),
      );
      assert.deepEqual(await stage.holds(namespace), []);
      const answered = performance.now() - started;
      for (const { status, body } of await Promise.all(refused)) {
        assert.equal(status, 403);
        assert.match(body.message ?? '', /could not be kept \(.*is held by another process/);
      }
      const took = performance.now() - started;
      assert.ok(answered < took / 2, `the API answered after ${answered} ms, the deletes after ${took} ms`);
      assert.ok(took < 15_000, `each waited for itself: ${took} ms`);
      const log = await stage.home.cli('log', '-n', '1');
      assert.equal(log.code, 0, log.stderr);
      assert.match(log.stdout, /before/);
      assert.deepEqual(
        (await stage.deletes(namespace)).map(({ path }) => path.split('/').pop()),
        ['before'],
      );
    } finally {
      database.exec('ROLLBACK');
      database.close();
    }
    assert.equal((await stage.send('DELETE', `${mapsAt(namespace)}/a`)).status, 200);
  }));

test('--without-net is nothing for what can be kept', () =>
  inNamespace(stage.target, async (namespace) => {
    await runDeployment(stage.target, namespace, 'web', 1);
    const path = `${paths.apps(namespace, 'deployments')}/web`;
    const refused = await stage.send('DELETE', path);
    const code = refused.body.details?.causes?.[0]?.message ?? '';
    const said = await stage.home.cli('approve', code, '--as-sent', '--without-net', 'anything');
    assert.equal(said.code, 2);
    assert.match(said.stderr, /can be kept/);
    assert.equal((await stage.send('DELETE', path)).status, 403);
  }));

test('a disk that fills up: refused from there on, reads pass, and all that went before can be undone', async () => {
  await stage.guard.stop();
  const full = await stage.home.start(400);
  // The stage's own way leads to the guard that was stopped; this one has the same port and tokens.
  try {
    await inNamespace(stage.target, async (namespace) => {
      const went: string[] = [];
      let refused: Reply | undefined;
      for (let i = 0; i < 20 && !refused; i++) {
        await addMap(namespace, `m${i}`, 60_000);
        const reply = await stage.send('DELETE', `${mapsAt(namespace)}/m${i}`);
        if (reply.status === 200) went.push(`m${i}`);
        else refused = reply;
      }
      assert.ok(went.length > 0, full.log());
      assert.equal(refused?.status, 403, full.log());
      assert.match(refused?.body.message ?? '', /could not be kept/);
      assert.ok(notKeptCode(refused as Reply));
      assert.ok(await seen(stage.target, `${mapsAt(namespace)}/m${went.length}`));
      assert.deepEqual(
        (await stage.deletes(namespace)).map(({ path }) => path.split('/').pop()),
        went,
      );
      const read = await stage.run('enforce', ['get', 'configmaps', '-n', namespace]);
      assert.equal(read.code, 0, read.stderr);
      await full.stop();
      const { stdout } = await stage.home.cli('log', '-n', '50', '-o', 'json');
      const stories = (JSON.parse(stdout) as { act: { id: string; title: string } }[]).filter(({ act }) =>
        act.title.includes(namespace),
      );
      for (const { act } of stories) {
        const undone = await stage.home.cli('undo', act.id);
        assert.equal(undone.code, 0, undone.stdout + undone.stderr);
      }
      for (const name of went) assert.ok(await seen(stage.target, `${mapsAt(namespace)}/${name}`), name);
    });
  } finally {
    await full.stop();
  }
});
