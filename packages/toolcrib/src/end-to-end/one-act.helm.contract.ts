import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { chart, WEB } from '@toolcrib/guard/testing/chart.ts';
import { inNamespace, paths, put, seen } from '@toolcrib/guard/testing/target.ts';
import { realClients } from '@toolcrib/sandbox';
import type { Stage } from '../testing/stage.ts';
import { at, running, standing, titles } from '../testing/web-chart.ts';

/** Uninstalls, by each of these versions of helm. */
export function oneActHelmContract(opened: () => Stage, helms: Record<string, string>): void {
  let stage: Stage;
  before(() => {
    stage = opened();
  });

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
        await running(stage, namespace);
        const refused = await helmIn(namespace, 'enforce', 'uninstall', 'web');
        assert.equal(refused.code, 1, refused.stdout);
        const [hold, ...more] = await stage.holds(namespace);
        assert.ok(hold);
        assert.deepEqual(more, [], 'one question');
        assert.match(refused.stderr, new RegExp(`${hold.code} HELD by toolcrib: `));
        assert.match(refused.stderr, new RegExp(`toolcrib approve ${hold.code} --as-sent`));
        assert.deepEqual(await standing(stage, namespace), everything);
        assert.equal(await statusOf(namespace), 'deployed');
        const kinds = new Set(hold.radius.members.map(({ ref }) => ref.kind));
        for (const kind of ['Service', 'ConfigMap', 'Deployment', 'Pod', 'Secret'])
          assert.ok(kinds.has(kind), kind);
        // Asked again before the yes: the same question, and still nothing goes.
        assert.equal((await helmIn(namespace, 'enforce', 'uninstall', 'web')).code, 1);
        assert.equal((await stage.holds(namespace)).length, 1);
        assert.deepEqual(await standing(stage, namespace), everything);
        await stage.approve(hold, 'as-sent');
        const done = await helmIn(namespace, 'enforce', 'uninstall', 'web');
        assert.equal(done.code, 0, done.stderr);
        assert.deepEqual(await standing(stage, namespace), []);
        assert.equal((await stage.holds(namespace)).length, 1, 'nothing of it was asked again');
        assert.deepEqual(await titles(stage, namespace), [`helm uninstall ${namespace}/web`]);
      }));

    test(`${name} uninstall, denied: the release is deployed, and nothing is gone`, () =>
      inNamespace(stage.target, async (namespace) => {
        await install(namespace);
        await running(stage, namespace);
        assert.equal((await helmIn(namespace, 'enforce', 'uninstall', 'web')).code, 1);
        const [hold] = await stage.holds(namespace);
        assert.ok(hold);
        await stage.guard.api.answer(hold.code, { as: 'denied' });
        assert.equal(await statusOf(namespace), 'deployed');
        assert.deepEqual(await standing(stage, namespace), everything);
        const listed = await helmIn(namespace, 'enforce', 'list', '--deployed', '-q');
        assert.equal(listed.stdout.trim(), 'web');
        // Typed again it is asked again, under another code.
        assert.equal((await helmIn(namespace, 'enforce', 'uninstall', 'web')).code, 1);
        assert.deepEqual(await standing(stage, namespace), everything);
        assert.equal((await stage.holds(namespace)).filter(({ state }) => state === 'open').length, 1);
      }));

    test(`${name} uninstall: grown since the yes, it is void, and still nothing goes`, () =>
      inNamespace(stage.target, async (namespace) => {
        await install(namespace);
        await running(stage, namespace);
        await helmIn(namespace, 'enforce', 'uninstall', 'web');
        const [hold] = await stage.holds(namespace);
        assert.ok(hold);
        await stage.approve(hold, 'as-sent');
        await stage.target.https('PATCH', at(namespace).web, { spec: { replicas: 3 } });
        assert.equal((await helmIn(namespace, 'enforce', 'uninstall', 'web')).code, 1);
        assert.deepEqual(await standing(stage, namespace), everything);
        assert.equal(await statusOf(namespace), 'deployed');
      }));

    test(`a program that uninstalls by itself (a release of ${name}) goes on with other things while that is held`, () =>
      inNamespace(stage.target, async (namespace) => {
        await install(namespace);
        await running(stage, namespace);
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
          assert.ok(
            refused.body.message?.startsWith(`${hold?.code} HELD by toolcrib: `),
            refused.body.message,
          );
        }
        const other = await stage.send('DELETE', `${paths.core(namespace, 'configmaps')}/other`);
        assert.equal(other.status, 200, other.body.message);
        assert.deepEqual(await standing(stage, namespace), everything);
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
          await titles(stage, namespace),
          ['one', 'two', 'three'].map((release) => `helm uninstall ${namespace}/${release}`),
        );
      }));
  }
}
