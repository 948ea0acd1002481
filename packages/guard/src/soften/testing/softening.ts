import assert from 'node:assert/strict';
import type { KubeObject } from '@toolcrib/kube';
import type { Cluster, SoftenRecord } from '@toolcrib/model';
import { marks } from '@toolcrib/model';
import type { ClusterTarget } from '../../testing/target.ts';
import { items, paths, seen } from '../../testing/target.ts';
import { podsOf, restartsOf, uidsOf } from '../../testing/workloads.ts';
import type { SoftenRequest, SoftenStep } from '../index.ts';
import { orphanFirst } from '../index.ts';

export const finishAfter = Date.UTC(2030, 0, 1);
export const timing = { poll: 30, patience: 3_000, limit: 20_000 };

/** The softened delete of a workload as it stands. */
export function requestFor(owner: KubeObject, resource: string): SoftenRequest {
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

/** The owner is 404; its Pods have their old UIDs, run, and carry the mark. */
export async function assertSoftened(
  target: ClusterTarget,
  namespace: string,
  resource: string,
  app: string,
  pods: KubeObject[],
) {
  assert.equal(await seen(target, `${paths.apps(namespace, resource)}/${app}`), undefined);
  const now = await podsOf(target, namespace, app);
  assert.deepEqual(uidsOf(now), uidsOf(pods));
  for (const pod of now) {
    assert.equal(pod.status?.phase, 'Running');
    assert.equal(pod.metadata.labels?.[marks.act], 'act-test1');
    assert.equal(pod.metadata.annotations?.[marks.finishAfter], '2030-01-01T00:00:00.000Z');
  }
  const direct = resource === 'deployments' ? await items(target, paths.apps(namespace, 'replicasets')) : now;
  assert.ok(direct.length > 0);
  for (const object of direct) {
    assert.deepEqual(object.metadata.ownerReferences ?? [], []);
    assert.equal(object.metadata.labels?.[marks.act], 'act-test1');
  }
  assert.equal(restartsOf(now), restartsOf(pods));
}

class Cut extends Error {}

/** Runs a softening as a process that dies at `at`: nothing after it is sent. @returns what was durable then */
export async function cutOff(
  cluster: Cluster,
  request: SoftenRequest,
  at: SoftenStep,
): Promise<SoftenRecord> {
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
