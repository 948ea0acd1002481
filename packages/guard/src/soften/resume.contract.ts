import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { SoftenRecord } from '@toolcrib/model';
import { marks } from '@toolcrib/model';
import { away, busy, faulty, refused, watchingAs } from '../testing/faulty.ts';
import type { ClusterTarget, OpenTarget } from '../testing/target.ts';
import { inNamespace, paths, seen, until } from '../testing/target.ts';
import { podsOf, runDeployment, runStatefulSet, uidsOf } from '../testing/workloads.ts';
import { orphanFirst, resume } from './index.ts';
import { assertSoftened, cutOff, requestFor, timing } from './testing/softening.ts';

/** A softening that was cut off, or of which nobody knows, comes to a safe end. Everything claimed is asked of the API directly. */
export function resumeContract(open: OpenTarget): void {
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
          await assertSoftened(target, namespace, resource, 'web', pods);
          const again = await resume(target.cluster, kept, { timing });
          assert.equal(again.state, 'softened');
          await assertSoftened(target, namespace, resource, 'web', pods);
        }));
    }
  }

  test('the cluster stays away: it is left to be resumed, says so, and is', () =>
    inNamespace(target, async (namespace) => {
      const { owner, pods } = await runDeployment(target, namespace, 'web', 2);
      let dead = false;
      const cluster = faulty(target.cluster, () => (dead ? { before: away() } : undefined));
      const record = await orphanFirst(
        cluster,
        requestFor(owner, 'deployments'),
        ({ step }) => {
          if (step === 'deleting') dead = true;
        },
        { ...timing, limit: 300 },
      );
      assert.equal(record.state, 'started');
      assert.match(record.note ?? '', /stands in Terminating.*the guard goes on with it/);
      await assert.rejects(resume(cluster, record, { timing }), { code: 'unreachable' });
      const end = await resume(target.cluster, record, { timing });
      assert.equal(end.state, 'softened', end.note);
      assert.equal(end.note, undefined);
      await assertSoftened(target, namespace, 'deployments', 'web', pods);
    }));

  for (const error of [busy(504), busy(500), busy(408), busy(404), away()]) {
    test(`"${error.message}" to the delete, carried out later or never: nothing is called back before that is known`, () =>
      inNamespace(target, async (namespace) => {
        const { owner, pods } = await runDeployment(target, namespace, 'web', 2);
        const path = `${paths.apps(namespace, 'deployments')}/web`;
        const finalizers = async () => (await seen(target, path))?.metadata.finalizers ?? [];
        const lies = faulty(target.cluster, (call) => (call === 'delete' ? { before: error } : undefined));
        const softens = () => orphanFirst(lies, requestFor(owner, 'deployments'), () => {}, timing);
        const record = await softens();
        assert.equal(record.state, 'started');
        assert.match(record.note ?? '', /is not known yet/);
        assert.deepEqual(await finalizers(), [marks.finalizer], 'a delete that comes late must find it');
        const open = await resume(target.cluster, record, { timing, mayArrive: true });
        assert.equal(open.state, 'started');
        assert.deepEqual(await finalizers(), [marks.finalizer]);
        const never = await resume(target.cluster, open, { timing });
        assert.equal(never.state, 'failed');
        assert.deepEqual(await finalizers(), []);
        const again = await softens();
        await target.https('DELETE', path, { propagationPolicy: 'Orphan' });
        const late = await resume(target.cluster, again, { timing, mayArrive: true });
        assert.equal(late.state, 'softened', late.note);
        await assertSoftened(target, namespace, 'deployments', 'web', pods);
      }));
  }

  test('the finalizer of a softening that came to nothing lands late: it is taken off all the same', () =>
    inNamespace(target, async (namespace) => {
      const { owner } = await runDeployment(target, namespace, 'web', 1);
      const path = `${paths.apps(namespace, 'deployments')}/web`;
      let late: (() => Promise<unknown>) | undefined;
      const slow = new Proxy(target.cluster, {
        get(real, name) {
          const value = Reflect.get(real, name);
          if (name !== 'patch') return value;
          return async (...args: unknown[]) => {
            late = () => Reflect.apply(value as never, real, args);
            throw busy(504);
          };
        },
      });
      const record = await orphanFirst(slow, requestFor(owner, 'deployments'), () => {}, timing);
      assert.equal(record.state, 'started');
      await late?.();
      assert.deepEqual((await seen(target, path))?.metadata.finalizers, [marks.finalizer]);
      assert.equal((await resume(target.cluster, record, { timing })).state, 'failed');
      assert.deepEqual((await seen(target, path))?.metadata.finalizers ?? [], []);
    }));

  test('one that failed and was then deleted by somebody else is not called softened', () =>
    inNamespace(target, async (namespace) => {
      const { owner } = await runDeployment(target, namespace, 'web', 1);
      const refuses = faulty(target.cluster, (call) =>
        call === 'delete' ? { before: refused(403, 'Forbidden') } : undefined,
      );
      const record = await orphanFirst(refuses, requestFor(owner, 'deployments'), () => {}, timing);
      assert.equal(record.state, 'failed');
      assert.match(record.note ?? '', /^Nothing was deleted/);
      const path = `${paths.apps(namespace, 'deployments')}/web`;
      assert.deepEqual((await seen(target, path))?.metadata.finalizers ?? [], []);
      const cut = await cutOff(target.cluster, requestFor(owner, 'deployments'), 'prepared');
      await target.https('DELETE', path);
      await until('deleted by somebody else', async () => !(await seen(target, path)));
      assert.equal((await resume(target.cluster, record, { timing })).state, 'failed');
      // Its finalizer had stayed on, and was taken off by hand.
      const held = await resume(target.cluster, { ...record, held: true }, { timing });
      assert.equal(held.state, 'failed');
      assert.equal((await resume(target.cluster, cut, { timing })).state, 'failed');
    }));

  test('as somebody else: every call of it, and of its resumption, is made as them', () =>
    inNamespace(target, async (namespace) => {
      const { owner } = await runDeployment(target, namespace, 'web', 1);
      const as = { 'impersonate-user': 'toolcrib-test-nobody' };
      const watched = watchingAs(target.cluster, as);
      let kept: SoftenRecord | undefined;
      await orphanFirst(
        watched.cluster,
        { ...requestFor(owner, 'deployments'), as },
        ({ record }) => {
          kept ??= record;
        },
        timing,
      );
      assert.deepEqual(kept?.as, as);
      await resume(watched.cluster, { ...(kept as SoftenRecord), state: 'started' }, { timing });
      assert.ok(watched.count() > 8);
      assert.deepEqual(watched.otherwise(), []);
    }));
}
