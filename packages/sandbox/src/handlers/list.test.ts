import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type RunningSandbox, startSandbox } from '../start.ts';
import { type RawClient, rawClient } from '../testing/http.ts';
import { badVersion } from './list.ts';

let sandbox: RunningSandbox;
let admin: RawClient;
const MAPS = '/api/v1/namespaces/default/configmaps';

before(async () => {
  sandbox = await startSandbox({ controllers: false });
  admin = rawClient(sandbox.kubeconfig());
});
after(() => sandbox.close());

async function create(name: string, namespace = 'default', labels = { test: 'list' }): Promise<void> {
  const body = { metadata: { name, labels } };
  assert.equal(
    (await admin.call('POST', `/api/v1/namespaces/${namespace}/configmaps`, { body })).status,
    201,
  );
}

const namesOf = (body: { items: { metadata: { name: string } }[] }) =>
  body.items.map(({ metadata }) => metadata.name);

test('a list in pages is the list of one moment', async () => {
  for (const name of ['page-1', 'page-2', 'page-3']) await create(name);
  const selector = 'labelSelector=test%3Dlist';
  const first = await admin.call('GET', `${MAPS}?limit=2&${selector}`);
  assert.deepEqual(namesOf(first.body), ['page-1', 'page-2']);
  // With a selector nobody counts what is left.
  assert.equal(first.body.metadata.remainingItemCount, undefined);
  await admin.call('DELETE', `${MAPS}/page-3`);
  const next = `${MAPS}?limit=2&${selector}&continue=${first.body.metadata.continue}`;
  const second = await admin.call('GET', next);
  assert.deepEqual(namesOf(second.body), ['page-3']);
  assert.equal(second.body.metadata.continue, undefined);
  assert.equal(second.body.metadata.resourceVersion, first.body.metadata.resourceVersion);
  const exact = `${MAPS}?resourceVersion=${first.body.metadata.resourceVersion}&resourceVersionMatch=Exact&${selector}`;
  assert.equal((await admin.call('GET', exact)).body.items.length, 3);
  sandbox.store.compact();
  const expired = await admin.call('GET', next);
  assert.equal(expired.status, 410);
  assert.equal(expired.body.reason, 'Expired');
  // The token that comes with it goes on at what is there now.
  const onward = await admin.call('GET', `${MAPS}?limit=2&continue=${expired.body.metadata.continue}`);
  assert.deepEqual(namesOf(onward.body), []);
  assert.equal(onward.body.metadata.resourceVersion, String(sandbox.store.version()));
  // Whoever was still at the beginning has nowhere to go on.
  const late = await admin.call('GET', exact);
  assert.deepEqual([late.status, late.body.metadata.continue], [410, undefined]);
});

test('a page tells how many are left, and where it goes on', async () => {
  for (const name of ['rest-1', 'rest-2', 'rest-3', 'rest-4']) await create(name, 'kube-public');
  const path = '/api/v1/namespaces/kube-public/configmaps';
  const whole = await admin.call('GET', path);
  assert.equal(whole.body.metadata.remainingItemCount, undefined);
  const { body } = await admin.call('GET', `${path}?limit=1`);
  assert.equal(body.metadata.remainingItemCount, 3);
  const token = JSON.parse(Buffer.from(body.metadata.continue, 'base64url').toString());
  assert.deepEqual(token, {
    v: 'meta.k8s.io/v1',
    rv: Number(body.metadata.resourceVersion),
    start: 'kube-public/rest-2',
  });
  const next = await admin.call('GET', `${path}?limit=2&continue=${body.metadata.continue}`);
  assert.deepEqual(namesOf(next.body), ['rest-2', 'rest-3']);
  assert.equal(next.body.metadata.remainingItemCount, 1);
  const last = await admin.call('GET', `${path}?limit=9&continue=${next.body.metadata.continue}`);
  assert.deepEqual(namesOf(last.body), ['rest-4']);
  assert.equal((await admin.call('GET', `${path}?limit=4`)).body.metadata.continue, undefined);
  // One selector of either kind, and the rest is not counted.
  for (const query of ['fieldSelector=metadata.name!%3Drest-4', 'labelSelector=test']) {
    const some = await admin.call('GET', `${path}?limit=1&${query}`);
    assert.equal(typeof some.body.metadata.continue, 'string');
    assert.equal(some.body.metadata.remainingItemCount, undefined);
  }
  assert.equal((await admin.call('GET', `${path}?limit=0`)).body.items.length, 4);
});

test('kinds without namespaces are paged by name alone', async () => {
  const { body } = await admin.call('GET', '/api/v1/namespaces?limit=1');
  assert.deepEqual(namesOf(body), ['default']);
  const token = JSON.parse(Buffer.from(body.metadata.continue, 'base64url').toString());
  assert.equal(token.start, '/kube-node-lease');
  const next = await admin.call('GET', `/api/v1/namespaces?continue=${body.metadata.continue}`);
  assert.deepEqual(namesOf(next.body), ['kube-node-lease', 'kube-public', 'kube-system']);
});

test('a version asks for that state, or for any later one', async () => {
  const { body } = await admin.call('GET', MAPS);
  const old = body.metadata.resourceVersion;
  const count = body.items.length;
  await create('later');
  const at = async (query: string) => {
    const answer = await admin.call('GET', `${MAPS}?${query}`);
    return [answer.status, answer.body.items?.length];
  };
  assert.deepEqual(await at(`resourceVersion=${old}`), [200, count + 1]);
  assert.deepEqual(await at(`resourceVersion=${old}&resourceVersionMatch=NotOlderThan`), [200, count + 1]);
  assert.deepEqual(await at(`resourceVersion=${old}&resourceVersionMatch=NotOlderThan&limit=99`), [
    200,
    count + 1,
  ]);
  assert.deepEqual(await at(`resourceVersion=${old}&resourceVersionMatch=Exact`), [200, count]);
  // A page without a match is of exactly that version.
  assert.deepEqual(await at(`resourceVersion=${old}&limit=99`), [200, count]);
  assert.deepEqual(await at('resourceVersion=0'), [200, count + 1]);
  assert.deepEqual(await at('resourceVersion='), [200, count + 1]);
});

test('a version that is not there yet, and one that is none', async () => {
  const current = sandbox.store.version();
  const future = await admin.call('GET', `${MAPS}?resourceVersion=${current + 1}`);
  assert.equal(future.status, 504);
  assert.equal(
    future.body.message,
    `Timeout: Too large resource version: ${current + 1}, current: ${current}`,
  );
  assert.equal(future.headers['retry-after'], '1');
  assert.equal((await admin.call('GET', `${MAPS}?resourceVersion=${current}`)).status, 200);
  const wrong = await admin.call('GET', `${MAPS}?resourceVersion=x`);
  assert.equal(wrong.status, 400);
  assert.equal(wrong.body.message, badVersion('x'));
  assert.equal(
    badVersion('x'),
    'invalid resource version: resourceVersion: Invalid value: "x": strconv.ParseUint: parsing "x": invalid syntax',
  );
});

test('options that contradict each other are refused, and a token that is none', async () => {
  const refused = async (query: string) => (await admin.call('GET', `${MAPS}?${query}`)).status;
  assert.equal(await refused('resourceVersionMatch=Exact'), 422);
  assert.equal(await refused('sendInitialEvents=true'), 422);
  assert.equal(await refused('continue=nonsense'), 400);
  assert.equal(await refused('limit=x'), 400);
  const sent = await admin.call('GET', `${MAPS}?fieldSelector=metadata.name%3Dnone&limit=0`);
  assert.deepEqual([sent.status, sent.body.items], [200, []]);
  assert.equal(await refused('labelSelector=a%3D%3D%3Db'), 400);
});
