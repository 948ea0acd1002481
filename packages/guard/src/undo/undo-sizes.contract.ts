import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import type { RequestRecord } from '@toolcrib/model';
import type { ClusterTarget, OpenTarget } from '../testing/target.ts';
import { inNamespace, paths, put, seen, until, untilKnown } from '../testing/target.ts';
import { runDeployment } from '../testing/workloads.ts';
import { scaleRequest, snapshotOf, undo } from './testing/undone.ts';

/** A size goes back, where nobody has set another since. Everything claimed is asked of the API directly. */
export function undoSizesContract(open: OpenTarget): void {
  let target: ClusterTarget;
  before(async () => {
    target = await open();
  });
  after(() => target.close());

  test('a scale goes back only while it stands at what the act set', () =>
    inNamespace(target, async (namespace) => {
      const { owner } = await runDeployment(target, namespace, 'web', 3);
      const path = `${paths.apps(namespace, 'deployments')}/web`;
      const request = scaleRequest(owner.metadata.uid ?? '', 'web', namespace, 0);
      const replicas = async () => (await seen(target, path))?.spec?.replicas;
      await target.https('PATCH', path, { spec: { replicas: 0 } });
      const back = await undo(target, snapshotOf([owner]), [request]);
      assert.equal(back.by('done').length, 1);
      assert.equal(await replicas(), 3);
      const again = await undo(target, snapshotOf([owner]), [request]);
      assert.equal(again.by('unchanged').length, 1);
      await target.https('PATCH', path, { spec: { replicas: 5 } });
      const later = await undo(target, snapshotOf([owner]), [request]);
      assert.equal(later.by('conflict').length, 1);
      assert.equal(await replicas(), 5);
    }));

  test('a custom resource that keeps its size in a field of its own goes back by its /scale', () =>
    inNamespace(target, async (namespace) => {
      const group = `${namespace}.example`;
      const crds = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
      const openAPIV3Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
      const scale = { specReplicasPath: '.spec.size', statusReplicasPath: '.status.size' };
      await put(target, crds, {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: `rings.${group}` },
        spec: {
          group,
          scope: 'Namespaced',
          names: { plural: 'rings', singular: 'ring', kind: 'Ring', listKind: 'RingList' },
          versions: [
            { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema }, subresources: { scale } },
          ],
        },
      });
      const path = `/apis/${group}/v1/namespaces/${namespace}/rings`;
      const ring = { apiVersion: `${group}/v1`, kind: 'Ring', metadata: { name: 'one' }, spec: { size: 3 } };
      await until('the kind is served', async () => (await target.https('POST', path, ring)).status === 201);
      await untilKnown(target, ring);
      const to = (replicas: number) =>
        until('its scale is served', async () => {
          const patch = { spec: { replicas } };
          return (await target.https('PATCH', `${path}/one/scale`, patch)).status === 200;
        });
      try {
        const old = (await seen(target, `${path}/one`)) as KubeObject;
        const size = async () => (await seen(target, `${path}/one`))?.spec?.size;
        const was = scaleRequest(old.metadata.uid ?? '', 'one', namespace, 0);
        const request = { ...was, effect: { ...was.effect, was: 3 } } as RequestRecord;
        const open = { ...request, state: 'unsettled' } as RequestRecord;
        assert.match((await undo(target, snapshotOf([old]), [open])).by('unchanged').join(), /what it was/);
        await to(0);
        const blind = await undo(target, snapshotOf([old]), [was]);
        assert.match(blind.by('failed').join(), /was not written down/);
        assert.equal(await size(), 0);
        const back = await undo(target, snapshotOf([old]), [open]);
        assert.match(back.by('done').join(), /from 0 to 3/);
        assert.equal(await size(), 3);
        assert.equal((await undo(target, snapshotOf([old]), [request])).by('unchanged').length, 1);
        await to(5);
        assert.equal((await undo(target, snapshotOf([old]), [request])).by('conflict').length, 1);
        assert.equal(await size(), 5);
      } finally {
        await target.https('DELETE', `${crds}/rings.${group}`);
      }
    }));
}
