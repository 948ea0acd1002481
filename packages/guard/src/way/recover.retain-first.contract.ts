import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { SoftenRecord } from '@toolcrib/model';
import { asUnsure } from '@toolcrib/model';
import { aRequest, aSnapshot } from '../journal/testing/records.ts';
import { retainFirst } from '../soften/index.ts';
import type { ClusterTarget, OpenTarget } from '../testing/target.ts';
import { inNamespace, seen } from '../testing/target.ts';
import { runClaim } from '../testing/workloads.ts';
import { requestHandler } from './request-handler.ts';
import { resumeSoftenings } from './resume-softenings.ts';
import type { TestDeps } from './testing/deps.ts';
import { OVER, withDeps } from './testing/recovered.ts';

/** Claims whose volumes were retained first, once the delete has had its answer, or none. */
export function recoverRetainFirstContract(open: OpenTarget): void {
  let target: ClusterTarget;
  before(async () => {
    target = await open();
  });
  after(() => target.close());

  /** A bound claim, whose volume was set to Retain for its delete. */
  async function retained(namespace: string) {
    const { path, claim, volumePath, volume } = await runClaim(target, namespace);
    const policy = async () => (await seen(target, volumePath))?.spec?.persistentVolumeReclaimPolicy;
    const volumes = await retainFirst(target.cluster, [volume]);
    const record: SoftenRecord = {
      actId: 'act-000001',
      requestId: 'req-1',
      context: 'prod',
      owner: {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        namespace,
        name: 'data',
        uid: claim.metadata.uid ?? '',
      },
      left: [],
      finishAfter: 0,
      how: 'retain-first',
      volumes,
      state: 'started',
    };
    return { record, policy, path };
  }

  /** What the door says of the claim's delete, and what the record is then. */
  async function settled(
    made: TestDeps,
    record: SoftenRecord,
    outcome: Parameters<ReturnType<typeof requestHandler>['settled']>[1],
  ) {
    const { deps } = made;
    const request = aRequest({ state: 'kept', at: Date.now() });
    await deps.journal.keep(aSnapshot(), request);
    deps.onTheWay.handedOver(request);
    await deps.journal.saveSoften(record);
    deps.softenings.underWay.add(record.requestId);
    deps.onTheWay.ifDeleted(record.requestId, record);
    const thinking = requestHandler(deps);
    thinking.settled(record.requestId, outcome);
    await thinking.close();
    return (await deps.journal.softenings({ actId: record.actId }))[0];
  }

  for (const outcome of [
    { status: 403, said: 'no' },
    { status: 409, said: 'no' },
    { notSent: 'the client went' },
  ] as const) {
    test(`retain-first: ${JSON.stringify(outcome)}: nothing is called softened, and the volume is as it was`, () =>
      inNamespace(target, async (namespace) => {
        const { record, policy } = await retained(namespace);
        assert.equal(await policy(), 'Retain');
        await withDeps(target, async (made) => {
          const end = await settled(made, record, outcome);
          assert.equal(end?.state, 'failed');
          assert.match(end?.note ?? '', /^Nothing was deleted/);
          assert.deepEqual(
            made.told.map(({ kind }) => kind),
            ['failed'],
          );
        });
        assert.equal(await policy(), 'Delete');
      }));
  }

  test('retain-first: the cluster took the delete: softened, and told', () =>
    inNamespace(target, async (namespace) => {
      const { record, policy, path } = await retained(namespace);
      await target.https('DELETE', path);
      await withDeps(target, async (made) => {
        assert.equal((await settled(made, record, { status: 200, said: 'yes' }))?.state, 'softened');
        assert.deepEqual(
          made.told.map(({ kind }) => kind),
          ['softened'],
        );
      });
      assert.equal(await policy(), 'Retain');
    }));

  for (const outcome of [
    { failed: 'reset' },
    { status: 504, said: 'unknown' },
    { status: 408, said: 'unknown' },
    { status: 404, said: 'unknown' },
  ] as const) {
    test(`retain-first: ${JSON.stringify(outcome)}: Retain stays until nothing can arrive any more`, () =>
      inNamespace(target, async (namespace) => {
        const { record, policy } = await retained(namespace);
        await withDeps(target, async (made) => {
          const { deps, ahead } = made;
          assert.equal((await settled(made, record, outcome))?.state, 'started');
          await resumeSoftenings(deps);
          assert.equal(await policy(), 'Retain');
          ahead(OVER - 5_000);
          await resumeSoftenings(deps);
          assert.equal(await policy(), 'Retain');
          ahead(6_000);
          await resumeSoftenings(deps);
          assert.equal(await policy(), 'Delete');
          assert.equal((await deps.journal.softenings({ actId: record.actId }))[0]?.state, 'failed');
        });
      }));
  }

  test('retain-first: the claim goes after a 504 all the same: softened, and its data is kept', () =>
    inNamespace(target, async (namespace) => {
      const { record, policy, path } = await retained(namespace);
      await withDeps(target, async (made) => {
        assert.equal((await settled(made, record, { status: 504, said: 'unknown' }))?.state, 'started');
        await target.https('DELETE', path);
        await resumeSoftenings(made.deps);
        assert.equal((await made.deps.journal.softenings({ actId: record.actId }))[0]?.state, 'softened');
      });
      assert.equal(await policy(), 'Retain');
    }));

  test('retain-first: a second try may still take the claim: Retain stays until that is known too', () =>
    inNamespace(target, async (namespace) => {
      const { record, policy } = await retained(namespace);
      await withDeps(target, async (made) => {
        const { deps, ahead } = made;
        await settled(made, record, { status: 504, said: 'unknown' });
        ahead(OVER - 1_000);
        const second = aRequest({ id: 'req-2', at: deps.clock.now(), targetUids: [record.owner.uid] });
        await deps.journal.saveRequest(asUnsure(second, 'no answer came', deps.clock.now() + OVER));
        ahead(2_000);
        await resumeSoftenings(deps);
        assert.equal(await policy(), 'Retain');
        ahead(OVER);
        await resumeSoftenings(deps);
        assert.equal(await policy(), 'Delete');
      });
    }));
}
