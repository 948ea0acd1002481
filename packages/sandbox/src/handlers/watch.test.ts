import assert from 'node:assert/strict';
import { request } from 'node:https';
import { after, before, test } from 'node:test';
import { parse, parseAllDocuments } from 'yaml';
import { type FakeClock, fakeClock } from '../controllers/testing/fake-clock.ts';
import { type RunningSandbox, startSandbox } from '../start.ts';
import { type RawClient, rawClient } from '../testing/http.ts';
import { until } from '../testing/until.ts';

let sandbox: RunningSandbox;
let admin: RawClient;
let clock: FakeClock;
const MAPS = '/api/v1/namespaces/default/configmaps';

before(async () => {
  clock = fakeClock();
  sandbox = await startSandbox({ controllers: false, clock });
  admin = rawClient(sandbox.kubeconfig());
});
after(() => sandbox.close());

async function create(name: string, labels = { test: 'watch' }, namespace = 'default'): Promise<void> {
  const body = { metadata: { name, labels }, data: { a: '1' } };
  assert.equal(
    (await admin.call('POST', `/api/v1/namespaces/${namespace}/configmaps`, { body })).status,
    201,
  );
}

const label = (value: string) => ({
  body: { metadata: { labels: { test: value } } },
  headers: { 'content-type': 'application/merge-patch+json' },
});

interface Line {
  type: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever was sent
  object: any;
}

/** The lines of a watch that stands while `meanwhile` runs, until its second is over. */
async function watched(
  query: string,
  meanwhile = async () => {},
  path = MAPS,
  accept = '*/*',
): Promise<Line[]> {
  const timers = clock.pending();
  const answer = admin.call('GET', `${path}?watch=1&timeoutSeconds=1&${query}`, { headers: { accept } });
  await until(() => clock.pending() > timers);
  await meanwhile();
  clock.advance(1000);
  const { text, headers } = await answer;
  assert.equal(headers['content-type'], 'application/json');
  await until(() => clock.pending() === timers);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

const told = (lines: Line[]) => lines.map(({ type, object }) => `${type} ${object.metadata.name}`);

test('a watch tells what enters, changes and leaves a selection', async () => {
  const version = sandbox.store.version();
  const lines = await watched(`resourceVersion=${version}&labelSelector=test%3Dwatch`, async () => {
    await create('watched');
    await create('other', { test: 'other' });
    await create('elsewhere', { test: 'watch' }, 'kube-public');
    await admin.call('PATCH', `${MAPS}/watched`, { ...label('watch'), body: { data: { a: '2' } } });
    await admin.call('PATCH', `${MAPS}/watched`, label('none'));
    await admin.call('PATCH', `${MAPS}/watched`, label('still'));
    await admin.call('PATCH', `${MAPS}/watched`, label('watch'));
    await admin.call('DELETE', `${MAPS}/watched`);
  });
  assert.deepEqual(told(lines), [
    'ADDED watched',
    'MODIFIED watched',
    'DELETED watched',
    'ADDED watched',
    'DELETED watched',
  ]);
  // Who leaves is told as it was last seen, under the version at which it left.
  assert.equal(lines[2]?.object.metadata.labels.test, 'watch');
  assert.deepEqual(
    lines.map(({ object }) => Number(object.metadata.resourceVersion) - version),
    [1, 4, 5, 7, 8],
  );
});

test('a watch goes on from a version, and says so where that is too late', async () => {
  const version = sandbox.store.version();
  await create('past');
  await admin.call('DELETE', `${MAPS}/past`);
  assert.deepEqual(told(await watched(`resourceVersion=${version}`)), ['ADDED past', 'DELETED past']);
  assert.deepEqual(await watched(`resourceVersion=${sandbox.store.version()}`), []);
  // A version that is not there yet is waited for.
  assert.deepEqual(await watched(`resourceVersion=${sandbox.store.version() + 5}`), []);
  sandbox.store.compact();
  const late = await admin.watch(`${MAPS}?watch=1&resourceVersion=${version}`);
  assert.equal(late.length, 1);
  assert.equal(late[0]?.type, 'ERROR');
  const { code, reason, message } = late[0]?.object ?? {};
  const oldest = sandbox.store.version();
  assert.deepEqual(
    [code, reason, message],
    [410, 'Expired', `too old resource version: ${version} (${oldest})`],
  );
});

test('a watch without a version begins with what is there', async () => {
  await create('standing');
  for (const query of ['', 'resourceVersion=', 'resourceVersion=0']) {
    const lines = await watched(`${query}&fieldSelector=metadata.name%3Dstanding`);
    assert.deepEqual(told(lines), ['ADDED standing'], query);
  }
  const all = await watched('labelSelector=test%3Dwatch', undefined, '/api/v1/configmaps');
  assert.deepEqual(told(all), ['ADDED standing', 'ADDED elsewhere']);
  const one = await watched('', undefined, `${MAPS}/standing`);
  assert.deepEqual(told(one), ['ADDED standing']);
  const none = await watched('sendInitialEvents=false&resourceVersionMatch=NotOlderThan');
  assert.deepEqual(none, []);
  const namespaces = await watched('', undefined, '/api/v1/namespaces');
  assert.equal(told(namespaces)[0], 'ADDED default');
});

test('a watch-list sends what is there and then says that this was all', async () => {
  const query = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&labelSelector=test%3Dwatch';
  const lines = await watched(`${query}&allowWatchBookmarks=true`);
  assert.deepEqual(
    lines.map(({ type }) => type),
    ['ADDED', 'BOOKMARK', 'BOOKMARK'],
  );
  assert.deepEqual(lines[1]?.object, {
    kind: 'ConfigMap',
    apiVersion: 'v1',
    metadata: {
      resourceVersion: String(sandbox.store.version()),
      annotations: { 'k8s.io/initial-events-end': 'true' },
    },
  });
  assert.equal(lines[2]?.object.metadata.annotations, undefined);
  const quiet = await watched(query);
  assert.deepEqual(told(quiet), ['ADDED standing']);
  const plain = await watched('allowWatchBookmarks=true&labelSelector=test%3Dwatch');
  assert.deepEqual(
    plain.map(({ type, object }) => [type, object.metadata.annotations]),
    [
      ['ADDED', undefined],
      ['BOOKMARK', undefined],
    ],
  );
});

test('every minute and at its end a watch tells how far it is, if it may', async () => {
  const timers = clock.pending();
  const from = sandbox.store.version();
  const path = `${MAPS}?watch=1&timeoutSeconds=130&allowWatchBookmarks=true&resourceVersion=${from}`;
  const answer = admin.watch(path);
  await until(() => clock.pending() > timers + 1);
  clock.advance(59_000);
  // Changes of other kinds count as well.
  sandbox.store.create(
    { group: '', version: 'v1', resource: 'secrets' },
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'default' } },
  );
  clock.advance(71_000);
  assert.deepEqual(
    (await answer).map(({ type, object }) => [type, Number(object.metadata.resourceVersion) - from]),
    [
      ['BOOKMARK', 1],
      ['BOOKMARK', 1],
      ['BOOKMARK', 1],
    ],
  );
  await until(() => clock.pending() === timers);
});

test('a watch that names no end, or none that can be, ends after half an hour', async () => {
  for (const query of ['', '&timeoutSeconds=0', '&timeoutSeconds=-1']) {
    const timers = clock.pending();
    let over = false;
    const answer = admin.watch(`${MAPS}?watch=1&resourceVersion=${sandbox.store.version()}${query}`);
    void answer.then(() => {
      over = true;
    });
    await until(() => clock.pending() > timers);
    clock.advance(30 * 60_000 - 1);
    assert.equal(clock.pending(), timers + 1);
    assert.equal(over, false);
    clock.advance(1);
    assert.deepEqual(await answer, []);
  }
});

test('a watch ends when the client goes, and leaves no timer', async () => {
  const timers = clock.pending();
  const { clusters, users } = parse(sandbox.kubeconfig());
  const ca = Buffer.from(clusters[0].cluster['certificate-authority-data'], 'base64');
  const headers = { authorization: `Bearer ${users[0].user.token}` };
  const sent = request(`${sandbox.url}${MAPS}?watch=1&allowWatchBookmarks=1`, { ca, headers, agent: false });
  sent.on('error', () => {});
  sent.end();
  await until(() => clock.pending() === timers + 2);
  sent.destroy();
  await until(() => clock.pending() === timers);
});

const accept = (as: string) => `application/json;as=${as};v=v1;g=meta.k8s.io`;

test('a watch of tables sends the columns once', async () => {
  const query = 'allowWatchBookmarks=true&labelSelector=test%3Dwatch';
  const lines = await watched(query, () => create('table'), MAPS, accept('Table'));
  const columns = lines.map(({ object }) =>
    object.columnDefinitions?.map(({ name }: { name: string }) => name),
  );
  assert.deepEqual(columns, [['Name', 'Data', 'Age'], undefined, undefined]);
  assert.deepEqual(
    lines.map(({ object }) => object.rows[0].cells),
    [['standing', 1, clock.now() ? lines[0]?.object.rows[0].cells[2] : ''], ['table', 1, '0s'], null],
  );
  const version = String(sandbox.store.version());
  assert.deepEqual(lines[2], {
    type: 'BOOKMARK',
    object: {
      kind: 'Table',
      apiVersion: 'meta.k8s.io/v1',
      metadata: { resourceVersion: version },
      columnDefinitions: null,
      rows: [
        {
          cells: null,
          object: {
            kind: 'PartialObjectMetadata',
            apiVersion: 'meta.k8s.io/v1',
            metadata: { resourceVersion: version },
          },
        },
      ],
    },
  });
});

test('a watch of metadata sends that alone', async () => {
  const query = 'allowWatchBookmarks=true&fieldSelector=metadata.name%3Dtable';
  const lines = await watched(query, undefined, MAPS, accept('PartialObjectMetadata'));
  assert.deepEqual(
    lines.map(({ type, object }) => [type, object.kind, object.apiVersion, object.data]),
    [
      ['ADDED', 'PartialObjectMetadata', 'meta.k8s.io/v1', undefined],
      ['BOOKMARK', 'PartialObjectMetadata', 'meta.k8s.io/v1', undefined],
    ],
  );
});

test('a watch in YAML is a document a line', async () => {
  const timers = clock.pending();
  const path = `${MAPS}?watch=1&timeoutSeconds=1&labelSelector=test%3Dwatch`;
  const answer = admin.call('GET', path, { headers: { accept: 'application/yaml' } });
  await until(() => clock.pending() > timers);
  clock.advance(1000);
  const { text, headers } = await answer;
  assert.equal(headers['content-type'], 'application/yaml');
  assert.equal(headers['cache-control'], 'no-cache, private');
  const documents = parseAllDocuments(text).map((document) => document.toJS());
  assert.deepEqual(told(documents), ['ADDED standing', 'ADDED table']);
});

test('what is no watch is refused', async () => {
  const refused = async (query: string) => {
    const { status, body } = await admin.call('GET', `${MAPS}?watch=1&${query}`);
    return [status, body.message];
  };
  assert.deepEqual(await refused('resourceVersion=x'), [
    400,
    'invalid resource version: resourceVersion: Invalid value: "x": strconv.ParseUint: parsing "x": invalid syntax',
  ]);
  assert.equal((await refused('sendInitialEvents=true'))[0], 422);
  assert.equal((await refused('fieldSelector=spec.x%3D1'))[0], 400);
});
