import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { chart, WEB } from '@toolcrib/guard/testing/chart.ts';
import { inNamespace, items, paths, seen, until } from '@toolcrib/guard/testing/target.ts';
import { realClients } from '@toolcrib/sandbox';
import { type OpenGuarded, openStage, type Stage } from '../testing/stage.ts';

/**
 * `helm uninstall` undone is a release as before: helm lists it as deployed, upgrades it, and nothing conflicts. With the
 * real helm.
 * @param helms further helm binaries, beside the one that the tests carry
 */
export function helmUndoContract(open: OpenGuarded, helms: Record<string, string> = {}): void {
  let stage: Stage;
  before(async () => {
    stage = await openStage(open);
  });
  after(() => stage?.close());

  for (const name of ['helm', ...Object.keys(helms)]) {
    const helm = async (namespace: string, ...args: string[]) => {
      const program = helms[name] ?? (await realClients()).helm;
      const kubeconfig = stage.guard.kubeconfig('observe');
      const said = await stage.home.launch(program, [...args, '-n', namespace], { kubeconfig }).done;
      assert.equal(said.code, 0, `${name} ${args.join(' ')}: ${said.stderr}`);
      return said.stdout;
    };
    const actOf = async (namespace: string): Promise<string> => {
      const acts = await stage.home.journal().acts();
      const found = acts.filter(({ title }) => title.includes(`${namespace}/`));
      assert.equal(found.length, 1, JSON.stringify(found));
      return found[0]?.id ?? '';
    };
    const status = async (namespace: string): Promise<string> =>
      JSON.parse(await helm(namespace, 'status', 'web', '-o', 'json')).info.status;
    const web = WEB.replace('spec: {containers', 'spec: {terminationGracePeriodSeconds: 1, containers');
    const changed = web.replace('color: blue', 'color: green').replace('replicas: 2', 'replicas: 1');

    test(`${name}: uninstalled and undone, the release is deployed, and the next upgrade has no conflict`, () =>
      inNamespace(stage.target, async (namespace) => {
        const folder = chart(stage.home.folder, `${namespace}-web`, web);
        await helm(namespace, 'install', 'web', folder);
        await helm(namespace, 'uninstall', 'web');
        await until(
          'its Pods are gone',
          async () => (await items(stage.target, paths.pods(namespace))).length === 0,
        );
        const undone = await stage.home.cli('undo', await actOf(namespace));
        assert.equal(undone.code, 0, undone.stdout + undone.stderr);
        assert.equal(await status(namespace), 'deployed');
        chart(stage.home.folder, `${namespace}-web`, changed);
        await helm(namespace, 'upgrade', 'web', folder);
        const map = await seen(stage.target, `${paths.core(namespace, 'configmaps')}/conf`);
        assert.deepEqual(map?.data, { color: 'green' });
        const now = await seen(stage.target, `${paths.apps(namespace, 'deployments')}/web`);
        assert.equal(now?.spec?.replicas, 1);
        const owners = JSON.stringify(now?.metadata.managedFields);
        assert.doesNotMatch(owners, /"manager":"toolcrib"/);
      }));

    test(`${name}: with its history kept, an uninstall undone is a deployed release too`, () =>
      inNamespace(stage.target, async (namespace) => {
        const folder = chart(stage.home.folder, `${namespace}-web`, web);
        await helm(namespace, 'install', 'web', folder);
        await helm(namespace, 'uninstall', 'web', '--keep-history');
        assert.equal(await status(namespace), 'uninstalled');
        await until(
          'its Pods are gone',
          async () => (await items(stage.target, paths.pods(namespace))).length === 0,
        );
        const undone = await stage.home.cli('undo', await actOf(namespace));
        assert.equal(undone.code, 0, undone.stdout + undone.stderr);
        assert.equal(await status(namespace), 'deployed');
        await helm(namespace, 'upgrade', 'web', folder);
      }));
  }
}
