import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import type { Body } from '@toolcrib/kube';
import { type RunningSandbox, startSandbox } from '../start.ts';
import { type RawClient, rawClient } from '../testing/http.ts';
import { infoOf } from '../testing/infos.ts';

let sandbox: RunningSandbox;
let admin: RawClient;
const PODS = infoOf('/pods');
const BUDGETS = infoOf('policy/poddisruptionbudgets');
const PATH = '/api/v1/namespaces/default/pods/web/eviction';
const EVICTION = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'web' } };
const labels = { app: 'web' };

before(async () => {
  sandbox = await startSandbox({ controllers: false });
  admin = rawClient(sandbox.kubeconfig());
  const metadata = { name: 'default', namespace: 'default' };
  sandbox.store.create(infoOf('/serviceaccounts'), { apiVersion: 'v1', kind: 'ServiceAccount', metadata });
});
after(() => sandbox.close());

/** A Pod that runs and is ready, and no budget. */
beforeEach(() => {
  for (const budget of sandbox.store.list(BUDGETS))
    sandbox.store.delete(BUDGETS, 'default', budget.metadata.name);
  for (const pod of sandbox.store.list(PODS)) {
    sandbox.store.delete(PODS, 'default', pod.metadata.name, { gracePeriodSeconds: 0 });
  }
  sandbox.store.create(PODS, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'default', labels },
    spec: { nodeName: 'n', containers: [{ name: 'c', image: 'i' }] },
  });
  setPod({ phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] });
});

function setPod(status: Body): void {
  sandbox.store.modify(
    PODS,
    'default',
    'web',
    (pod) => {
      pod.status = { ...pod.status, ...status };
    },
    { subresource: 'status' },
  );
}

function budget(name: string, status: Body, spec: Body = {}): void {
  sandbox.store.create(BUDGETS, {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name, namespace: 'default' },
    spec: { minAvailable: 1, selector: { matchLabels: labels }, ...spec },
  });
  sandbox.store.modify(
    BUDGETS,
    'default',
    name,
    (object) => {
      object.status = {
        observedGeneration: 1,
        desiredHealthy: 1,
        currentHealthy: 1,
        disruptionsAllowed: 0,
        ...status,
      };
    },
    { subresource: 'status' },
  );
}

const evict = async (body: object = EVICTION, query = '') => admin.call('POST', `${PATH}${query}`, { body });
const allowed = () => sandbox.store.get(BUDGETS, 'default', 'guard').status.disruptionsAllowed;
const isGoing = () =>
  sandbox.store.list(PODS).every(({ metadata }) => metadata.deletionTimestamp !== undefined);

test('an eviction deletes the Pod gracefully', async () => {
  const { status, body } = await evict();
  assert.equal(status, 201);
  assert.deepEqual(body, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 });
  const pod = sandbox.store.get(PODS, 'default', 'web');
  assert.equal(pod.metadata.deletionGracePeriodSeconds, 30);
});

test('an eviction may carry its own options of deletion', async () => {
  assert.equal((await evict({ ...EVICTION, deleteOptions: { gracePeriodSeconds: 5 } })).status, 201);
  assert.equal(sandbox.store.get(PODS, 'default', 'web').metadata.deletionGracePeriodSeconds, 5);
  const other = await evict({ ...EVICTION, deleteOptions: { preconditions: { uid: 'other' } } });
  assert.equal(other.status, 409);
});

test('an eviction is of the Pod in its path', async () => {
  const wrong = await evict({ ...EVICTION, metadata: { name: 'other' } });
  assert.deepEqual(
    [wrong.status, wrong.body.message],
    [400, 'name in URL does not match name in Eviction object'],
  );
  assert.equal(isGoing(), false);
  assert.equal((await evict({ ...EVICTION, metadata: { name: '' } }, '?dryRun=All')).status, 201);
  assert.equal((await evict({ ...EVICTION, metadata: undefined }, '?dryRun=All')).status, 201);
  const none = await admin.call('POST', '/api/v1/namespaces/default/pods/none/eviction', { body: {} });
  assert.equal(none.status, 404);
});

test('a budget that allows nothing keeps the Pod', async () => {
  budget('guard', { desiredHealthy: 2, currentHealthy: 1 });
  const { status, body, headers } = await evict();
  assert.equal(status, 429);
  assert.equal(body.message, "Cannot evict pod as it would violate the pod's disruption budget.");
  assert.deepEqual(body.details.causes, [
    {
      reason: 'DisruptionBudget',
      message: 'The disruption budget guard needs 2 healthy pods and has 1 currently',
    },
  ]);
  assert.equal(headers['retry-after'], undefined);
  assert.equal(isGoing(), false);
});

test('a budget that nobody has worked out yet keeps the Pod for ten seconds', async () => {
  budget('guard', { disruptionsAllowed: 1, observedGeneration: 0 });
  const { status, body, headers } = await evict();
  assert.equal(status, 429);
  assert.deepEqual(body.details, {
    causes: [
      {
        reason: 'DisruptionBudget',
        message: 'The disruption budget guard is still being processed by the server.',
      },
    ],
    retryAfterSeconds: 10,
  });
  assert.equal(headers['retry-after'], '10');
  assert.equal(isGoing(), false);
});

test('an eviction takes one of what the budget allows, and notes the Pod', async () => {
  budget('guard', { disruptionsAllowed: 2, disruptedPods: { other: '2026-11-02T10:00:00Z' } });
  assert.equal((await evict()).status, 201);
  const { status } = sandbox.store.get(BUDGETS, 'default', 'guard');
  assert.equal(status.disruptionsAllowed, 1);
  assert.deepEqual(Object.keys(status.disruptedPods), ['other', 'web']);
  assert.match(status.disruptedPods.web, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  assert.equal(isGoing(), true);
});

test('the last disruption that is allowed is taken, and a figure that is missing is none', async () => {
  budget('guard', { disruptionsAllowed: 1 });
  assert.equal((await evict(EVICTION, '?dryRun=All')).status, 201);
  const noted = (status: Body | undefined) =>
    sandbox.store.modify(BUDGETS, 'default', 'guard', (object) => void (object.status = status), {
      subresource: 'status',
    });
  noted({ observedGeneration: 1 });
  const bare = await evict();
  assert.match(bare.body.details.causes[0].message, /needs 0 healthy pods and has 0 currently$/);
  noted(undefined);
  const none = await evict();
  assert.match(none.body.details.causes[0].message, /is still being processed by the server\.$/);
});

test('a dry run takes nothing, by query or by option', async () => {
  budget('guard', { disruptionsAllowed: 2 });
  assert.equal((await evict(EVICTION, '?dryRun=All')).status, 201);
  assert.equal((await evict({ ...EVICTION, deleteOptions: { dryRun: ['All'] } })).status, 201);
  assert.equal(allowed(), 2);
  assert.equal(isGoing(), false);
});

test('a budget of other Pods does not count', async () => {
  budget('guard', {}, { selector: { matchLabels: { app: 'other' } } });
  assert.equal((await evict()).status, 201);
});

test('two budgets for one Pod are more than the server can bear', async () => {
  budget('guard', { disruptionsAllowed: 2 });
  budget('second', { disruptionsAllowed: 2 });
  const { status, body } = await evict();
  assert.equal(status, 500);
  assert.equal(
    body.message,
    'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
  );
  assert.equal(isGoing(), false);
});

test('a Pod that serves nobody needs no budget', async () => {
  budget('guard', {});
  for (const phase of ['Pending', 'Succeeded', 'Failed']) {
    setPod({ phase });
    assert.equal((await evict(EVICTION, '?dryRun=All')).status, 201, phase);
  }
  setPod({ phase: 'Running' });
  assert.equal((await evict(EVICTION, '?dryRun=All')).status, 429);
  sandbox.store.delete(PODS, 'default', 'web');
  assert.equal((await evict()).status, 201);
});

test('a Pod that is not ready may go where enough others are, or where the budget says always', async () => {
  setPod({
    conditions: [
      { type: 'Ready', status: 'False' },
      { type: 'Initialized', status: 'True' },
    ],
  });
  const answer = async (status: Body, spec: Body = {}) => {
    for (const { metadata } of sandbox.store.list(BUDGETS))
      sandbox.store.delete(BUDGETS, 'default', metadata.name);
    budget('guard', status, spec);
    return (await evict(EVICTION, '?dryRun=All')).status;
  };
  assert.equal(await answer({ currentHealthy: 2, desiredHealthy: 2 }), 201);
  assert.equal(await answer({ currentHealthy: 3, desiredHealthy: 2 }), 201);
  assert.equal(await answer({ currentHealthy: 1, desiredHealthy: 2 }), 429);
  assert.equal(await answer({ currentHealthy: 0, desiredHealthy: 0 }), 429);
  const always = { unhealthyPodEvictionPolicy: 'AlwaysAllow' };
  assert.equal(await answer({ currentHealthy: 1, desiredHealthy: 2 }, always), 201);
  const healthy = { unhealthyPodEvictionPolicy: 'IfHealthyBudget' };
  assert.equal(await answer({ currentHealthy: 1, desiredHealthy: 2 }, healthy), 429);
  setPod({ conditions: [{ type: 'Ready', status: 'True' }] });
  assert.equal(await answer({ currentHealthy: 2, desiredHealthy: 2 }), 429);
  setPod({ conditions: undefined });
  assert.equal(await answer({ currentHealthy: 2, desiredHealthy: 2 }), 201);
});
