import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { type ClusterTarget, inNamespace, type OpenTarget, paths, seen, until } from './target.ts';
import { keepFor, saidOf, undone } from './took.ts';
import { runStatefulSet } from './workloads.ts';

/** What was being deleted before the act, and goes by it: an undo in time saves the data first. */
export function endingClaimContract(open: OpenTarget): void {
  let target: ClusterTarget;
  before(async () => {
    target = await open();
  });
  after(() => target.close());

  /** A Pod that takes its time to stop, on a claim that somebody has deleted already. */
  async function ending(namespace: string, stopsAfter: number) {
    const { pods } = await runStatefulSet(target, namespace, 'db', 1, { stopsAfter });
    const claimPath = `${paths.claims(namespace)}/data-db-0`;
    const claim = (await seen(target, claimPath)) as KubeObject;
    await target.https('DELETE', claimPath);
    const pod = { ...(pods[0] as KubeObject), apiVersion: 'v1', kind: 'Pod' };
    const kept = await keepFor(target, [pod], { group: '', resource: 'pods' }, {});
    const volume: string = claim.spec?.volumeName;
    assert.equal(saidOf(kept, 'PersistentVolume', volume), 'lost', 'said beforehand');
    const gone = async () => (await seen(target, claimPath))?.metadata.uid !== claim.metadata.uid;
    return {
      kept,
      volume,
      volumePath: `/api/v1/persistentvolumes/${volume}`,
      podPath: `${paths.pods(namespace)}/db-0`,
      gone,
    };
  }

  test('undone while the Pod stops: the volume is kept before the claim lets go of it', () =>
    inNamespace(target, async (namespace) => {
      const { kept, volume, volumePath, podPath, gone } = await ending(namespace, 5);
      await target.https('DELETE', podPath);
      const { told } = await undone(target, [kept.snapshot], { limit: 2_000 });
      const held = await seen(target, volumePath);
      assert.equal(held?.spec?.persistentVolumeReclaimPolicy, 'Retain', told.join('\n'));
      await until('the claim has gone', gone);
      await until('its volume is released', async () => {
        const now = await seen(target, volumePath);
        assert.ok(now, `${volume} went, and its data with it`);
        return now.status?.phase === 'Released';
      });
      await target.https('DELETE', volumePath);
    }));

  test('undone too late: the data is gone, and nothing pretends otherwise', () =>
    inNamespace(target, async (namespace) => {
      const { kept, volume, volumePath, podPath, gone } = await ending(namespace, 1);
      await target.https('DELETE', podPath);
      await until('the claim has gone', gone);
      await until('and the volume', async () => (await seen(target, volumePath)) === undefined);
      const { told, code } = await undone(target, [kept.snapshot]);
      assert.equal(code, 1);
      assert.ok(
        told.some((line) => line.includes(volume)),
        told.join('\n'),
      );
      assert.equal(await seen(target, volumePath), undefined);
    }));
}
