import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { marks } from '@toolcrib/model';
import { away, busy, faulty } from '../testing/faulty.ts';
import type { ClusterTarget, OpenTarget } from '../testing/target.ts';
import { inNamespace, items, paths, put, seen } from '../testing/target.ts';
import { runDeployment, runStatefulSet, uidsOf } from '../testing/workloads.ts';
import type { SoftenStep } from './index.ts';
import { canSoften, orphanFirst } from './index.ts';
import { assertSoftened, requestFor, timing } from './testing/softening.ts';

/** A softened delete keeps its promises over this target. Everything claimed is asked of the API directly. */
export function orphanFirstContract(open: OpenTarget): void {
  let target: ClusterTarget;
  before(async () => {
    target = await open();
  });
  after(() => target.close());

  const workloads = [
    ['deployments', runDeployment],
    ['statefulsets', runStatefulSet],
  ] as const;

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
        await assertSoftened(target, namespace, resource, 'web', pods);
        const left = new Set(record.left.map(({ uid }) => uid));
        for (const uid of uidsOf(pods)) assert.ok(left.has(uid));
        // The collector has nothing to take: still so a while later.
        await target.aWhile(1_000);
        await assertSoftened(target, namespace, resource, 'web', pods);
      }));
  }

  test('errors that pass, before and after each kind of call, do not stop it', () =>
    inNamespace(target, async (namespace) => {
      const { owner, pods } = await runDeployment(target, namespace, 'web', 2);
      let deleting = false;
      const faults = new Map<string, number>();
      const cluster = faulty(target.cluster, (call) => {
        if (!deleting) return undefined;
        const nth = faults.get(call) ?? 0;
        faults.set(call, nth + 1);
        return [{ before: busy(503) }, { before: busy(429) }, { after: away() }][nth];
      });
      const record = await orphanFirst(
        cluster,
        requestFor(owner, 'deployments'),
        ({ step }) => {
          if (step === 'deleting') deleting = true;
        },
        timing,
      );
      assert.equal(record.state, 'softened', record.note);
      for (const call of ['get', 'list', 'patch', 'resources']) assert.ok((faults.get(call) ?? 0) > 3, call);
      await assertSoftened(target, namespace, 'deployments', 'web', pods);
    }));

  test('the answer of the delete is lost, and the cluster away for a while: it goes on, not back', () =>
    inNamespace(target, async (namespace) => {
      const { owner, pods } = await runStatefulSet(target, namespace, 'web', 2);
      let awayFor = 0;
      const cluster = faulty(target.cluster, (call) => {
        if (call === 'delete') {
          awayFor = 4;
          return { after: away() };
        }
        return awayFor-- > 0 ? { before: away() } : undefined;
      });
      const record = await orphanFirst(cluster, requestFor(owner, 'statefulsets'), () => {}, timing);
      assert.equal(record.state, 'softened', record.note);
      await assertSoftened(target, namespace, 'statefulsets', 'web', pods);
    }));

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
      await target.aWhile(1_000);
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

  for (const [what, preconditions] of [
    ['UID', { uid: '00000000-0000-4000-8000-000000000000' }],
    ['resourceVersion', { resourceVersion: '1' }],
  ] as const) {
    test(`a ${what} of the client's own that does not fit: the cluster's 409, and nothing was written`, () =>
      inNamespace(target, async (namespace) => {
        const { owner } = await runDeployment(target, namespace, 'web', 1);
        const at = `${paths.apps(namespace, 'deployments')}/web`;
        const direct = await target.https('DELETE', at, { preconditions });
        assert.equal(direct.status, 409);
        const request = { ...requestFor(owner, 'deployments'), options: { preconditions } };
        const steps: SoftenStep[] = [];
        const softened = orphanFirst(target.cluster, request, ({ step }) => steps.push(step), timing);
        await assert.rejects(softened, { code: 'conflict', message: direct.body.message });
        assert.deepEqual(steps, []);
        assert.deepEqual(await seen(target, at), owner);
      }));
  }

  test("a resourceVersion of the client's own that is outdated between the look and the first write", () =>
    inNamespace(target, async (namespace) => {
      const { owner } = await runDeployment(target, namespace, 'web', 1);
      const at = `${paths.apps(namespace, 'deployments')}/web`;
      const { resourceVersion } = owner.metadata;
      const request = {
        ...requestFor(owner, 'deployments'),
        options: { preconditions: { resourceVersion } },
      };
      const record = await orphanFirst(
        target.cluster,
        request,
        async ({ step }) => {
          if (step === 'prepared')
            await target.https('PATCH', at, { metadata: { labels: { changed: 'yes' } } });
        },
        timing,
      );
      assert.equal(record.state, 'failed');
      assert.match(record.note ?? '', /Nothing was deleted: .*ResourceVersion in the precondition/);
      const stands = await seen(target, at);
      assert.equal(stands?.metadata.deletionTimestamp, undefined);
      assert.deepEqual(stands?.metadata.finalizers ?? [], []);
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
