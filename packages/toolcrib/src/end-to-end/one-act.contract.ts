import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { chart, WEB } from '@toolcrib/guard/testing/chart.ts';
import { inNamespace, paths, put, seen, until } from '@toolcrib/guard/testing/target.ts';
import { podsOf } from '@toolcrib/guard/testing/workloads.ts';
import { realClients } from '@toolcrib/sandbox';
import { type OpenGuarded, openStage, type Stage } from '../testing/stage.ts';

/**
 * A command is one act, asked for once, before the first of it goes; a no ends it. With the real helm and kubectl, and
 * proved by what stands in the cluster.
 * @param helms further helm binaries, beside the one that the tests carry
 */
export function oneActContract(open: OpenGuarded, helms: Record<string, string> = {}): void {
  let stage: Stage;
  before(async () => {
    stage = await openStage(open, { waitSeconds: 30 });
  });
  after(() => stage?.close());

  const at = (namespace: string) => ({
    service: `${paths.core(namespace, 'services')}/web`,
    conf: `${paths.core(namespace, 'configmaps')}/conf`,
    web: `${paths.apps(namespace, 'deployments')}/web`,
    record: `${paths.core(namespace, 'secrets')}/sh.helm.release.v1.web.v1`,
  });
  const standing = async (namespace: string) =>
    (
      await Promise.all(
        Object.entries(at(namespace)).map(async ([name, path]) =>
          (await seen(stage.target, path)) ? [name] : [],
        ),
      )
    ).flat();
  const running = (namespace: string) =>
    until('two Pods run', async () => {
      const pods = await podsOf(stage.target, namespace, 'web');
      return pods.length === 2 && pods.every((pod) => pod.status?.phase === 'Running');
    });
  const apply = async (namespace: string, text = WEB) => {
    const said = await stage.run('observe', ['apply', '-n', namespace, '-f', '-'], text);
    assert.equal(said.code, 0, said.stderr);
    await running(namespace);
  };
  const titles = async (namespace: string): Promise<string[]> =>
    (await stage.home.journal().acts())
      .map(({ title }) => title)
      .filter((title) => title.includes(`${namespace}/`))
      .reverse();

  for (const name of ['helm', ...Object.keys(helms)]) {
    const helmIn = async (namespace: string, context: string, ...args: string[]) =>
      stage.home.launch(helms[name] ?? (await realClients()).helm, [...args, '-n', namespace], {
        kubeconfig: stage.guard.kubeconfig(context),
      }).done;
    const install = async (namespace: string, release = 'web', template = WEB) => {
      const folder = chart(stage.home.folder, `${namespace}-${release}`, template);
      const said = await helmIn(namespace, 'observe', 'install', release, folder);
      assert.equal(said.code, 0, said.stderr);
    };
    const statusOf = async (namespace: string) =>
      (await seen(stage.target, at(namespace).record))?.metadata.labels?.status;
    const everything = ['service', 'conf', 'web', 'record'];

    test(`${name} uninstall: one question before the first of it goes, and helm prints its code`, () =>
      inNamespace(stage.target, async (namespace) => {
        await install(namespace);
        await running(namespace);
        const refused = await helmIn(namespace, 'enforce', 'uninstall', 'web');
        assert.equal(refused.code, 1, refused.stdout);
        const [hold, ...more] = await stage.holds(namespace);
        assert.ok(hold);
        assert.deepEqual(more, [], 'one question');
        assert.match(refused.stderr, new RegExp(`toolcrib HELD ${hold.code}: `));
        assert.match(refused.stderr, new RegExp(`toolcrib approve ${hold.code} --as-sent`));
        assert.deepEqual(await standing(namespace), everything);
        assert.equal(await statusOf(namespace), 'deployed');
        const kinds = new Set(hold.radius.members.map(({ ref }) => ref.kind));
        for (const kind of ['Service', 'ConfigMap', 'Deployment', 'Pod', 'Secret'])
          assert.ok(kinds.has(kind), kind);
        // Asked again before the yes: the same question, and still nothing goes.
        assert.equal((await helmIn(namespace, 'enforce', 'uninstall', 'web')).code, 1);
        assert.equal((await stage.holds(namespace)).length, 1);
        assert.deepEqual(await standing(namespace), everything);
        await stage.approve(hold, 'as-sent');
        const done = await helmIn(namespace, 'enforce', 'uninstall', 'web');
        assert.equal(done.code, 0, done.stderr);
        assert.deepEqual(await standing(namespace), []);
        assert.equal((await stage.holds(namespace)).length, 1, 'nothing of it was asked again');
        assert.deepEqual(await titles(namespace), [`helm uninstall ${namespace}/web`]);
      }));

    test(`${name} uninstall, denied: the release is deployed, and nothing is gone`, () =>
      inNamespace(stage.target, async (namespace) => {
        await install(namespace);
        await running(namespace);
        assert.equal((await helmIn(namespace, 'enforce', 'uninstall', 'web')).code, 1);
        const [hold] = await stage.holds(namespace);
        assert.ok(hold);
        await stage.guard.api.answer(hold.code, { as: 'denied' });
        assert.equal(await statusOf(namespace), 'deployed');
        assert.deepEqual(await standing(namespace), everything);
        const listed = await helmIn(namespace, 'enforce', 'list', '--deployed', '-q');
        assert.equal(listed.stdout.trim(), 'web');
        // Typed again it is asked again, under another code.
        assert.equal((await helmIn(namespace, 'enforce', 'uninstall', 'web')).code, 1);
        assert.deepEqual(await standing(namespace), everything);
        assert.equal((await stage.holds(namespace)).filter(({ state }) => state === 'open').length, 1);
      }));

    test(`${name} uninstall: grown since the yes, it is void, and still nothing goes`, () =>
      inNamespace(stage.target, async (namespace) => {
        await install(namespace);
        await running(namespace);
        await helmIn(namespace, 'enforce', 'uninstall', 'web');
        const [hold] = await stage.holds(namespace);
        assert.ok(hold);
        await stage.approve(hold, 'as-sent');
        await stage.target.https('PATCH', at(namespace).web, { spec: { replicas: 3 } });
        assert.equal((await helmIn(namespace, 'enforce', 'uninstall', 'web')).code, 1);
        assert.deepEqual(await standing(namespace), everything);
        assert.equal(await statusOf(namespace), 'deployed');
      }));

    test(`a program that uninstalls by itself (a release of ${name}) goes on with other things while that is held`, () =>
      inNamespace(stage.target, async (namespace) => {
        await install(namespace);
        await running(namespace);
        await put(stage.target, paths.core(namespace, 'configmaps'), {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'other' },
        });
        const stored = await seen(stage.target, at(namespace).record);
        const body = {
          ...stored,
          metadata: { ...stored?.metadata, labels: { ...stored?.metadata.labels, status: 'uninstalling' } },
        };
        const held = await stage.send('PUT', at(namespace).record, { body });
        assert.equal(held.status, 403);
        const [hold] = await stage.holds(namespace);
        for (const path of [at(namespace).service, at(namespace).conf, at(namespace).web]) {
          const refused = await stage.send('DELETE', path);
          assert.equal(refused.status, 403);
          assert.ok(refused.body.message?.startsWith(`toolcrib HELD ${hold?.code}: `), refused.body.message);
        }
        const other = await stage.send('DELETE', `${paths.core(namespace, 'configmaps')}/other`);
        assert.equal(other.status, 200, other.body.message);
        assert.deepEqual(await standing(namespace), everything);
        assert.equal((await stage.holds(namespace)).length, 1);
      }));

    test(`${name}: three releases uninstalled within a moment are three acts, each with its own name`, () =>
      inNamespace(stage.target, async (namespace) => {
        const map = (release: string) =>
          `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${release}}\ndata: {a: b}\n`;
        for (const release of ['one', 'two', 'three']) await install(namespace, release, map(release));
        for (const release of ['one', 'two', 'three']) {
          const said = await helmIn(namespace, 'enforce', 'uninstall', release);
          assert.equal(said.code, 0, said.stderr);
          assert.equal(
            await seen(stage.target, `${paths.core(namespace, 'configmaps')}/${release}`),
            undefined,
          );
        }
        assert.deepEqual(
          await titles(namespace),
          ['one', 'two', 'three'].map((release) => `helm uninstall ${namespace}/${release}`),
        );
      }));
  }

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
        assert.deepEqual(await standing(namespace), ['service', 'conf', 'web']);
        assert.equal(hold.untold, undefined);
        const shown = new Set(hold.radius.members.map(({ ref }) => `${ref.kind}/${ref.name}`));
        for (const one of ['Service/web', 'ConfigMap/conf', 'Deployment/web']) assert.ok(shown.has(one), one);
        await stage.approve(hold, 'as-sent');
        const said = await kubectl.done;
        assert.equal(said.code, 0, said.stderr);
        await until('all of it is gone', async () => (await standing(namespace)).length === 0);
        assert.equal((await stage.holds(namespace)).length, 1, 'asked once');
        assert.equal((await titles(namespace)).length, 1, 'one act');
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
        assert.deepEqual(await standing(namespace), ['service', 'conf', 'web']);
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
      assert.deepEqual(await standing(namespace), ['service', 'web']);
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
      assert.doesNotMatch(said.stderr, /toolcrib (HELD|refused)|Error from server \(Forbidden/);
      assert.deepEqual(await stage.holds(namespace), []);
    }));
}
