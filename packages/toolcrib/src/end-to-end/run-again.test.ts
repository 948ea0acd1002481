import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { chart, WEB } from '@toolcrib/guard/testing/chart.ts';
import { inNamespace, paths, put, seen, until } from '@toolcrib/guard/testing/target.ts';
import { realClients } from '@toolcrib/sandbox';
import { openGuardedSandbox, openStage, type Stage } from '../testing/stage.ts';

// Held, approved, and typed again: as one act, or the way back is told. With the real tools.

let stage: Stage;
before(async () => {
  const rules = [
    { name: 'releases', when: 'effect.resource == "releases"', then: 'hold' },
    { name: 'limits', when: 'effect.resource == "limitranges"', then: 'hold' },
    { name: 'services', when: 'effect.resource == "services"', then: 'hold' },
  ];
  stage = await openStage(openGuardedSandbox, { rules, waitSeconds: 1 });
});
after(() => stage?.close());

const approved = async (namespace: string) => {
  const hold = (await stage.holds(namespace)).find(({ state }) => state === 'open');
  assert.ok(hold);
  const said = await stage.home.cli('approve', hold.code, '--as-sent');
  assert.equal(said.code, 0, said.stderr);
  const act = /toolcrib undo (act-\w+)/.exec(said.stdout + said.stderr)?.[1];
  assert.ok(act, said.stderr);
  return { hold, act };
};

test('run -- helm uninstall: one yes for all of it, also under the next run', () =>
  inNamespace(stage.target, async (namespace) => {
    const { helm } = await realClients();
    const folder = chart(stage.home.folder, `${namespace}-web`, WEB);
    const kubeconfig = stage.guard.kubeconfig('observe');
    const installed = await stage.home.launch(helm, ['install', 'web', folder, '-n', namespace], {
      kubeconfig,
    }).done;
    assert.equal(installed.code, 0, installed.stderr);
    const uninstall = () => stage.home.cli('run', '--', helm, 'uninstall', 'web', '-n', namespace);
    assert.equal((await uninstall()).code, 1);
    const { act } = await approved(namespace);
    const done = await uninstall();
    assert.equal(done.code, 0, done.stderr);
    assert.equal(await seen(stage.target, `${paths.core(namespace, 'services')}/web`), undefined);
    assert.equal((await stage.holds(namespace)).length, 1);
    assert.equal((await stage.home.cli('undo', act)).code, 0);
    assert.ok(await seen(stage.target, `${paths.core(namespace, 'services')}/web`));
  }));

test('run -- kubectl delete of several kinds: the same', () =>
  inNamespace(stage.target, async (namespace) => {
    const { kubectl } = await realClients();
    const applied = await stage.run('observe', ['apply', '-n', namespace, '-f', '-'], WEB);
    assert.equal(applied.code, 0, applied.stderr);
    const remove = () =>
      stage.home.cli('run', '--', kubectl, 'delete', 'svc/web', 'deploy/web', 'cm/conf', '-n', namespace);
    assert.equal((await remove()).code, 1);
    const { act } = await approved(namespace);
    const done = await remove();
    assert.equal(done.code, 0, done.stderr);
    await until(
      'all is gone',
      async () => (await seen(stage.target, `${paths.apps(namespace, 'deployments')}/web`)) === undefined,
    );
    assert.equal((await stage.home.cli('undo', act)).code, 0);
    assert.ok(await seen(stage.target, `${paths.core(namespace, 'services')}/web`));
  }));

test('another program uses the yes: the refused act names the one in which it went, and its undo is no success', () =>
  inNamespace(stage.target, async (namespace) => {
    const path = `${paths.core(namespace, 'limitranges')}/a`;
    await put(stage.target, paths.core(namespace, 'limitranges'), {
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: { name: 'a' },
      spec: { limits: [{ type: 'Container', max: { cpu: '64' } }] },
    });
    assert.equal((await stage.send('DELETE', path)).status, 403);
    const { hold } = await approved(namespace);
    const another = await stage.run('enforce', ['delete', '--raw', path]);
    assert.equal(another.code, 0, another.stderr);
    const acts = await stage.home.journal().acts();
    const went = acts.find(({ id, title }) => id !== hold.actId && title.includes(`${namespace}/`));
    assert.ok(went);
    const wrong = await stage.home.cli('undo', hold.actId);
    assert.equal(wrong.code, 1, wrong.stdout);
    assert.match(wrong.stderr, new RegExp(`toolcrib undo ${went.id}`));
    const told = await stage.home.cli('log', hold.actId);
    assert.match(told.stdout, new RegExp(`Undo: toolcrib undo ${went.id}`));
    assert.equal((await stage.home.cli('undo', went.id)).code, 0);
    assert.ok(await seen(stage.target, path));
  }));
