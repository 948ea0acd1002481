import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { controllerOf } from '@toolcrib/kube';
import type { SoftenRecord } from '@toolcrib/model';
import { marks } from '@toolcrib/model';
import { orphanFirst } from '../soften/index.ts';
import { lookForFinish, planFinish, runFinish } from '../undo/index.ts';
import {
  type ClusterTarget,
  inNamespace,
  items,
  type OpenTarget,
  paths,
  put,
  seen,
  until,
} from './target.ts';
import { podsOf, runStatefulSet, uidsOf } from './workloads.ts';

const finishAfter = Date.UTC(2030, 0, 1);
const timing = { poll: 30, patience: 3_000, limit: 20_000 };

/** The window of a set that deletes its claims ends, and somebody uses those again by then: their data must stay. */
export function claimsInUseContract(open: OpenTarget): void {
  let target: ClusterTarget;
  before(async () => {
    target = await open();
  });
  after(() => target.close());

  async function softened(namespace: string): Promise<{ owner: KubeObject; record: SoftenRecord }> {
    const { owner } = await runStatefulSet(target, namespace, 'db', 2, { whenDeleted: 'Delete' });
    const record = await orphanFirst(
      target.cluster,
      {
        target: { group: 'apps', version: 'v1', resource: 'statefulsets', namespace, name: 'db' },
        uid: owner.metadata.uid ?? '',
        act: 'act-one',
        requestId: 'r1',
        finishAfter,
        options: {},
      },
      () => {},
      timing,
    );
    assert.equal(record.state, 'softened', record.note);
    return { owner, record };
  }

  /** As Argo or Flux does it, past the guard. */
  async function madeAgain(namespace: string, owner: KubeObject, change: object = {}): Promise<KubeObject> {
    const { apiVersion, kind, spec, metadata } = owner;
    const retain = { persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' } };
    return put(target, paths.apps(namespace, 'statefulsets'), {
      apiVersion,
      kind,
      metadata: { name: 'db', labels: metadata.labels },
      spec: { ...spec, ...retain, ...change },
    });
  }

  const adopted = (namespace: string, set: KubeObject) =>
    until('its Pods are adopted', async () => {
      const pods = await podsOf(target, namespace, 'db');
      return pods.length === 2 && pods.every((pod) => controllerOf(pod)?.uid === set.metadata.uid) && pods;
    });

  const look = async (record: SoftenRecord) =>
    planFinish(record, await lookForFinish(target.cluster, record), finishAfter);
  const finish = async (plan: ReturnType<typeof planFinish>) => {
    const ended = await runFinish(target.cluster, plan, () => {}, { id: 'f1', by: 'tester' });
    assert.ok(
      ended.record.results.every(({ result }) => result !== 'failed'),
      JSON.stringify(ended.record.results),
    );
    return ended;
  };

  /** Neither deleted nor on their way out, and nobody's to finish any more. */
  async function claimsStand(namespace: string, before: KubeObject[]): Promise<void> {
    const now = await items(target, paths.claims(namespace));
    assert.deepEqual(uidsOf(now), uidsOf(before));
    for (const { metadata } of now) {
      assert.equal(metadata.deletionTimestamp, undefined, metadata.name);
      assert.equal(metadata.labels?.[marks.act], undefined, metadata.name);
    }
  }

  test('made again with Retain before the window ends: Pods and claims stand', () =>
    inNamespace(target, async (namespace) => {
      const { owner, record } = await softened(namespace);
      const claims = await items(target, paths.claims(namespace));
      const set = await madeAgain(namespace, owner);
      const pods = await adopted(namespace, set);
      const { softening } = await finish(await look(record));
      assert.equal(softening.state, 'finished');
      await claimsStand(namespace, claims);
      assert.deepEqual(uidsOf(await podsOf(target, namespace, 'db')), uidsOf(pods));
    }));

  test('made again between the look and the deletes: the same', () =>
    inNamespace(target, async (namespace) => {
      const { owner, record } = await softened(namespace);
      const claims = await items(target, paths.claims(namespace));
      const plan = await look(record);
      const pods = await adopted(namespace, await madeAgain(namespace, owner));
      await finish(plan);
      await claimsStand(namespace, claims);
      assert.deepEqual(uidsOf(await podsOf(target, namespace, 'db')), uidsOf(pods));
    }));

  test('made again without Pods at this moment: its claims are the same data, and stand', () =>
    inNamespace(target, async (namespace) => {
      const { owner, record } = await softened(namespace);
      const claims = await items(target, paths.claims(namespace));
      await madeAgain(namespace, owner, { replicas: 0 });
      await until('scaled away', async () => (await podsOf(target, namespace, 'db')).length === 0);
      await finish(await look(record));
      await claimsStand(namespace, claims);
    }));

  test('another Pod mounts one of them: that one stands, the other goes', () =>
    inNamespace(target, async (namespace) => {
      const { record } = await softened(namespace);
      const claims = await items(target, paths.claims(namespace));
      await put(target, paths.pods(namespace), {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'rescue' },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [{ name: 'main', image: 'registry.k8s.io/pause:3.10' }],
          volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data-db-0' } }],
        },
      });
      await finish(await look(record));
      await until('the other claim has gone', async () => {
        return (await seen(target, `${paths.claims(namespace)}/data-db-1`)) === undefined;
      });
      await claimsStand(
        namespace,
        claims.filter(({ metadata }) => metadata.name === 'data-db-0'),
      );
    }));
}
