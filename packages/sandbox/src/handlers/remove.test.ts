import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type RunningSandbox, startSandbox } from '../start.ts';
import { type RawClient, rawClient } from '../testing/http.ts';
import { infoOf } from '../testing/infos.ts';

let sandbox: RunningSandbox;
let admin: RawClient;
const MAPS = '/api/v1/namespaces/default/configmaps';
const JOBS = '/apis/batch/v1/namespaces/default/jobs';

before(async () => {
  sandbox = await startSandbox({ controllers: false });
  admin = rawClient(sandbox.kubeconfig());
});
after(() => sandbox.close());

async function create(name: string, metadata: object = {}): Promise<string> {
  const { status, body } = await admin.call('POST', MAPS, { body: { metadata: { name, ...metadata } } });
  assert.equal(status, 201);
  return body.metadata.uid;
}

async function stands(name: string): Promise<boolean> {
  return (await admin.call('GET', `${MAPS}/${name}`)).status === 200;
}

async function refusal(path: string, body?: unknown): Promise<[number, string]> {
  const answer = await admin.call('DELETE', path, body === undefined ? {} : { body });
  return [answer.status, answer.body.message];
}

test('what is gone is told as a Status with its name, kind and UID', async () => {
  const uid = await create('gone');
  const { status, body, headers } = await admin.call('DELETE', `${MAPS}/gone`);
  assert.equal(status, 200);
  assert.deepEqual(body, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name: 'gone', kind: 'configmaps', uid },
  });
  assert.equal(headers.warning, undefined);
  assert.equal(await stands('gone'), false);
  const again = await refusal(`${MAPS}/gone`);
  assert.deepEqual(again, [404, 'configmaps "gone" not found']);
});

test('a resource of a group is told with its group', async () => {
  const path = '/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles';
  await admin.call('POST', path, { body: { metadata: { name: 'r' }, rules: [] } });
  const { body } = await admin.call('DELETE', `${path}/r`);
  assert.deepEqual(
    { ...body.details, uid: undefined },
    { name: 'r', group: 'rbac.authorization.k8s.io', kind: 'roles', uid: undefined },
  );
});

test('some kinds answer with the object that went', async () => {
  const path = '/api/v1/namespaces/default/serviceaccounts';
  await admin.call('POST', path, { body: { metadata: { name: 'bot' } } });
  const { status, body } = await admin.call('DELETE', `${path}/bot`);
  assert.deepEqual([status, body.kind, body.metadata.name], [200, 'ServiceAccount', 'bot']);
});

test('what still stands is told as it stands, with 202 for those who ask in the old way', async () => {
  const finalizers = ['example.com/hold'];
  await create('held', { finalizers });
  const { status, body } = await admin.call('DELETE', `${MAPS}/held`);
  assert.deepEqual([status, body.kind, body.metadata.finalizers], [200, 'ConfigMap', finalizers]);
  assert.equal(typeof body.metadata.deletionTimestamp, 'string');
  const old = await admin.call('DELETE', `${MAPS}/held?orphanDependents=false`);
  assert.deepEqual([old.status, old.body.metadata.finalizers], [202, finalizers]);
  assert.equal((await admin.call('DELETE', `${MAPS}/held?orphanDependents=true`)).status, 200);
});

test('DeleteOptions come from the body where there is one, and the query counts for nothing then', async () => {
  await create('options');
  const dry = { body: { kind: 'DeleteOptions', apiVersion: 'v1', dryRun: ['All'] } };
  assert.equal((await admin.call('DELETE', `${MAPS}/options`, dry)).status, 200);
  assert.equal(await stands('options'), true);
  assert.equal((await admin.call('DELETE', `${MAPS}/options?dryRun=All`)).status, 200);
  assert.equal(await stands('options'), true);
  const other = await refusal(`${MAPS}/options`, { preconditions: { uid: 'other' } });
  assert.equal(other[0], 409);
  assert.match(other[1], /the UID in the precondition \(other\) does not match the UID in record/);
  const gone = await admin.call('DELETE', `${MAPS}/options?dryRun=All`, { body: { gracePeriodSeconds: 0 } });
  assert.equal(gone.body.status, 'Success');
  assert.equal(await stands('options'), false);
});

test('options that mean nothing are refused', async () => {
  const path = `${MAPS}/any`;
  await create('any');
  assert.deepEqual(await refusal(path, { orphanDependents: true, propagationPolicy: 'Orphan' }), [
    422,
    'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Invalid value: "Orphan": orphanDependents and deletionPropagation cannot be both set',
  ]);
  const unsupported =
    'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: "Sideways": supported values: "Foreground", "Background", "Orphan", "nil"';
  assert.deepEqual(await refusal(path, { propagationPolicy: 'Sideways' }), [422, unsupported]);
  assert.deepEqual(await refusal(`${path}?propagationPolicy=Sideways`), [422, unsupported]);
  assert.deepEqual(await refusal(path, { dryRun: ['Some'] }), [
    422,
    'DeleteOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["Some"]: supported values: "All"',
  ]);
  assert.deepEqual(await refusal(path, { kind: 'Pod', apiVersion: 'v1' }), [
    400,
    'no kind "Pod" is registered for version "v1" in scheme "pkg/runtime/scheme.go:111"',
  ]);
  assert.deepEqual(await refusal(path, { kind: 'Pod' }), [
    400,
    'no kind "Pod" is registered for version "meta.k8s.io/v1" in scheme "pkg/runtime/scheme.go:111"',
  ]);
  assert.deepEqual(await refusal(`${path}?gracePeriodSeconds=soon`), [
    400,
    'strconv.ParseInt: parsing "soon": invalid syntax',
  ]);
  assert.equal((await refusal(path, '{'))[0], 400);
  assert.equal((await refusal(path, { gracePeriodSeconds: 'soon' }))[0], 400);
  assert.equal(await stands('any'), true);
  // An empty policy is none, and a query that nobody reads may be what it likes.
  assert.equal(
    (await admin.call('DELETE', `${path}?gracePeriodSeconds=x`, { body: { propagationPolicy: '' } })).status,
    200,
  );
  await create('any');
  assert.equal((await admin.call('DELETE', `${path}?propagationPolicy=`)).status, 200);
});

test('whoever deletes a Job without saying what becomes of its Pods is warned', async () => {
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'i:1' }] } };
  const warning = async (options?: object) => {
    const body = { metadata: { name: 'job', finalizers: ['example.com/hold'] }, spec: { template } };
    await admin.call('POST', JOBS, { body });
    const { headers, status } = await admin.call('DELETE', `${JOBS}/job`, options ? { body: options } : {});
    assert.ok(status === 200 || status === 202);
    sandbox.store.modify(infoOf('batch/jobs'), 'default', 'job', (object) => {
      object.metadata.finalizers = [];
    });
    return headers.warning;
  };
  assert.match(
    String(await warning()),
    /^299 - "child pods are preserved by default when jobs are deleted; set/,
  );
  assert.equal(await warning({ propagationPolicy: 'Background' }), undefined);
  assert.equal(await warning({ orphanDependents: false }), undefined);
  const body = { metadata: { name: 'job' }, spec: { template } };
  await admin.call('POST', JOBS, { body });
  const gone = await admin.call('DELETE', `${JOBS}/job?propagationPolicy=Background`);
  assert.deepEqual([gone.body.status, gone.headers.warning], ['Success', undefined]);
  const cron = '/apis/batch/v1/namespaces/default/cronjobs';
  await admin.call('POST', cron, {
    body: { metadata: { name: 'c' }, spec: { schedule: '@daily', jobTemplate: { spec: { template } } } },
  });
  assert.equal((await admin.call('DELETE', `${cron}/c`)).headers.warning, undefined);
});

test('deletecollection takes what the selector names, and tells what it took', async () => {
  await create('collected-1', { labels: { test: 'collect' } });
  await create('collected-2', { labels: { test: 'collect' }, finalizers: ['example.com/hold'] });
  await create('kept', { labels: { test: 'kept' } });
  const { status, body } = await admin.call('DELETE', `${MAPS}?labelSelector=test%3Dcollect`);
  assert.equal(status, 200);
  assert.equal(body.kind, 'ConfigMapList');
  assert.equal(body.metadata.resourceVersion, String(sandbox.store.version()));
  assert.deepEqual(
    body.items.map(({ metadata }: { metadata: { name: string } }) => metadata.name),
    ['collected-1', 'collected-2'],
  );
  assert.equal(await stands('collected-1'), false);
  assert.equal(await stands('collected-2'), true);
  assert.equal(await stands('kept'), true);
});

test('a collection is deleted by the same options', async () => {
  await create('dry', { labels: { test: 'dry' } });
  const path = `${MAPS}?labelSelector=test%3Ddry`;
  assert.equal((await admin.call('DELETE', path, { body: { dryRun: ['All'] } })).status, 200);
  assert.equal(await stands('dry'), true);
  assert.equal((await admin.call('DELETE', path, { body: { preconditions: { uid: 'other' } } })).status, 409);
  assert.equal(await stands('dry'), true);
  assert.equal((await admin.call('DELETE', path)).status, 200);
  assert.equal(await stands('dry'), false);
});

test('an object that another delete took in the meantime is no fault', async () => {
  await create('first', { labels: { test: 'race' } });
  await create('second', { labels: { test: 'race' } });
  const maps = infoOf('/configmaps');
  const stop = sandbox.store.subscribe(({ type, object }) => {
    if (type === 'DELETED' && object.metadata.name === 'first')
      sandbox.store.delete(maps, 'default', 'second');
  });
  const { status } = await admin.call('DELETE', `${MAPS}?labelSelector=test%3Drace`);
  stop();
  assert.equal(status, 200);
});
