import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeObject } from '@toolcrib/kube';
import { orphanFirst } from '../soften/index.ts';
import type { ClusterTarget, OpenTarget } from './target.ts';
import { inNamespace, items, paths, put, seen, until } from './target.ts';
import type { Workload } from './workloads.ts';
import { podsOf, restartsOf, runWorkload, uidsOf } from './workloads.ts';

const timing = { poll: 10, patience: 1_000, limit: 20_000 };
const PODS = 6;
// Milliseconds between the owner's return and its next delete: its controller is adopting just then.
const DELAYS = [0, 10, 20, 40];

/** Deletes an owner so that what it controls stays; it is gone afterwards. */
type Soften = (target: ClusterTarget, owner: KubeObject, resource: Workload) => Promise<void>;

const ours: Soften = async (target, owner, resource) => {
  const { namespace = '', name, uid = '' } = owner.metadata;
  const at = { group: 'apps', version: 'v1', resource, namespace, name };
  const request = {
    target: at,
    uid,
    act: 'act-again',
    requestId: 'r1',
    finishAfter: Date.UTC(2030),
    options: {},
  };
  const record = await orphanFirst(target.cluster, request, () => {}, timing);
  assert.equal(record.state, 'softened', record.note);
};

const plain: Soften = async (target, owner, resource) => {
  const { namespace = '', name, uid } = owner.metadata;
  const path = `${paths.apps(namespace, resource)}/${name}`;
  await target.https('DELETE', path, { propagationPolicy: 'Orphan', preconditions: { uid } });
  await until('the owner is gone', async () => !(await seen(target, path)));
};

/**
 * Softened, made again, softened again, with no time between (kubernetes#131284): the collector orphans the dependents
 * that it has heard of; those that the controller adopts in that very moment keep the name of an owner that is gone, and
 * are collected.
 * @param options.plainFails on a real control plane: a plain Orphan delete does not stand this
 */
export function againContract(open: OpenTarget, options: { plainFails?: boolean } = {}): void {
  let target: ClusterTarget;
  before(async () => {
    target = await open();
  });
  after(() => target.close());

  for (const resource of Object.keys(runWorkload) as Workload[]) {
    test(`${resource}: softened as soon as they are made again, over and over: nothing is lost`, () =>
      againAndAgain(target, resource, ours));
  }

  if (options.plainFails) {
    test('a plain Orphan delete in the same place loses Pods, ReplicaSets or revisions', async () => {
      const kinds = Object.keys(runWorkload) as Workload[];
      const ends = await Promise.allSettled(kinds.map((resource) => againAndAgain(target, resource, plain)));
      assert.ok(ends.some(({ status }) => status === 'rejected'));
    });
  }
}

async function againAndAgain(target: ClusterTarget, resource: Workload, soften: Soften): Promise<void> {
  await inNamespace(target, async (namespace) => {
    const first = await runWorkload[resource](target, namespace, 'web', PODS);
    const { kind, metadata, spec } = first.owner;
    /** All that its controller makes or adopts, revisions included. */
    const dependents = async () => {
      const lists = [paths.pods(namespace), paths.apps(namespace, 'controllerrevisions')];
      if (resource === 'deployments') lists.push(paths.apps(namespace, 'replicasets'));
      return (await Promise.all(lists.map((path) => items(target, path)))).flat();
    };
    const all = uidsOf(await dependents());
    let { owner } = first;
    for (const [round, delay] of [undefined, ...DELAYS].entries()) {
      if (delay !== undefined) {
        const again = {
          apiVersion: 'apps/v1',
          kind,
          metadata: { name: 'web', labels: metadata.labels },
          spec,
        };
        owner = await put(target, paths.apps(namespace, resource), again);
        await sleep(delay);
      }
      await soften(target, owner, resource);
      const left = await dependents();
      const named = left.filter((one) =>
        one.metadata.ownerReferences?.some(({ uid }) => uid === owner.metadata.uid),
      );
      const names = named.map((one) => one.metadata.name);
      assert.deepEqual(names, [], `round ${round}: the owner has gone, and these name it still`);
      const going = left.filter((one) => one.metadata.deletionTimestamp !== undefined);
      assert.deepEqual(uidsOf(going), [], `round ${round}: on their way out`);
      assert.deepEqual(uidsOf(left), all, `round ${round}: the very same ones`);
    }
    // Long enough for a collector that has something to collect.
    await target.aWhile(1_000);
    assert.deepEqual(uidsOf(await dependents()), all);
    const pods = await podsOf(target, namespace, 'web');
    assert.deepEqual(uidsOf(pods), uidsOf(first.pods));
    assert.equal(restartsOf(pods), restartsOf(first.pods));
  });
}
