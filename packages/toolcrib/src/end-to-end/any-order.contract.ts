import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { inNamespace, paths, put, seen, until } from '@toolcrib/guard/testing/target.ts';
import type { KubeObject } from '@toolcrib/kube';
import type { Journal } from '@toolcrib/model';
import { type OpenGuarded, openStage, type Stage } from '../testing/stage.ts';

/**
 * Targets of one command that hang on each other: the first request takes the others too, and so it is what keeps them.
 * With the real kubectl; what stands is asked of the cluster.
 */
export function anyOrderContract(open: OpenGuarded): void {
  let stage: Stage;
  let journal: Journal;
  before(async () => {
    stage = await openStage(open, { waitSeconds: 0 });
    journal = stage.home.journal();
  });
  after(() => stage?.close());

  const owner = ({ apiVersion, kind, metadata: { name, uid } }: KubeObject) => ({
    ownerReferences: [{ apiVersion, kind, name, uid }],
  });
  const map = (namespace: string, name: string, more: object = {}, kind = 'ConfigMap') =>
    put(stage.target, paths.core(namespace, `${kind.toLowerCase()}s`), {
      apiVersion: 'v1',
      kind,
      metadata: { name, labels: { app: 'x' }, ...more },
    });
  /** UIDs that the request for this path kept, whichever act it is of. */
  async function keptBy(path: string): Promise<(string | undefined)[]> {
    const requests = await journal.requests({});
    const request = requests.find((one) => one.path.split('?')[0] === path && one.snapshotId !== undefined);
    assert.ok(request?.snapshotId, `a request for ${path} kept something`);
    return (await journal.snapshot(request.snapshotId))?.objects.map(({ metadata }) => metadata.uid) ?? [];
  }
  /** As often as it takes a yes: to its end. */
  async function deleted(namespace: string, context: string, args: string[], input?: string) {
    const first = await stage.run(context, args, input);
    if (first.code === 0) return;
    const open = (await stage.guard.api.holds()).find(({ state }) => state === 'open');
    assert.ok(open, `${namespace}: ${first.stderr}`);
    await stage.approve(open, 'as-sent');
    const again = await stage.run(context, args, input);
    assert.ok(again.code === 0 || /NotFound/.test(again.stderr), again.stderr);
  }
  const fileOf = (text: string): string => {
    const path = join(stage.home.folder, 'all.json');
    writeFileSync(path, text);
    return path;
  };
  const gone = (path: string) =>
    until(`${path} is gone`, async () => (await seen(stage.target, path)) === undefined);

  for (const context of ['observe', 'enforce']) {
    test(`${context}: one of the selected owns another: the first delete keeps both`, () =>
      inNamespace(stage.target, async (namespace) => {
        const a = await map(namespace, 'a');
        const b = await map(namespace, 'b', owner(a));
        // Hangs on what hangs on the first, and is not selected.
        const c = await map(namespace, 'c', { ...owner(b), labels: {} });
        const at = paths.core(namespace, 'configmaps');
        await deleted(namespace, context, ['delete', 'cm', '-n', namespace, '-l', 'app=x']);
        for (const name of ['a', 'b', 'c']) await gone(`${at}/${name}`);
        const kept = await keptBy(`${at}/a`);
        for (const { metadata } of [a, b, c]) assert.ok(kept.includes(metadata.uid), metadata.name);
        const [act] = await journal.acts();
        const undone = await stage.home.cli('undo', act?.id ?? '');
        assert.equal(undone.code, 0, `${undone.stdout}${undone.stderr}`);
        for (const name of ['a', 'b', 'c']) assert.ok(await seen(stage.target, `${at}/${name}`), name);
      }));
  }

  test('after others that own nothing, within the seconds for which a look is remembered', () =>
    inNamespace(stage.target, async (namespace) => {
      const b = await map(namespace, 'b');
      const all = [
        await map(namespace, 'a'),
        b,
        await map(namespace, 'c', owner(b)),
        await map(namespace, 'd'),
      ];
      const at = paths.core(namespace, 'configmaps');
      await deleted(namespace, 'observe', ['delete', 'cm', '-n', namespace, '-l', 'app=x']);
      for (const { metadata } of all) await gone(`${at}/${metadata.name}`);
      const kept = await keptBy(`${at}/b`);
      for (const { metadata } of all.slice(1, 3)) assert.ok(kept.includes(metadata.uid), metadata.name);
    }));

  test('a Namespace first and its objects after, in one file', () =>
    inNamespace(stage.target, async (namespace) => {
      const all = [await map(namespace, 'conf'), await map(namespace, 'key', {}, 'Secret')];
      const file = [
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
        ...all.map(({ apiVersion, kind, metadata: { name } }) => ({
          apiVersion,
          kind,
          metadata: { name, namespace },
        })),
      ];
      const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: file });
      const args = ['delete', '--wait=false', '--ignore-not-found', '-f', fileOf(list)];
      await deleted(namespace, 'observe', args);
      await gone(`${paths.core(namespace, 'configmaps')}/conf`);
      const kept = await keptBy(`/api/v1/namespaces/${namespace}`);
      for (const { metadata } of all) assert.ok(kept.includes(metadata.uid), metadata.name);
    }));
}
