import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { WEB } from '@toolcrib/guard/testing/chart.ts';
import { inNamespace, paths, seen, until } from '@toolcrib/guard/testing/target.ts';
import { realClients } from '@toolcrib/sandbox';
import type { Stage } from '../testing/stage.ts';
import { at, running, standing, titles } from '../testing/web-chart.ts';

/** Deletes by kubectl, of several kinds and from several sources. */
export function oneActKubectlContract(opened: () => Stage): void {
  let stage: Stage;
  before(() => {
    stage = opened();
  });

  const apply = async (namespace: string, text = WEB) => {
    const said = await stage.run('observe', ['apply', '-n', namespace, '-f', '-'], text);
    assert.equal(said.code, 0, said.stderr);
    await running(stage, namespace);
  };

  const SECOND = WEB.replaceAll(/name: (web|conf)\}/g, 'name: other-$1}').replaceAll(
    'app: web',
    'app: other',
  );
  const file = async (namespace: string, text: string) => {
    const path = join(stage.home.folder, `${namespace}.yaml`);
    writeFileSync(path, text);
    return path;
  };

  const commands: [string, (namespace: string, path: string) => string[], program?: string][] = [
    ['-k of a folder', (namespace, path) => ['delete', '-k', kustomization(path), '-n', namespace]],
    [
      '-f - of a file',
      (namespace, path) => ['-c', `exec "$0" delete -f - -n ${namespace} < "${path}"`],
      '/bin/sh',
    ],
    ['-f with several kinds', (namespace, path) => ['delete', '-f', path, '-n', namespace]],
    [
      'all and configmaps --all',
      (namespace) => ['delete', 'all,cm', '--all', '--wait=false', '-n', namespace],
    ],
    [
      'of objects of several kinds by name',
      (namespace) => ['delete', 'cm/conf', 'svc/web', 'deploy/web', '-n', namespace],
    ],
  ];
  const kustomization = (path: string): string => {
    const folder = `${path}-k`;
    mkdirSync(folder);
    copyFileSync(path, join(folder, 'all.yaml'));
    writeFileSync(join(folder, 'kustomization.yaml'), 'resources: [all.yaml]\n');
    return folder;
  };
  const launched = async (program: string | undefined, args: string[]) =>
    program === undefined
      ? stage.kubectl('enforce', ...args)
      : stage.home.launch(program, [...args, (await realClients()).kubectl], {
          kubeconfig: stage.guard.kubeconfig('enforce'),
        });
  for (const [what, args, program] of commands) {
    test(`kubectl delete ${what}: one question with one tree, before the first of it goes`, () =>
      inNamespace(stage.target, async (namespace) => {
        await apply(namespace);
        const path = await file(namespace, WEB);
        const kubectl = await launched(program, args(namespace, path));
        const hold = await stage.held(namespace);
        assert.deepEqual(await standing(stage, namespace), ['service', 'conf', 'web']);
        assert.equal(hold.untold, undefined);
        const shown = new Set(hold.radius.members.map(({ ref }) => `${ref.kind}/${ref.name}`));
        for (const one of ['Service/web', 'ConfigMap/conf', 'Deployment/web']) assert.ok(shown.has(one), one);
        await stage.approve(hold, 'as-sent');
        const said = await kubectl.done;
        assert.equal(said.code, 0, said.stderr);
        await until('all of it is gone', async () => (await standing(stage, namespace)).length === 0);
        assert.equal((await stage.holds(namespace)).length, 1, 'asked once');
        assert.equal((await titles(stage, namespace)).length, 1, 'one act');
      }));

    test(`kubectl delete ${what}, denied: nothing of it goes`, () =>
      inNamespace(stage.target, async (namespace) => {
        await apply(namespace);
        const path = await file(namespace, WEB);
        const kubectl = await launched(program, args(namespace, path));
        const hold = await stage.held(namespace);
        await stage.guard.api.answer(hold.code, { as: 'denied' });
        const said = await kubectl.done;
        assert.equal(said.code, 1);
        assert.deepEqual(await standing(stage, namespace), ['service', 'conf', 'web']);
        assert.match(said.stderr, new RegExp(`${userInfo().username} said no`));
        assert.equal((await stage.holds(namespace)).length, 1);
      }));
  }

  test('what came since the yes is not covered by it, although the same command would take it', () =>
    inNamespace(stage.target, async (namespace) => {
      await apply(namespace);
      const kubectl = stage.kubectl('enforce', 'delete', 'cm,deploy', '--all', '-n', namespace);
      const hold = await stage.held(namespace);
      await apply(namespace, SECOND.split('---\n')[2]);
      await stage.approve(hold, 'as-sent');
      // kubectl lists Deployments only now, and finds another one: that was not shown.
      const second = await until('asked for the other', async () =>
        (await stage.holds(namespace)).find(({ state }) => state === 'open'),
      );
      assert.ok('target' in second.effect && second.effect.target?.name === 'other-web');
      await stage.guard.api.answer(second.code, { as: 'denied' });
      await kubectl.done;
      assert.ok(await seen(stage.target, `${paths.apps(namespace, 'deployments')}/other-web`));
    }));

  test('what comes by itself is judged one by one, and what went before is named', () =>
    inNamespace(stage.target, async (namespace) => {
      await apply(namespace);
      // From standard input nobody can read ahead.
      const [service, conf, web] = WEB.split('---\n');
      const text = [conf, web, service].join('---\n');
      const kubectl = stage.home.launch(
        (await realClients()).kubectl,
        ['delete', '-f', '-', '-n', namespace],
        { kubeconfig: stage.guard.kubeconfig('enforce'), input: text },
      );
      const hold = await stage.held(namespace);
      assert.deepEqual(hold.before, [`delete configmap ${namespace}/conf`]);
      assert.match((await stage.home.cli('held', hold.code)).stdout, /asked for by itself: .*standard input/);
      const denied = await stage.home.cli('deny', hold.code);
      assert.match(denied.stderr, new RegExp(`delete configmap ${namespace}/conf`));
      assert.match(denied.stderr, new RegExp(`toolcrib undo ${hold.actId}`));
      const said = await kubectl.done;
      assert.equal(said.code, 1);
      assert.match(said.stderr, /said no to this act/);
      assert.deepEqual(await standing(stage, namespace), ['service', 'web']);
      assert.equal((await stage.holds(namespace)).length, 1);
      const undone = await stage.home.cli('undo', hold.actId);
      assert.ok(await seen(stage.target, at(namespace).conf), undone.stderr);
    }));

  test('a Namespace and what is in it: not asked again for what the answered delete takes', () =>
    inNamespace(stage.target, async (namespace) => {
      await apply(namespace);
      const header = `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${namespace}}\n---\n`;
      const input = header + WEB.replaceAll('metadata: {name', `metadata: {namespace: ${namespace}, name`);
      const kubectl = stage.home.launch(
        (await realClients()).kubectl,
        ['delete', '-f', '-', '--wait=false'],
        {
          kubeconfig: stage.guard.kubeconfig('enforce'),
          input,
        },
      );
      const isOurs = ({ effect }: { effect: object }) =>
        'target' in effect && (effect.target as { name?: string }).name === namespace;
      const hold = await until('held', async () => (await stage.guard.api.holds()).find(isOurs));
      await stage.approve(hold, 'as-sent');
      const said = await kubectl.done;
      // What had gone by then is a 404 of the cluster's own; nothing was asked again.
      assert.doesNotMatch(said.stderr, /(by toolcrib:|toolcrib refused)|Error from server \(Forbidden/);
      assert.deepEqual(await stage.holds(namespace), []);
    }));
}
