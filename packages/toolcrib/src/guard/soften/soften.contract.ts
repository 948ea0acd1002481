import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import type { Cluster, SoftenRecord } from '../../model/index.ts';
import { marks } from '../../model/index.ts';
import type { ClusterTarget, OpenTarget } from '../../testing/target.ts';
import { inNamespace, items, paths, put, seen } from '../../testing/target.ts';
import { podsOf, restartsOf, runDeployment, runStatefulSet, uidsOf } from '../../testing/workloads.ts';
import type { SoftenRequest, SoftenStep } from './index.ts';
import { canSoften, orphanFirst, resume } from './index.ts';

const finishAfter = Date.UTC(2030, 0, 1);
const timing = { poll: 30, patience: 3_000, limit: 20_000 };

function requestFor(owner: KubeObject, resource: string): SoftenRequest {
  const { namespace = '', name, uid = '' } = owner.metadata;
  return {
    target: { group: 'apps', version: 'v1', resource, namespace, name },
    uid,
    act: 'act-test1',
    requestId: 'r1',
    finishAfter,
    options: {},
  };
}

/** Softening keeps its promises over this target. Everything claimed is asked of the API directly. */
export function softenContract(open: OpenTarget): void {
  let target: ClusterTarget;
  before(async () => {
    target = await open();
  });
  after(() => target.close());

  const workloads = [
    ['deployments', runDeployment],
    ['statefulsets', runStatefulSet],
  ] as const;

  /** The owner is 404; its Pods have their old UIDs, run, and carry the mark. */
  async function assertSoftened(namespace: string, resource: string, app: string, pods: KubeObject[]) {
    assert.equal(await seen(target, `${paths.apps(namespace, resource)}/${app}`), undefined);
    const now = await podsOf(target, namespace, app);
    assert.deepEqual(uidsOf(now), uidsOf(pods));
    for (const pod of now) {
      assert.equal(pod.status?.phase, 'Running');
      assert.equal(pod.metadata.labels?.[marks.act], 'act-test1');
      assert.equal(pod.metadata.annotations?.[marks.finishAfter], '2030-01-01T00:00:00.000Z');
    }
    const direct =
      resource === 'deployments' ? await items(target, paths.apps(namespace, 'replicasets')) : now;
    assert.ok(direct.length > 0);
    for (const object of direct) {
      assert.deepEqual(object.metadata.ownerReferences ?? [], []);
      assert.equal(object.metadata.labels?.[marks.act], 'act-test1');
    }
    assert.equal(restartsOf(now), restartsOf(pods));
  }

  for (const [resource, run] of workloads) {
    test(`${resource}: the owner goes, every Pod stays the one it was`, () =>
      inNamespace(target, async (namespace) => {
        const { owner, pods } = await run(target, namespace, 'web', 3);
        const steps: SoftenStep[] = [];
        const record = await orphanFirst(
          target.cluster,
          requestFor(owner, resource),
          ({ step }) => steps.push(step),
          timing,
        );
        assert.equal(record.note, undefined);
        assert.equal(record.state, 'softened');
        assert.deepEqual(steps, ['prepared', 'held', 'deleting', 'released', 'marked', 'done']);
        await assertSoftened(namespace, resource, 'web', pods);
        const left = new Set(record.left.map(({ uid }) => uid));
        for (const uid of uidsOf(pods)) assert.ok(left.has(uid));
        // The collector has nothing to take: still so a while later.
        await new Promise((done) => setTimeout(done, 1_000));
        await assertSoftened(namespace, resource, 'web', pods);
      }));

    for (const cutAt of ['prepared', 'held', 'deleting', 'released', 'marked'] as const) {
      test(`${resource}: cut off at "${cutAt}", resumed to a safe end`, () =>
        inNamespace(target, async (namespace) => {
          const { owner, pods } = await run(target, namespace, 'web', 2);
          const kept = await cutOff(target.cluster, requestFor(owner, resource), cutAt);
          const end = await resume(target.cluster, kept, { timing });
          if (cutAt === 'prepared' || cutAt === 'held') {
            assert.equal(end.state, 'failed');
            const stands = await seen(target, `${paths.apps(namespace, resource)}/web`);
            assert.equal(stands?.metadata.uid, owner.metadata.uid);
            assert.deepEqual(stands?.metadata.finalizers ?? [], []);
            assert.equal(stands?.metadata.deletionTimestamp, undefined);
            assert.deepEqual(uidsOf(await podsOf(target, namespace, 'web')), uidsOf(pods));
            return;
          }
          assert.equal(end.state, 'softened', end.note);
          await assertSoftened(namespace, resource, 'web', pods);
          const again = await resume(target.cluster, kept, { timing });
          assert.equal(again.state, 'softened');
          await assertSoftened(namespace, resource, 'web', pods);
        }));
    }
  }

  test('a dependent made in the very moment of the delete keeps standing', () =>
    inNamespace(target, async (namespace) => {
      const { owner } = await runStatefulSet(target, namespace, 'web', 1);
      const { name, uid } = owner.metadata;
      const late = {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: {
          name: 'late',
          ownerReferences: [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name, uid }],
        },
      };
      const record = await orphanFirst(
        target.cluster,
        requestFor(owner, 'statefulsets'),
        async ({ step }) => {
          if (step === 'deleting') await put(target, paths.core(namespace, 'configmaps'), late);
        },
        timing,
      );
      assert.equal(record.state, 'softened', record.note);
      await new Promise((done) => setTimeout(done, 1_000));
      const stands = await seen(target, paths.core(namespace, 'configmaps/late'));
      assert.deepEqual(stands?.metadata.ownerReferences ?? [], []);
      assert.ok(stands);
    }));

  test('another object under the name is left alone', () =>
    inNamespace(target, async (namespace) => {
      const { owner } = await runDeployment(target, namespace, 'web', 1);
      const request = { ...requestFor(owner, 'deployments'), uid: '00000000-0000-0000-0000-000000000000' };
      await assert.rejects(
        orphanFirst(target.cluster, request, () => {}, timing),
        { code: 'conflict' },
      );
      const stands = await seen(target, `${paths.apps(namespace, 'deployments')}/web`);
      assert.equal(stands?.metadata.resourceVersion === undefined, false);
      assert.equal(stands?.metadata.deletionTimestamp, undefined);
      assert.deepEqual(stands?.metadata.finalizers ?? [], []);
    }));

  test('a StatefulSet that deletes its claims: they stay, marked, without their owner', () =>
    inNamespace(target, async (namespace) => {
      const { owner } = await runStatefulSet(target, namespace, 'web', 2, { whenDeleted: 'Delete' });
      const record = await orphanFirst(target.cluster, requestFor(owner, 'statefulsets'), () => {}, timing);
      assert.equal(record.state, 'softened', record.note);
      assert.equal(record.claims, 'Delete');
      const claims = await items(target, paths.claims(namespace));
      assert.equal(claims.length, 2);
      for (const claim of claims) {
        assert.deepEqual(claim.metadata.ownerReferences ?? [], []);
        assert.equal(claim.metadata.deletionTimestamp, undefined);
        assert.equal(claim.metadata.labels?.[marks.act], 'act-test1');
        assert.equal(claim.status?.phase, 'Bound');
      }
    }));

  test('rights are asked for before; who may only look may not soften', () =>
    inNamespace(target, async (namespace) => {
      const { owner } = await runDeployment(target, namespace, 'web', 1);
      const { target: at } = requestFor(owner, 'deployments');
      assert.deepEqual(await canSoften(target.cluster, at), { allowed: true });
      const answer = await canSoften(await target.person('viewer'), at);
      assert.equal(answer.allowed, false);
      assert.match(answer.allowed ? '' : answer.why, /the right to get deployments/);
    }));
}

class Cut extends Error {}

/** Runs a softening as a process that dies at `at`: nothing after it is sent. @returns what was durable then */
async function cutOff(cluster: Cluster, request: SoftenRequest, at: SoftenStep): Promise<SoftenRecord> {
  let kept: SoftenRecord | undefined;
  let dead = false;
  // A dead process sends nothing: not even what its own error handling would like to.
  const mortal = new Proxy(cluster, {
    get(real, name) {
      const value = Reflect.get(real, name);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        if (dead) return Promise.reject(new Cut());
        return Reflect.apply(value, real, args);
      };
    },
  });
  await orphanFirst(
    mortal,
    request,
    ({ step, record }) => {
      if (step === 'prepared') kept = structuredClone(record);
      if (step === at) dead = true;
      if (dead) throw new Cut();
    },
    timing,
  ).catch((error) => {
    if (!(error instanceof Cut)) throw error;
  });
  assert.ok(kept, 'the record was durable before anything was written');
  return kept;
}
