import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fakeClock } from '../controllers/testing/fake-clock.ts';
import { type RunningSandbox, startSandbox } from '../start.ts';
import { type RawClient, rawClient } from '../testing/http.ts';
import { infoOf } from '../testing/infos.ts';

let sandbox: RunningSandbox;
let admin: RawClient;
const PODS = infoOf('/pods');

before(async () => {
  sandbox = await startSandbox({ controllers: false, clock: fakeClock() });
  admin = rawClient(sandbox.kubeconfig());
  const metadata = { name: 'default', namespace: 'default' };
  sandbox.store.create(infoOf('/serviceaccounts'), { apiVersion: 'v1', kind: 'ServiceAccount', metadata });
});
after(() => sandbox.close());

function pod(name: string, finalizers?: string[]): void {
  sandbox.store.create(PODS, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', finalizers },
    spec: { containers: [{ name: 'c', image: 'i' }] },
  });
}

const bind = (name: string, target: object | undefined, query = '') =>
  admin.call('POST', `/api/v1/namespaces/default/pods/${name}/binding${query}`, {
    body: { apiVersion: 'v1', kind: 'Binding', metadata: { name }, target },
  });

test('a binding gives the Pod its Node, and says that it is scheduled', async () => {
  pod('one');
  sandbox.store.modify(
    PODS,
    'default',
    'one',
    (object) => {
      const conditions = [
        { type: 'PodScheduled', status: 'False', lastTransitionTime: '2026-11-02T09:00:00Z' },
        { type: 'Other', status: 'True', lastTransitionTime: null },
      ];
      object.status = { ...object.status, conditions };
    },
    { subresource: 'status' },
  );
  const owners = JSON.stringify(sandbox.store.get(PODS, 'default', 'one').metadata.managedFields);
  const { status, body } = await bind('one', { kind: 'Node', name: 'node-1' });
  assert.equal(status, 201);
  assert.deepEqual(body, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 });
  const bound = sandbox.store.get(PODS, 'default', 'one');
  assert.equal(bound.spec.nodeName, 'node-1');
  assert.deepEqual(
    bound.status.conditions.map(({ type, status: state, lastTransitionTime }: Record<string, string>) => [
      type,
      state,
      lastTransitionTime,
    ]),
    [
      ['Other', 'True', null],
      ['PodScheduled', 'True', '2026-11-02T10:00:00Z'],
    ],
  );
  // The server writes it on its way: nobody owns these fields.
  assert.equal(JSON.stringify(bound.metadata.managedFields), owners);
});

test('a target without a kind is a Node; anything else is none', async () => {
  pod('two');
  for (const target of [undefined, {}, { name: '' }, { kind: 'Pod', name: 'x' }]) {
    const { status, body } = await bind('two', target);
    assert.deepEqual([status, body.message], [400, 'a binding names a Node as its target']);
  }
  assert.equal((await bind('two', { name: 'node-1' })).status, 201);
  assert.equal(sandbox.store.get(PODS, 'default', 'two').spec.nodeName, 'node-1');
});

test('a Pod is bound once', async () => {
  pod('three');
  await bind('three', { name: 'node-1' });
  const { status, body } = await bind('three', { name: 'node-2' });
  assert.equal(status, 409);
  assert.equal(
    body.message,
    'Operation cannot be fulfilled on pods/binding "three": pod three is already assigned to node "node-1"',
  );
});

test('a Pod that goes is not bound', async () => {
  pod('four', ['example.com/hold']);
  sandbox.store.delete(PODS, 'default', 'four');
  const { status, body } = await bind('four', { name: 'node-1' });
  assert.equal(status, 409);
  assert.match(body.message, /pod four is being deleted, cannot be assigned to a host$/);
});

test('a dry binding binds nothing', async () => {
  pod('five');
  assert.equal((await bind('five', { name: 'node-1' }, '?dryRun=All')).status, 201);
  assert.equal(sandbox.store.get(PODS, 'default', 'five').spec.nodeName, undefined);
  assert.equal((await bind('none', { name: 'node-1' })).status, 404);
});
