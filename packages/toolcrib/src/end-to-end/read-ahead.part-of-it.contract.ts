import assert from 'node:assert/strict';
import { Agent } from 'node:https';
import { before, test } from 'node:test';
import { inNamespace, items, paths, put, until } from '@toolcrib/guard/testing/target.ts';
import type { KubeObject } from '@toolcrib/kube';
import {
  ahead,
  assertPinned,
  at,
  begun,
  keptOf,
  map,
  names,
  requests,
  session,
  settled,
} from '../testing/kubectl-session.ts';
import type { Stage } from '../testing/stage.ts';

/** As a single GET gives it. */
function complete(item: KubeObject): KubeObject {
  return { ...item, apiVersion: 'v1', kind: 'ConfigMap' };
}

/** Who and what has a part in it, and what is left of it at the end. */
export function readAheadPartOfItContract(opened: () => Stage): void {
  let stage: Stage;
  before(() => {
    stage = opened();
  });

  for (const context of ['observe', 'enforce']) {
    test(`${context}: what comes next is kept before it is asked for, goes pinned, and an undo brings all back`, () =>
      inNamespace(stage.target, async (namespace) => {
        const own = await begun(stage, namespace, context);
        const were = await items(stage.target, at(namespace));
        assert.deepEqual(
          await keptOf(stage, namespace, 'm2'),
          were.filter(({ metadata }) => metadata.name === 'm2').map(complete),
        );
        for (const name of ['m2', 'm3']) assert.equal((await own.delete(name)).status, 200);
        const all = await settled(stage, namespace);
        assert.deepEqual(
          all.map(({ state, status, ahead: is, actId }) => [state, status, is, actId === all[0]?.actId]),
          [1, 2, 3].map(() => ['answered', 200, undefined, true]),
        );
        const uids = new Map(were.map(({ metadata }) => [at(namespace, metadata.name), metadata.uid]));
        const sent = await stage.deletes(namespace);
        assert.equal(sent.length, 3);
        for (const { path, uid } of sent.slice(1)) assertPinned(uid, uids.get(path));
        const undo = await stage.home.cli('undo', all[0]?.actId ?? '');
        assert.equal(undo.code, 0, `${undo.stdout}${undo.stderr}`);
        assert.deepEqual(await names(stage, namespace), ['m1', 'm2', 'm3']);
        const act = await stage.home.journal().act(all[0]?.actId ?? '');
        assert.equal(act?.soFar, 3);
      }));
  }

  test('whoever sends something else has no part in it: another session, other options, a dry run, another person', () =>
    inNamespace(stage.target, async (namespace) => {
      const own = await begun(stage, namespace);
      const dry = await own.delete('m2', { body: { kind: 'DeleteOptions', dryRun: ['All'] } });
      assert.equal(dry.status, 200);
      assert.deepEqual(await names(stage, namespace), ['m2', 'm3'], 'nothing but a pretence');
      const other = session(stage, namespace);
      assert.equal((await other.delete('m2')).status, 200);
      const grace = { kind: 'DeleteOptions', gracePeriodSeconds: 5 };
      await put(stage.target, at(namespace), map('m4'));
      assert.equal((await own.delete('m4', { body: grace })).status, 200);
      // Who may not even look is asked for a yes, whatever was judged for somebody else.
      const nobody = await own.delete('m3', { headers: { 'impersonate-user': 'nobody-at-all' } });
      assert.equal(nobody.status, 403);
      assert.deepEqual(await names(stage, namespace), ['m3']);
      const all = await settled(stage, namespace);
      assert.equal(new Set(all.map(({ actId }) => actId)).size > 1, true);
      assert.deepEqual(
        all.filter(({ ahead: is }) => is),
        [],
      );
    }));

  test('its client hangs up: nothing is left of what it did not ask for, and an undo takes back the rest', () =>
    inNamespace(stage.target, async (namespace) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const own = await begun(stage, namespace, 'enforce', agent);
      assert.equal((await own.delete('m2')).status, 200);
      agent.destroy();
      await until('it is forgotten', async () => (await ahead(stage, namespace)).length === 0);
      const all = await settled(stage, namespace);
      assert.deepEqual(
        all.map(({ path }) => path),
        [at(namespace, 'm1'), at(namespace, 'm2')],
      );
      const undo = await stage.home.cli('undo', all[0]?.actId ?? '');
      assert.equal(undo.code, 0, `${undo.stdout}${undo.stderr}`);
      assert.doesNotMatch(undo.stdout, /m3/);
    }));

  for (const then of ['hold', 'deny'] as const)
    test(`rules that are changed in between count from the next request on: ${then}`, () =>
      inNamespace(stage.target, async (namespace) => {
        const own = await begun(stage, namespace);
        const when = 'effect.resource == "configmaps"';
        try {
          stage.home.policy({ waitSeconds: 0, rules: [{ name: 'no-maps', when, then }] });
          assert.equal((await own.delete('m2')).status, 403);
          assert.equal((await own.delete('m3')).status, 403);
          assert.deepEqual(await names(stage, namespace), ['m2', 'm3']);
        } finally {
          stage.home.policy({ waitSeconds: 0 });
        }
      }));

  test('its session lists once more: what comes next is judged by all that it goes through then', () =>
    inNamespace(stage.target, async (namespace) => {
      const own = await begun(stage, namespace);
      const secrets = paths.core(namespace, 'secrets');
      assert.equal(
        (await stage.send('GET', secrets, { context: 'enforce', headers: own.headers })).status,
        200,
      );
      assert.equal((await own.delete('m2')).status, 200);
      const [, second] = await requests(stage, namespace);
      assert.notEqual(second?.ahead, true);
      const all = await requests(stage, namespace);
      // It was judged when it came, and its record is no longer the one that was made before.
      assert.equal(all.filter(({ path }) => path === at(namespace, 'm2')).length, 1);
      assert.equal((await own.delete('m3')).status, 200);
      await settled(stage, namespace);
    }));

  test('a rule that counts what went so far is asked about each, as if it had come by itself', () =>
    inNamespace(stage.target, async (namespace) => {
      const many = [1, 2, 3, 4, 5].map((n) => `m${n}`);
      try {
        stage.home.policy({ waitSeconds: 0, rules: [{ name: 'some', when: 'act.soFar > 3', then: 'deny' }] });
        for (const name of many) await put(stage.target, at(namespace), map(name));
        const own = session(stage, namespace);
        await own.list();
        const codes: number[] = [];
        for (const name of many) codes.push((await own.delete(name)).status);
        assert.deepEqual(codes, [200, 200, 200, 403, 403]);
        assert.deepEqual(await names(stage, namespace), ['m4', 'm5']);
      } finally {
        stage.home.policy({ waitSeconds: 0 });
      }
    }));

  test('killed in between: what was never asked for is not said to have gone, and what went comes back', () =>
    inNamespace(stage.target, async (namespace) => {
      const own = await begun(stage, namespace);
      assert.equal((await own.delete('m2')).status, 200);
      await stage.guard.kill();
      const killed = await requests(stage, namespace);
      assert.ok(killed.every(({ state }) => state === 'kept' || state === 'answered'));
      assert.equal(killed.length, 3);
      stage.guard = await stage.home.start();
      const undo = await stage.home.cli('undo', killed[0]?.actId ?? '');
      // Of the third nobody can say yet that it was not sent.
      assert.equal(undo.code, 3, `${undo.stdout}${undo.stderr}`);
      assert.deepEqual(await names(stage, namespace), ['m1', 'm2', 'm3']);
      await until('what went is known', async () => {
        const found = (await requests(stage, namespace)).find(({ path }) => path === at(namespace, 'm2'));
        return found?.state === 'carried-out' || found?.state === 'answered' || found?.state === 'unsettled';
      });
      const third = (await requests(stage, namespace)).find(({ path }) => path === at(namespace, 'm3'));
      assert.notEqual(third?.state, 'carried-out');
    }));
}
