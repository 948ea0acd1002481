import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { controllerOf } from '@toolcrib/kube';
import type { Cluster, SoftenRecord } from '@toolcrib/model';
import { marks } from '@toolcrib/model';
import { onCreate, orphanFirst } from '../soften/index.ts';
import { lookForFinish, planFinish, runFinish } from '../undo/index.ts';
import { template, timing } from './soften-and-back.ts';
import type { ClusterTarget, OpenTarget } from './target.ts';
import { inNamespace, items, paths, put, until } from './target.ts';
import { podsOf, restartsOf, runDeployment, runStatefulSet, uidsOf } from './workloads.ts';

const finishAfter = Date.UTC(2030, 0, 1);

/** What the window must survive. */
export function lawsWindowContract(open: OpenTarget): void {
  let target: ClusterTarget;
  before(async () => {
    target = await open();
  });
  after(() => target.close());

  async function soften(owner: KubeObject, resource: string): Promise<SoftenRecord> {
    const { namespace = '', name, uid = '' } = owner.metadata;
    const at = { group: 'apps', version: 'v1', resource, namespace, name };
    const request = { target: at, uid, act: 'act-law', requestId: 'r1', finishAfter, options: {} };
    const record = await orphanFirst(target.cluster, request, () => {}, timing);
    assert.equal(record.state, 'softened', record.note);
    return record;
  }

  async function finish(record: SoftenRecord, cluster: Cluster = target.cluster) {
    const plan = planFinish(record, await lookForFinish(cluster, record), finishAfter);
    return runFinish(cluster, plan, () => {}, { id: 'f1', by: 'tester' });
  }

  describe('in the window', () => {
    test('a finish against an adoption in that very moment: who adopts wins', () =>
      inNamespace(target, async (namespace) => {
        const { owner, pods } = await runDeployment(target, namespace, 'web', 2);
        const record = await soften(owner, 'deployments');
        const again = async () => {
          await put(target, paths.apps(namespace, 'deployments'), {
            apiVersion: 'apps/v1',
            kind: 'Deployment',
            metadata: { name: 'web', labels: owner.metadata.labels },
            spec: owner.spec,
          });
          await until('adopted', async () => {
            const sets = await items(target, paths.apps(namespace, 'replicasets'));
            return sets.length === 1 && sets.every((one) => controllerOf(one) !== undefined);
          });
        };
        let raced = false;
        // Between what the finish has read and what it deletes, somebody makes the Deployment again.
        const racing = new Proxy(target.cluster, {
          get(real, name) {
            const value = Reflect.get(real, name);
            if (name !== 'delete') return value;
            return async (...args: unknown[]) => {
              if (!raced) {
                raced = true;
                await again();
              }
              return Reflect.apply(value, real, args);
            };
          },
        });
        const { record: said } = await finish(record, racing);
        assert.ok(raced, 'nothing was ever deleted, so the race was not run');
        assert.ok(
          said.results.every(({ result }) => result === 'skipped' || result === 'unchanged'),
          JSON.stringify(said.results),
        );
        await target.aWhile(1_500);
        const now = await podsOf(target, namespace, 'web');
        assert.deepEqual(uidsOf(now), uidsOf(pods));
        assert.equal(restartsOf(now), restartsOf(pods));
      }));

    async function left(record: SoftenRecord): Promise<KubeObject[]> {
      const found = await Promise.all(
        record.left.map(async (ref) => {
          const type = await target.cluster.typeOf(ref);
          return target.cluster.get(type, { namespace: ref.namespace, name: ref.name });
        }),
      );
      return found.filter((object) => object !== undefined);
    }

    test('made again with the same selector: let it adopt', () =>
      inNamespace(target, async (namespace) => {
        const { owner, pods } = await runStatefulSet(target, namespace, 'web', 2);
        const record = await soften(owner, 'statefulsets');
        const created = {
          apiVersion: 'apps/v1',
          kind: 'StatefulSet',
          metadata: { name: 'web', namespace, labels: owner.metadata.labels },
          spec: owner.spec,
        };
        assert.equal(onCreate(record, await left(record), created), 'adopt');
        const back = await put(target, paths.apps(namespace, 'statefulsets'), created);
        const now = await until('adopted', async () => {
          const all = await podsOf(target, namespace, 'web');
          return all.every((pod) => controllerOf(pod)?.uid === back.metadata.uid) && all;
        });
        assert.deepEqual(uidsOf(now), uidsOf(pods));
      }));

    test('made again with another selector: the window ends, or old and new stand side by side', () =>
      inNamespace(target, async (namespace) => {
        const { owner, pods } = await runDeployment(target, namespace, 'web', 2);
        const record = await soften(owner, 'deployments');
        const labels = { app: 'web', version: 'two' };
        const created = {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: { name: 'web', namespace },
          spec: { replicas: 1, selector: { matchLabels: labels }, template: template(labels) },
        };
        assert.equal(onCreate(record, await left(record), created), 'ends');
        const { softening: ended } = await finish(record);
        assert.equal(ended.state, 'finished');
        await until(
          'the old Pods are gone',
          async () => (await podsOf(target, namespace, 'web')).length === 0,
        );
        await put(target, paths.apps(namespace, 'deployments'), created);
        const now = await until('the new one runs', async () => {
          const all = await podsOf(target, namespace, 'web');
          return all.length === 1 && all[0]?.status?.phase === 'Running' && all;
        });
        const before = new Set(uidsOf(pods));
        for (const pod of now) {
          assert.ok(!before.has(pod.metadata.uid ?? ''));
          assert.equal(pod.metadata.labels?.[marks.act], undefined);
        }
      }));
  });
}
