import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { controlledBy, gone, kinded, scaledTo0 } from './promised.ts';
import type { ClusterTarget, OpenTarget } from './target.ts';
import { inNamespace, items, paths, put, seen, until } from './target.ts';
import { keepFor, saidOf, undone } from './took.ts';
import { podsOf, runDeployment } from './workloads.ts';

/**
 * What comes back by the undo or by a controller, and what can not be given back.
 * @param options.whole the target refuses what is over a quota, and has generic ephemeral volumes
 */
export function promiseGivenBackContract(open: OpenTarget, options: { whole?: boolean } = {}): void {
  let target: ClusterTarget;
  before(async () => {
    target = await open();
  });
  after(() => target.close());

  for (const how of ['co-owned', 'Orphan'] as const) {
    test(`a reference that the collector takes from what stays is seen before, and comes back: ${how}`, () =>
      inNamespace(target, async (namespace) => {
        const maps = paths.core(namespace, 'configmaps');
        const map = (name: string, owners: KubeObject[] = []) =>
          put(target, maps, {
            apiVersion: 'v1',
            kind: 'ConfigMap',
            metadata: { name, ownerReferences: owners.flatMap((owner) => controlledBy(owner, false)) },
          });
        const [a, b, other] = [await map('a'), await map('b'), await map('other')];
        const child = await map('child', how === 'Orphan' ? [a, b] : [a, b, other]);
        const options = {
          propagationPolicy: how === 'Orphan' ? ('Orphan' as const) : ('Background' as const),
        };
        const kept = await keepFor(target, [a, b], { group: '', resource: 'configmaps' }, options);
        assert.equal(saidOf(kept, 'ConfigMap', 'child'), 'orphaned');
        for (const name of ['a', 'b']) await target.https('DELETE', `${maps}/${name}`, options);
        await until('stripped', async () => {
          const owners = (await seen(target, `${maps}/child`))?.metadata.ownerReferences ?? [];
          return owners.length === (how === 'Orphan' ? 0 : 1);
        });
        const { told, code } = await undone(target, [kept.snapshot]);
        assert.equal(code, 0, told.join('\n'));
        const now = await seen(target, `${maps}/child`);
        assert.equal(now?.metadata.uid, child.metadata.uid);
        const standing = ['a', 'b', ...(how === 'Orphan' ? [] : ['other'])];
        const wanted = await Promise.all(
          standing.map(async (name) => (await seen(target, `${maps}/${name}`))?.metadata.uid),
        );
        assert.deepEqual(now?.metadata.ownerReferences?.map(({ uid }) => uid).sort(), wanted.sort());
      }));
  }

  test('a ConfigMap that a Deployment owned beside another comes to be owned by it again', () =>
    inNamespace(target, async (namespace) => {
      const { owner } = await runDeployment(target, namespace, 'web', 1);
      const maps = paths.core(namespace, 'configmaps');
      const keeper = await put(target, maps, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'keeper' },
      });
      const deployment = kinded(owner, 'apps/v1', 'Deployment');
      await put(target, maps, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: {
          name: 'shared',
          ownerReferences: [...controlledBy(deployment, false), ...controlledBy(keeper, false)],
        },
      });
      const kept = await keepFor(target, [deployment], { group: 'apps', resource: 'deployments' });
      assert.equal(saidOf(kept, 'ConfigMap', 'shared'), 'orphaned');
      await target.https('DELETE', `${paths.apps(namespace, 'deployments')}/web`, {
        propagationPolicy: 'Background',
      });
      await until(
        'stripped',
        async () => (await seen(target, `${maps}/shared`))?.metadata.ownerReferences?.length === 1,
      );
      await until('Pods gone', async () => (await items(target, paths.pods(namespace))).length === 0);
      const { told, code } = await undone(target, [kept.snapshot]);
      assert.equal(code, 0, told.join('\n'));
      const now = await seen(target, `${paths.apps(namespace, 'deployments')}/web`);
      const owners = (await seen(target, `${maps}/shared`))?.metadata.ownerReferences?.map(({ uid }) => uid);
      assert.deepEqual(owners?.sort(), [keeper.metadata.uid, now?.metadata.uid].sort());
    }));

  if (options.whole) {
    test('a controller that does not make again what was promised: said, and no success', () =>
      inNamespace(target, async (namespace) => {
        const { owner } = await runDeployment(target, namespace, 'web', 2);
        const deployment = kinded(owner, 'apps/v1', 'Deployment');
        const kept = await keepFor(target, [deployment], { group: 'apps', resource: 'deployments' });
        await target.https('DELETE', `${paths.apps(namespace, 'deployments')}/web`, {
          propagationPolicy: 'Background',
        });
        await until('Pods gone', async () => (await items(target, paths.pods(namespace))).length === 0);
        await put(target, paths.core(namespace, 'resourcequotas'), {
          apiVersion: 'v1',
          kind: 'ResourceQuota',
          metadata: { name: 'none' },
          spec: { hard: { pods: '0' } },
        });
        const quota = paths.core(namespace, 'resourcequotas/none');
        await until('the quota counts', async () => (await seen(target, quota))?.status?.hard !== undefined);
        for (const round of ['first', 'second']) {
          const { told, code } = await undone(target, [kept.snapshot], { limit: 1_500 });
          assert.equal(code, 1, `${round}: ${told.join('\n')}`);
          assert.match(told.join('\n'), /failed Pod .*has not made it again/);
        }
      }));
  }

  test('Pods of a scale-down whose Deployment is gone by now are left, and that is said', () =>
    inNamespace(target, async (namespace) => {
      const { owner, pods } = await runDeployment(target, namespace, 'web', 2);
      const deployment = kinded(owner, 'apps/v1', 'Deployment');
      const objects = [deployment, ...pods.map((pod) => ({ ...pod, apiVersion: 'v1', kind: 'Pod' }))];
      const snapshot = { id: 's', actId: 'act-test1', requestId: 'r1', takenAt: 1, context: 'test', objects };
      await target.https('DELETE', `${paths.apps(namespace, 'deployments')}/web`, {
        propagationPolicy: 'Background',
      });
      await until('Pods gone', async () => (await items(target, paths.pods(namespace))).length === 0);
      const request = scaledTo0(deployment);
      const { told, code } = await undone(target, [snapshot], { requests: [request] });
      assert.equal(code, 1);
      assert.match(told.join('\n'), /conflict Pod .*alone would get its traffic/);
      assert.deepEqual(await podsOf(target, namespace, 'web'), []);
    }));

  test('the ServiceAccount default comes back with what it had, though a bare one was made at once', () =>
    inNamespace(target, async (namespace) => {
      const path = paths.core(namespace, 'serviceaccounts/default');
      await target.https('PATCH', path, {
        metadata: { annotations: { 'cloud.example/role': 'reader' } },
        imagePullSecrets: [{ name: 'registry' }],
      });
      const account = kinded(await seen(target, path), 'v1', 'ServiceAccount');
      const kept = await keepFor(target, [account], { group: '', resource: 'serviceaccounts' });
      await target.https('DELETE', path);
      await until('made again, bare', async () => {
        const now = await seen(target, path);
        return now && now.metadata.uid !== account.metadata.uid;
      });
      const { told, code } = await undone(target, [kept.snapshot]);
      assert.equal(code, 0, told.join('\n'));
      const now = await seen(target, path);
      assert.deepEqual(now?.imagePullSecrets, [{ name: 'registry' }]);
      assert.equal(now?.metadata.annotations?.['cloud.example/role'], 'reader');
    }));

  test('what can not be given back is said: a load balancer’s address, a Job that starts over', () =>
    inNamespace(target, async (namespace) => {
      const services = paths.core(namespace, 'services');
      const service = await put(target, services, {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'lb' },
        spec: { type: 'LoadBalancer', selector: { app: 'web' }, ports: [{ port: 80 }] },
      });
      const old = { ...service, status: { loadBalancer: { ingress: [{ ip: '203.0.113.7' }] } } };
      const job = await put(target, paths.batch(namespace, 'jobs'), {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { name: 'long' },
        spec: {
          suspend: true,
          template: {
            spec: {
              restartPolicy: 'Never',
              containers: [{ name: 'main', image: 'registry.k8s.io/pause:3.10' }],
            },
          },
        },
      });
      await target.https('DELETE', `${services}/lb`);
      await target.https('DELETE', `${paths.batch(namespace, 'jobs')}/long`, {
        propagationPolicy: 'Background',
      });
      await gone(target, `${services}/lb`);
      await gone(target, `${paths.batch(namespace, 'jobs')}/long`);
      const snapshot = {
        id: 's',
        actId: 'act-test1',
        requestId: 'r1',
        takenAt: 1,
        context: 't',
        objects: [old, job],
      };
      const { told } = await undone(target, [snapshot]);
      assert.match(told.join('\n'), /Service .*may get another address than 203\.0\.113\.7/);
      assert.match(told.join('\n'), /Job .*it starts over/);
    }));

  if (options.whole) {
    test('a claim of an ephemeral volume in use: the Pod is named, nothing is promised by it', () =>
      inNamespace(target, async (namespace) => {
        const volumes = [
          {
            name: 'scratch',
            ephemeral: {
              volumeClaimTemplate: {
                spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
              },
            },
          },
        ];
        await put(target, paths.pods(namespace), {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name: 'web' },
          spec: {
            terminationGracePeriodSeconds: 1,
            containers: [{ name: 'main', image: 'registry.k8s.io/pause:3.10' }],
            volumes,
          },
        });
        const at = `${paths.claims(namespace)}/web-scratch`;
        await until(
          'the Pod runs',
          async () => (await seen(target, `${paths.pods(namespace)}/web`))?.status?.phase === 'Running',
        );
        const claim = kinded(await seen(target, at), 'v1', 'PersistentVolumeClaim');
        const kept = await keepFor(target, [claim], { group: '', resource: 'persistentvolumeclaims' });
        assert.notEqual(saidOf(kept, 'PersistentVolumeClaim', 'web-scratch'), 'returns');
        await target.https('DELETE', at);
        const { told, code } = await undone(target, [kept.snapshot], { limit: 1_000 });
        assert.equal(code, 1);
        assert.match(told.join('\n'), /Pod web still uses it/);
      }));
  }
}
