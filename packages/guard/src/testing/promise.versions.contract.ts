import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { CRD, define, GROUP, kinded } from './promised.ts';
import type { ClusterTarget, OpenTarget } from './target.ts';
import { inNamespace, items, paths, put, seen, until } from './target.ts';
import { keepFor, saidOf, undone } from './took.ts';
import { rested, runDeployment } from './workloads.ts';

/** In which version an object comes back, and by which of them its history is judged. */
export function promiseVersionsContract(open: OpenTarget): void {
  let target: ClusterTarget;
  before(async () => {
    target = await open();
  });
  after(() => target.close());

  test('an object comes back in the version in which it was read and kept', () =>
    inNamespace(target, async (namespace) => {
      const path = `/apis/autoscaling/v1/namespaces/${namespace}/horizontalpodautoscalers`;
      const hpa = await put(target, path, {
        apiVersion: 'autoscaling/v1',
        kind: 'HorizontalPodAutoscaler',
        metadata: { name: 'web' },
        spec: {
          minReplicas: 2,
          maxReplicas: 5,
          targetCPUUtilizationPercentage: 50,
          scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
        },
      });
      const kept = await keepFor(target, [hpa], {
        group: 'autoscaling',
        resource: 'horizontalpodautoscalers',
      });
      await target.https('DELETE', `${path}/web`);
      const { code, told } = await undone(target, [kept.snapshot]);
      assert.equal(code, 0, told.join('\n'));
      assert.deepEqual((await seen(target, `${path}/web`))?.spec, hpa.spec);
      const again = await undone(target, [kept.snapshot]);
      assert.match(again.told.join(), /unchanged HorizontalPodAutoscaler .*the same stands there again/);
    }));

  test('of a version that is no longer served it is made in the one that is, or it is said why not', async () => {
    const resource = await define(target, 'Crate', 'Cluster', ['v1', 'v1beta1']);
    const at = (version: string) => `/apis/${GROUP}/${version}/${resource}`;
    const crate = await put(target, at('v1beta1'), {
      apiVersion: `${GROUP}/v1beta1`,
      kind: 'Crate',
      metadata: { name: 'old' },
      spec: { size: 3 },
    });
    const kept = await keepFor(target, [crate], { group: GROUP, resource });
    await target.https('DELETE', `${at('v1')}/old`);
    const crd = await seen(target, `${CRD}/${resource}.${GROUP}`);
    const versions = crd?.spec.versions.map((one: { name: string }) => ({
      ...one,
      served: one.name === 'v1',
    }));
    await target.https('PATCH', `${CRD}/${resource}.${GROUP}`, { spec: { versions } });
    await until('v1beta1 not served', async () => (await target.https('GET', at('v1beta1'))).status === 404);
    const { told, code } = await undone(target, [kept.snapshot]);
    assert.equal(code, 0, told.join('\n'));
    assert.match(told.join(), /done Crate old: made as crib\.example\.io\/v1: .*v1beta1.* no longer served/);
    assert.deepEqual((await seen(target, `${at('v1')}/old`))?.spec, { size: 3 });
    await target.https('DELETE', `${CRD}/${resource}.${GROUP}`);
  });

  test('rollout history is judged by what was kept, not by a Deployment that has begun to count anew', () =>
    inNamespace(target, async (namespace) => {
      await runDeployment(target, namespace, 'web', 2);
      const sets = paths.apps(namespace, 'replicasets');
      const [old] = await items(target, sets);
      await target.https('PATCH', `${paths.apps(namespace, 'deployments')}/web`, {
        spec: { template: { metadata: { annotations: { version: '2' } } } },
      });
      const both = await until('two ReplicaSets, the old one empty', async () => {
        const now = await items(target, sets);
        const empty = now.find(({ metadata }) => metadata.uid === old?.metadata.uid);
        return now.length === 2 && empty?.status?.replicas === 0 && now;
      });
      await rested(target, namespace, 'deployments', 'web', 2);
      const inTurn = [
        old as KubeObject,
        ...both.filter(({ metadata }) => metadata.uid !== old?.metadata.uid),
      ];
      const snapshots = [];
      for (const [index, one] of inTurn.entries()) {
        const whole = kinded(await seen(target, `${sets}/${one.metadata.name}`), 'apps/v1', 'ReplicaSet');
        const kept = await keepFor(
          target,
          [whole],
          { group: 'apps', resource: 'replicasets' },
          undefined,
          `r${index}`,
        );
        assert.equal(saidOf(kept, 'ReplicaSet', one.metadata.name), index === 0 ? 'restorable' : 'returns');
        snapshots.push(kept.snapshot);
        await target.https('DELETE', `${sets}/${one.metadata.name}`, { propagationPolicy: 'Background' });
        await until(
          'gone',
          async () => (await seen(target, `${sets}/${one.metadata.name}`))?.metadata.uid !== one.metadata.uid,
        );
      }
      await until('made again', async () => (await items(target, sets)).length === 1);
      const { told, code } = await undone(target, snapshots);
      assert.equal(code, 0, told.join('\n'));
      assert.match(told.join('\n'), /done ReplicaSet/);
      const now = await items(target, sets);
      assert.deepEqual(
        now.map(({ metadata }) => metadata.name).sort(),
        both.map(({ metadata }) => metadata.name).sort(),
      );
      const revision = (name: string | undefined) =>
        Number(
          now.find(({ metadata }) => metadata.name === name)?.metadata.annotations?.[
            'deployment.kubernetes.io/revision'
          ],
        );
      await until('the old one is the older revision', async () => {
        const list = await items(target, sets);
        const of = (name: string | undefined) =>
          Number(
            list.find(({ metadata }) => metadata.name === name)?.metadata.annotations?.[
              'deployment.kubernetes.io/revision'
            ],
          );
        return of(old?.metadata.name) < of(inTurn[1]?.metadata.name);
      });
      assert.ok(revision(old?.metadata.name) > 0);
    }));
}
