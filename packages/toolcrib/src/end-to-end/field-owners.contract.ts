import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { chart } from '@toolcrib/guard/testing/chart.ts';
import { inNamespace, seen, until } from '@toolcrib/guard/testing/target.ts';
import type { KubeObject, ManagedFields } from '@toolcrib/kube';
import { realClients } from '@toolcrib/sandbox';
import { parseAllDocuments } from 'yaml';
import { ownedKinds } from '../testing/owned-kinds.ts';
import { type OpenGuarded, openStage, type Stage } from '../testing/stage.ts';

/**
 * Who owns which field is after an undo exactly as it was, whoever made the object and in whatever way: asked of the API
 * server itself. The next apply of the same tool then meets no conflict.
 */
export function fieldOwnersContract(open: OpenGuarded): void {
  let stage: Stage;
  let served: Set<string>;
  before(async () => {
    stage = await openStage(open);
    served = new Set((await stage.target.cluster.resources()).resources.map(({ kind }) => kind));
  });
  after(() => stage?.close());

  const kubectl = async (args: string[], input: string) => {
    const said = await stage.run('observe', [...args, '-f', '-'], input);
    assert.equal(said.code, 0, `kubectl ${args.join(' ')}: ${said.stderr}`);
    return said;
  };

  const manifestOf = (namespace: string, color: string) =>
    ownedKinds(namespace, color, (kind) => served.has(kind));

  const objectsOf = async (manifest: string): Promise<{ id: string; path: string }[]> => {
    const objects = parseAllDocuments(manifest).map((document) => document.toJS() as KubeObject);
    return Promise.all(
      objects.map(async ({ apiVersion, kind, metadata }) => {
        const { group, version, resource, namespaced } = await stage.target.cluster.typeOf({
          apiVersion,
          kind,
        });
        const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
        const inside = namespaced ? `/namespaces/${metadata.namespace}` : '';
        return { id: `${kind} ${metadata.name}`, path: `${root}${inside}/${resource}/${metadata.name}` };
      }),
    );
  };

  // A time in whole seconds: a volume whose phase changes within the second in which it was made has a controller that changed
  // the phase and no time, and so owns none. By chance that is so before, after, or both times.
  const said = (fieldsV1: unknown) => JSON.stringify(fieldsV1).replace('"f:lastPhaseTransitionTime":{},', '');

  /** Every entry but its time, by object. */
  const owners = async (manifest: string): Promise<Record<string, string[]>> => {
    const all: Record<string, string[]> = {};
    for (const { id, path } of await objectsOf(manifest)) {
      const now = await seen(stage.target, path);
      all[id] = ((now?.metadata.managedFields ?? []) as ManagedFields[])
        // Its controller looks at it every fifteen seconds: what stands in it is no matter of this.
        .filter(({ subresource }) => !(id.startsWith('HorizontalPodAutoscaler') && subresource === 'status'))
        .map(({ manager, operation, apiVersion, subresource = '-', fieldsV1 }) =>
          [manager, operation, apiVersion, subresource, said(fieldsV1)].join(' '),
        )
        .sort();
    }
    return all;
  };

  /** The controllers have said what they say of all this. */
  const settled = async (namespace: string, manifest: string): Promise<void> => {
    const status = async (kind: string, is: (status: KubeObject['status']) => unknown) =>
      served.has(kind) &&
      until(`${kind} is looked at by its controller`, async () => {
        const found = (await objectsOf(manifest)).find(({ id }) =>
          [`${kind} owned`, `${kind} ${namespace}`].includes(id),
        );
        return found && is((await seen(stage.target, found.path))?.status ?? {});
      });
    await status('Deployment', ({ availableReplicas }) => availableReplicas === 1);
    // The sandbox has no controllers for the rest.
    if (stage.target.name === 'sandbox') return;
    for (const kind of [
      'StatefulSet',
      'DaemonSet',
      'ReplicaSet',
      'PodDisruptionBudget',
      'ReplicationController',
    ])
      await status(kind, ({ observedGeneration }) => observedGeneration === 1);
    await status('ResourceQuota', ({ used }) => used);
    await status('Job', ({ conditions }) => conditions);
    await status('PersistentVolume', ({ phase }) => phase === 'Available');
  };

  const comesBack = async (namespace: string, manifest: string, take: () => Promise<unknown>) => {
    await settled(namespace, manifest);
    const then = await owners(manifest);
    await take();
    const acts = (await stage.home.journal().acts()).filter(({ title }) => title.includes(namespace));
    assert.equal(acts.length, 1, JSON.stringify(acts));
    const undone = await stage.home.cli('undo', acts[0]?.id ?? '');
    assert.equal(undone.code, 0, undone.stdout + undone.stderr);
    await settled(namespace, manifest);
    let now = await owners(manifest);
    // A controller may have one more word to say.
    await until(
      'all owners are those of before',
      async () => {
        now = await owners(manifest);
        return JSON.stringify(now) === JSON.stringify(then);
      },
      15_000,
    ).catch(() => undefined);
    const others = Object.keys(then).filter((id) => now[id]?.join() !== then[id]?.join());
    assert.deepEqual(
      Object.fromEntries(others.map((id) => [id, now[id]])),
      Object.fromEntries(others.map((id) => [id, then[id]])),
    );
  };

  const ways: Record<string, { make: string[]; again?: string[] }> = {
    'kubectl apply --server-side': { make: ['apply', '--server-side'], again: ['apply', '--server-side'] },
    'kubectl apply': { make: ['apply'], again: ['apply'] },
    'kubectl create': { make: ['create', '--save-config=false'] },
  };
  for (const [way, { make, again }] of Object.entries(ways)) {
    test(`made by ${way}: each entry as it was, and the next one has no conflict`, () =>
      inNamespace(stage.target, async (namespace) => {
        const manifest = manifestOf(namespace, 'blue');
        await kubectl(make, manifest);
        try {
          await comesBack(namespace, manifest, () => kubectl(['delete', '--wait'], manifest));
          if (again) await kubectl(again, manifestOf(namespace, 'green'));
        } finally {
          await stage.run('observe', ['delete', '--ignore-not-found', '--wait=false', '-f', '-'], manifest);
        }
      }));
  }

  test('made by helm: each entry as it was, and the next upgrade has no conflict', () =>
    inNamespace(stage.target, async (namespace) => {
      const helm = async (...args: string[]) => {
        const { helm: program } = await realClients();
        const kubeconfig = stage.guard.kubeconfig('observe');
        const said = await stage.home.launch(program, [...args, '-n', namespace], { kubeconfig }).done;
        assert.equal(said.code, 0, `helm ${args.join(' ')}: ${said.stderr}`);
      };
      const manifest = manifestOf(namespace, 'blue');
      const folder = chart(stage.home.folder, `${namespace}-owned`, manifest);
      await helm('install', 'owned', folder);
      try {
        await comesBack(namespace, manifest, () => helm('uninstall', 'owned', '--wait'));
        chart(stage.home.folder, `${namespace}-owned`, manifestOf(namespace, 'green'));
        await helm('upgrade', 'owned', folder);
      } finally {
        await helm('uninstall', 'owned');
      }
    }));
}
