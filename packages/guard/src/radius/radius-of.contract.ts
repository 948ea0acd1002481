import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { KubeObject, PropagationPolicy } from '@toolcrib/kube';
import { groupVersionOf } from '@toolcrib/kube';
import type { Radius } from '@toolcrib/model';
import type { ClusterTarget, OpenTarget } from '../testing/target.ts';
import { inNamespace, items, paths, put, seen, until } from '../testing/target.ts';
import { podsOf, runDeployment, runStatefulSet } from '../testing/workloads.ts';
import type { Aim } from './index.ts';
import { look, radiusOf } from './index.ts';

const CENSUS = [
  ...['pods', 'configmaps', 'secrets', 'services', 'serviceaccounts', 'persistentvolumeclaims'].map(
    (resource) => (namespace: string) => paths.core(namespace, resource),
  ),
  ...['deployments', 'replicasets', 'statefulsets', 'controllerrevisions'].map(
    (resource) => (namespace: string) => paths.apps(namespace, resource),
  ),
];

/**
 * What a radius foretells is what happens: the act is carried out by plain requests, and what has gone is counted by
 * plain requests.
 */
export function radiusContract(open: OpenTarget): void {
  let target: ClusterTarget;
  before(async () => {
    target = await open();
  });
  after(() => target.close());

  /** UID → "resource name", of a namespace and of the volumes that it holds. */
  async function census(namespace: string): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    for (const path of CENSUS) {
      for (const { metadata } of await items(target, path(namespace))) {
        found.set(metadata.uid ?? '', `${path('').split('/').at(-1)} ${metadata.name}`);
      }
    }
    for (const volume of await items(target, '/api/v1/persistentvolumes')) {
      if (volume.spec?.claimRef?.namespace === namespace) {
        found.set(volume.metadata.uid ?? '', `persistentvolumes ${volume.metadata.name}`);
      }
    }
    const self = await seen(target, `/api/v1/namespaces/${namespace}`);
    if (self) found.set(self.metadata.uid ?? '', `namespaces ${namespace}`);
    return found;
  }

  function aimAt(object: KubeObject, resource: string, effect: Aim['effect']): Aim {
    const { apiVersion, kind, metadata } = object;
    const { name, namespace, uid } = metadata;
    return {
      ref: { apiVersion, kind, name, namespace, uid },
      type: { ...groupVersionOf(apiVersion), resource },
      effect,
    };
  }

  async function foretold(aims: Aim[], cluster = target.cluster): Promise<Radius> {
    return radiusOf(await look(cluster, aims), aims);
  }

  /** Carries out `act`, waits until all that was foretold has gone, and compares what else has. */
  async function assertForetold(namespace: string, radius: Radius, act: () => Promise<unknown>) {
    const before = await census(namespace);
    await act();
    const going = radius.members.filter(({ fate }) => fate === 'deleted').map(({ ref }) => ref.uid ?? '');
    await until('all that was foretold has gone', async () => {
      const now = await census(namespace);
      return going.every((uid) => !now.has(uid));
    });
    // Long enough for what was not foretold to go as well.
    await target.aWhile(700);
    const now = await census(namespace);
    const gone = [...before].filter(([uid]) => !now.has(uid)).map(([uid, name]) => [uid, name]);
    const counted = going.filter((uid) => before.has(uid));
    assert.deepEqual(gone.map(([, name]) => name).sort(), counted.map((uid) => before.get(uid)).sort());
    assert.deepEqual(gone.map(([uid]) => uid).sort(), counted.sort());
    for (const { ref } of radius.members.filter(({ fate }) => fate !== 'deleted')) {
      if (before.has(ref.uid ?? '')) assert.ok(now.has(ref.uid ?? ''), `${ref.kind} ${ref.name} stays`);
    }
  }

  const deleting = (propagationPolicy?: PropagationPolicy): Aim['effect'] => ({
    does: 'delete',
    options: propagationPolicy ? { propagationPolicy } : {},
  });

  for (const policy of [undefined, 'Background', 'Foreground', 'Orphan'] as const) {
    test(`a Deployment, ${policy ?? 'nothing said'}`, () =>
      inNamespace(target, async (namespace) => {
        const { owner } = await runDeployment(target, namespace, 'web', 2);
        await runDeployment(target, namespace, 'cart', 1);
        const radius = await foretold([aimAt(owner, 'deployments', deleting(policy))]);
        assert.equal(radius.state, 'complete', JSON.stringify(radius.unseen));
        assert.equal(radius.counts.objects, policy === 'Orphan' ? 1 : 4);
        assert.equal(radius.counts.workloadsLeftWithoutPods, policy === 'Orphan' ? 0 : 1);
        await assertForetold(namespace, radius, () =>
          target.https(
            'DELETE',
            `${paths.apps(namespace, 'deployments')}/web`,
            policy && { propagationPolicy: policy },
          ),
        );
      }));
  }

  test('a Pod of a living ReplicaSet comes back under another UID', () =>
    inNamespace(target, async (namespace) => {
      const { pods } = await runDeployment(target, namespace, 'web', 2);
      const pod = { ...(pods[0] as KubeObject), apiVersion: 'v1', kind: 'Pod' };
      const radius = await foretold([aimAt(pod, 'pods', deleting())]);
      assert.deepEqual(
        radius.members.map(({ loss }) => loss),
        ['returns'],
      );
      await assertForetold(namespace, radius, () =>
        target.https('DELETE', `${paths.pods(namespace)}/${pod.metadata.name}`),
      );
      await until('another one', async () => (await podsOf(target, namespace, 'web')).length === 2);
    }));

  test('the ReplicaSet of a living Deployment comes back with its Pods', () =>
    inNamespace(target, async (namespace) => {
      await runDeployment(target, namespace, 'web', 2);
      const [set] = await items(target, paths.apps(namespace, 'replicasets'));
      const whole = { ...(set as KubeObject), apiVersion: 'apps/v1', kind: 'ReplicaSet' };
      const radius = await foretold([aimAt(whole, 'replicasets', deleting('Background'))]);
      assert.ok(radius.members.every(({ loss }) => loss === 'returns'));
      await assertForetold(namespace, radius, () =>
        target.https('DELETE', `${paths.apps(namespace, 'replicasets')}/${whole.metadata.name}`, {
          propagationPolicy: 'Background',
        }),
      );
      await until('Pods again', async () => (await podsOf(target, namespace, 'web')).length === 2);
    }));

  for (const whenDeleted of ['Retain', 'Delete']) {
    test(`a StatefulSet with whenDeleted ${whenDeleted}: its claims, and the volumes by their policy`, () =>
      inNamespace(target, async (namespace) => {
        const { owner } = await runStatefulSet(target, namespace, 'db', 2, { whenDeleted });
        const radius = await foretold([aimAt(owner, 'statefulsets', deleting('Background'))]);
        assert.equal(radius.state, 'complete', JSON.stringify([radius.unseen, radius.opaque]));
        assert.equal(radius.counts.volumesLost, whenDeleted === 'Delete' ? 2 : 0);
        await assertForetold(namespace, radius, () =>
          target.https('DELETE', `${paths.apps(namespace, 'statefulsets')}/db`, {
            propagationPolicy: 'Background',
          }),
        );
      }));
  }

  test('a StatefulSet scaled down: its highest ordinals, with their claims under whenScaled', () =>
    inNamespace(target, async (namespace) => {
      const { owner } = await runStatefulSet(target, namespace, 'db', 3, { whenScaled: 'Delete' });
      const radius = await foretold([aimAt(owner, 'statefulsets', { does: 'scale', replicas: 1 })]);
      assert.equal(radius.counts.pods, 2);
      assert.equal(radius.counts.volumesLost, 2);
      await assertForetold(namespace, radius, () =>
        target.https('PATCH', `${paths.apps(namespace, 'statefulsets')}/db`, { spec: { replicas: 1 } }),
      );
    }));

  test('a Deployment scaled down: as many Pods as foretold, whichever they are', () =>
    inNamespace(target, async (namespace) => {
      const { owner } = await runDeployment(target, namespace, 'web', 3);
      const radius = await foretold([aimAt(owner, 'deployments', { does: 'scale', replicas: 1 })]);
      assert.equal(radius.counts.podsNotReplaced, 2);
      await target.https('PATCH', `${paths.apps(namespace, 'deployments')}/web`, { spec: { replicas: 1 } });
      await until('one Pod', async () => (await podsOf(target, namespace, 'web')).length === 1);
    }));

  test('several owners: what one solid owner keeps stays', () =>
    inNamespace(target, async (namespace) => {
      const path = paths.core(namespace, 'configmaps');
      const map = (name: string, ...owners: KubeObject[]) => ({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: {
          name,
          ownerReferences: owners.map(({ metadata }) => ({
            apiVersion: 'v1',
            kind: 'ConfigMap',
            name: metadata.name,
            uid: metadata.uid,
          })),
        },
      });
      const a = await put(target, path, map('a'));
      const b = await put(target, path, map('b'));
      const onlyA = await put(target, path, map('only-a', a));
      await put(target, path, map('both', a, b));
      await put(target, path, map('below', onlyA));
      const radius = await foretold([aimAt(a, 'configmaps', deleting('Background'))]);
      assert.equal(radius.counts.objects, 3);
      await assertForetold(namespace, radius, () =>
        target.https('DELETE', `${path}/a`, { propagationPolicy: 'Background' }),
      );
    }));

  test('a Namespace: everything in it', () =>
    inNamespace(target, async (namespace) => {
      await runDeployment(target, namespace, 'web', 1);
      await runStatefulSet(target, namespace, 'db', 1);
      const self = (await seen(target, `/api/v1/namespaces/${namespace}`)) as KubeObject;
      const radius = await foretold([aimAt(self, 'namespaces', deleting())]);
      assert.equal(radius.counts.volumesLost, 1);
      assert.equal(radius.counts.workloadsLeftWithoutPods, 2);
      await assertForetold(namespace, radius, () =>
        target.https('DELETE', `/api/v1/namespaces/${namespace}`),
      );
    }));

  test('a target of a kind that nobody is known to serve is not "nothing": incomplete', async () => {
    const thing: KubeObject = {
      apiVersion: 'nobody.example.com/v1',
      kind: 'Thing',
      metadata: { name: 'one', namespace: 'default', uid: 'u' },
    };
    const radius = await foretold([aimAt(thing, 'things', deleting())]);
    assert.equal(radius.state, 'incomplete');
  });

  test('who may not see everything gets an incomplete radius, and volumes taken for lost', () =>
    inNamespace(target, async (namespace) => {
      const { owner } = await runStatefulSet(target, namespace, 'db', 1, { whenDeleted: 'Delete' });
      const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
      const apiVersion = 'rbac.authorization.k8s.io/v1';
      await put(target, `${rbac}/roles`, {
        apiVersion,
        kind: 'Role',
        metadata: { name: 'some' },
        rules: [
          {
            apiGroups: ['', 'apps'],
            resources: ['pods', 'persistentvolumeclaims', 'statefulsets'],
            verbs: ['get', 'list'],
          },
        ],
      });
      await put(target, `${rbac}/rolebindings`, {
        apiVersion,
        kind: 'RoleBinding',
        metadata: { name: 'some' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'some' },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'half-blind' }],
      });
      const aims = [aimAt(owner, 'statefulsets', deleting('Background'))];
      const person = await target.person('half-blind');
      const radius = await until('rights in force', async () => {
        const found = await foretold(aims, person);
        return found.counts.pods === 1 && found;
      });
      assert.equal(radius.state, 'incomplete');
      assert.ok(radius.unseen.some(({ kind }) => kind === 'Secret'));
      assert.ok(radius.unseen.some(({ kind }) => kind.startsWith('PersistentVolume ')));
      assert.equal(radius.counts.volumesLost, 1);
    }));

  // A real cluster's controller may have been faster.
  const endpoints = (namespace: string, name: string) =>
    target.https('POST', paths.core(namespace, 'endpoints'), {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: { name },
      subsets: [{ addresses: [{ ip: '192.0.2.3' }], ports: [{ port: 5432 }] }],
    });
  const service = (namespace: string, name: string, selector?: object) =>
    put(target, paths.core(namespace, 'services'), {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name },
      spec: { ports: [{ port: 5432 }], ...(selector ? { selector } : {}) },
    });
  const named = (radius: Radius) =>
    radius.members
      .filter(({ ref }) => ref.kind === 'Endpoints')
      .map(({ ref, fate, loss }) => `${ref.name} ${fate} ${loss}`)
      .sort();

  test('hand-written Endpoints go with their Service, and with the Namespace; a controller makes the others', () =>
    inNamespace(target, async (namespace) => {
      const byHand = await service(namespace, 'db');
      const selecting = await service(namespace, 'web', { app: 'web' });
      await endpoints(namespace, 'db');
      await endpoints(namespace, 'alone');
      await endpoints(namespace, 'web');
      const at = (one: KubeObject, resource: string) => [aimAt(one, resource, deleting())];
      assert.deepEqual(named(await foretold(at(byHand, 'services'))), ['db deleted restorable']);
      assert.deepEqual(named(await foretold(at(selecting, 'services'))), []);
      const all = await seen(target, `/api/v1/namespaces/${namespace}`);
      assert.ok(all);
      assert.deepEqual(named(await foretold(at(all, 'namespaces'))), [
        'alone deleted restorable',
        'db deleted restorable',
      ]);
    }));
}
