import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { marks, ToolcribError } from '@toolcrib/model';
import { refused } from '../testing/faulty.ts';
import { keyOfObject } from '../undo/steps.ts';
import { but, object } from '../undo/testing/kept.ts';
import { memoryCluster } from '../undo/testing/memory-cluster.ts';
import { isHeld, isPreconditionFailure, meetsPreconditions, readOwner, setHeld } from './owner.ts';

const web = object('apps/v1 Deployment', 'web', {
  metadata: { finalizers: ['acme.io/x'], resourceVersion: '7', generation: 1 },
});
const held = but(web, { metadata: { finalizers: ['acme.io/x', marks.finalizer] } });
const at = {
  type: { group: 'apps', version: 'v1', resource: 'deployments' },
  namespace: 'shop',
  name: 'web',
  uid: 'Deployment-web',
};
const finalizersIn = (cluster: ReturnType<typeof memoryCluster>) =>
  cluster.objects.get(keyOfObject(web))?.metadata.finalizers;

test('an owner is the one of its UID', async () => {
  assert.deepEqual(await readOwner(memoryCluster([web]), at), web);
  assert.equal(await readOwner(memoryCluster([but(web, { metadata: { uid: 'other' } })]), at), undefined);
  assert.equal(await readOwner(memoryCluster([]), at), undefined);
  assert.deepEqual([isHeld(web), isHeld(held), isHeld(object('v1 Pod', 'p'))], [false, true, false]);
});

test('our finalizer goes on and comes off beside those of others, pinned to what was read', async () => {
  const cluster = memoryCluster([web]);
  assert.deepEqual((await setHeld(cluster, at, true))?.metadata.finalizers, ['acme.io/x', marks.finalizer]);
  assert.deepEqual(cluster.bodies, [
    { metadata: { uid: 'Deployment-web', resourceVersion: '7', finalizers: ['acme.io/x', marks.finalizer] } },
  ]);
  await setHeld(cluster, at, true);
  assert.equal(cluster.writes.length, 1, 'it is on');
  await setHeld(cluster, at, false);
  assert.deepEqual(finalizersIn(cluster), ['acme.io/x']);
});

test('one that is gone is not held; taken off there is nothing to do', async () => {
  await assert.rejects(setHeld(memoryCluster([]), at, true), {
    code: 'conflict',
    message: /is gone: nothing was deleted/,
  });
  assert.equal(await setHeld(memoryCluster([]), at, false), undefined);
});

test('one that goes already, or is another thing meanwhile, is not held', async () => {
  const going = but(web, { metadata: { deletionTimestamp: 'x' } });
  await assert.rejects(setHeld(memoryCluster([going]), at, true), /was changed meanwhile/);
  const off = memoryCluster([but(held, { metadata: { deletionTimestamp: 'x' } })]);
  await setHeld(off, at, false);
  assert.deepEqual(finalizersIn(off), ['acme.io/x'], 'taken off it is all the same');
  const changing = (generation: number) => {
    const cluster = memoryCluster([web]);
    let first = true;
    cluster.refuse = (method) => {
      if (method !== 'patch' || !first) return undefined;
      first = false;
      cluster.objects.set(keyOfObject(web), but(web, { metadata: { generation, resourceVersion: '8' } }));
      return 409;
    };
    return cluster;
  };
  await assert.rejects(setHeld(changing(2), at, true), /was changed meanwhile/);
  const status = changing(1);
  await setHeld(status, at, true);
  assert.equal(finalizersIn(status)?.length, 2, 'its status is not what it wants to be');
});

test('a conflict is tried again, ten times at most; anything else is an error', async () => {
  const tried = (standing: KubeObject, times: number, status: number, on = true) => {
    const cluster = memoryCluster([standing]);
    cluster.refuse = (method) => (method === 'patch' && times-- > 0 ? status : undefined);
    return setHeld(cluster, at, on);
  };
  assert.ok(await tried(web, 9, 409));
  await assert.rejects(tried(web, 10, 409), /409/);
  await assert.rejects(tried(web, 1, 500), /500/);
  await assert.rejects(tried(held, 1, 404, false), /404/, 'somebody else’s 404 says nothing');
  const certain = memoryCluster([held]);
  certain.patch = () => Promise.reject(refused(404, 'NotFound'));
  assert.equal(await setHeld(certain, at, false), undefined);
  const on = memoryCluster([web]);
  on.patch = () => Promise.reject(refused(404, 'NotFound'));
  await assert.rejects(setHeld(on, at, true), /404/);
});

test('the client’s own preconditions are held against what is read, in the server’s words', async () => {
  meetsPreconditions(web, undefined);
  meetsPreconditions(web, { uid: 'Deployment-web', resourceVersion: '7' });
  for (const [preconditions, words] of [
    [
      { uid: 'x' },
      /^Operation cannot be fulfilled on Deployment\.apps "web": the UID in the precondition \(x\)/,
    ],
    [
      { resourceVersion: '6' },
      /the ResourceVersion in the precondition \(6\) does not match the ResourceVersion in record \(7\)/,
    ],
  ] as const) {
    const error = (() => {
      try {
        meetsPreconditions(web, preconditions);
      } catch (caught) {
        return caught as ToolcribError;
      }
      return undefined;
    })();
    assert.match(error?.message ?? '', words);
    assert.ok(error && isPreconditionFailure(error));
  }
  assert.throws(() => meetsPreconditions(object('v1 Pod', 'p'), { uid: 'x' }), /fulfilled on Pod "p"/);
  assert.equal(isPreconditionFailure(new ToolcribError('conflict', 'x')), false);
  assert.equal(isPreconditionFailure(new ToolcribError('api', 'x', { cause: { status: 409 } })), false);
  const cluster = memoryCluster([web]);
  await assert.rejects(setHeld(cluster, at, true, { resourceVersion: '6' }), /precondition/);
  await setHeld(memoryCluster([held]), at, false, { resourceVersion: '6' });
  assert.deepEqual(cluster.writes, []);
});
