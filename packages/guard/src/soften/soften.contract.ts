import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import type { Cluster, SoftenRecord } from '@toolcrib/model';
import { certainlyNotDone, marks } from '@toolcrib/model';
import { away, busy, faulty, refused, watchingAs } from '../testing/faulty.ts';
import type { ClusterTarget, OpenTarget } from '../testing/target.ts';
import { inNamespace, items, paths, put, seen, until } from '../testing/target.ts';
import { podsOf, restartsOf, runDeployment, runStatefulSet, uidsOf } from '../testing/workloads.ts';
import type { SoftenRequest, SoftenStep } from './index.ts';
import { canSoften, orphanFirst, resume, retainFirst, settleRetained } from './index.ts';

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
        await target.aWhile(1_000);
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
      await assertSoftened(namespace, 'deployments', 'web', pods);
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
      await assertSoftened(namespace, 'statefulsets', 'web', pods);
    }));

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
      await assertSoftened(namespace, 'deployments', 'web', pods);
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
        await assertSoftened(namespace, 'deployments', 'web', pods);
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

  /** A claim of its own, bound, with its volume. */
  async function runClaim(namespace: string, name: string) {
    await put(target, paths.claims(namespace), {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    });
    const claim = await until('bound', async () => {
      const now = await seen(target, `${paths.claims(namespace)}/${name}`);
      return now?.status?.phase === 'Bound' && now;
    });
    const path = `/api/v1/persistentvolumes/${claim.spec?.volumeName}`;
    const volume = (await until('volume bound', async () => {
      const now = await seen(target, path);
      return now?.status?.phase === 'Bound' && now;
    })) as KubeObject;
    const policy = async () => (await seen(target, path))?.spec?.persistentVolumeReclaimPolicy;
    const record: SoftenRecord = {
      actId: 'act-test1',
      requestId: 'r1',
      context: 'test',
      owner: {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        namespace,
        name,
        uid: claim.metadata.uid ?? '',
      },
      left: [],
      finishAfter,
      how: 'retain-first',
      state: 'started',
    };
    return { record, at: { name: volume.metadata.name, uid: volume.metadata.uid ?? '' }, policy };
  }

  test('retain-first, stopped at the second volume: the first is written down before, and put back', () =>
    inNamespace(target, async (namespace) => {
      const { record, at, policy } = await runClaim(namespace, 'data');
      assert.equal(await policy(), 'Delete');
      const other = { name: 'toolcrib-test-none', uid: 'none' };
      let saved: SoftenRecord = record;
      const save = async (volumes: SoftenRecord['volumes']) => {
        assert.equal(await policy(), 'Delete', 'written down before it is written to');
        saved = structuredClone({ ...record, volumes });
      };
      await assert.rejects(retainFirst(target.cluster, [at, other], { save }), { code: 'not-kept' });
      assert.equal(await policy(), 'Retain');
      assert.deepEqual(saved.volumes, [{ ...at, reclaimPolicy: 'Delete' }]);
      const end = await settleRetained(target.cluster, saved, 'the guard ended.');
      assert.equal(end.state, 'failed');
      assert.equal(end.note, 'Nothing was deleted: the guard ended.');
      assert.equal(await policy(), 'Delete');
    }));

  test('retain-first, and a write that does not show yet: not certain, so it is put back once it has come', () =>
    inNamespace(target, async (namespace) => {
      const { record, at, policy } = await runClaim(namespace, 'data');
      let late: (() => Promise<unknown>) | undefined;
      const slow = new Proxy(target.cluster, {
        get(real, name) {
          const value = Reflect.get(real, name);
          if (name !== 'patch') return value;
          return async (...args: unknown[]) => {
            late = () => Reflect.apply(value as never, real, args);
            return target.cluster.get({ group: '', version: 'v1', resource: 'persistentvolumes' }, at);
          };
        },
      });
      const volumes: SoftenRecord['volumes'] = [];
      const save = (sofar: typeof volumes) => volumes.splice(0, volumes.length, ...sofar);
      const failed = await retainFirst(slow, [at], { save }).catch((error: unknown) => error);
      assert.equal(certainlyNotDone(failed), false);
      const open = await settleRetained(target.cluster, { ...record, volumes }, 'no answer came.', true);
      assert.equal(open.state, 'started');
      await late?.();
      assert.equal(await policy(), 'Retain');
      const end = await settleRetained(target.cluster, open, 'no answer came.');
      assert.equal(end.state, 'failed');
      assert.equal(await policy(), 'Delete');
    }));

  test('retain-first, and the claim went all the same: it is softened, and its volume keeps Retain', () =>
    inNamespace(target, async (namespace) => {
      const { record, at, policy } = await runClaim(namespace, 'data');
      const volumes = await retainFirst(target.cluster, [at]);
      const path = `${paths.claims(namespace)}/data`;
      await target.https('DELETE', path);
      await until('claim gone', async () => !(await seen(target, path)));
      const end = await settleRetained(target.cluster, { ...record, volumes }, 'no answer came.');
      assert.equal(end.state, 'softened');
      assert.equal(await policy(), 'Retain');
      await target.https('DELETE', `/api/v1/persistentvolumes/${at.name}`);
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
      kept = structuredClone(record);
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
