import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ToolcribError } from '@toolcrib/model';
import { make } from './make.ts';
import { keyOfObject } from './steps.ts';
import { but, object, runOver } from './testing/kept.ts';
import { custom, kinds, memoryCluster } from './testing/memory-cluster.ts';

const infoOf = (kind: string) => {
  const found = [...kinds, custom].find((one) => one.kind === kind);
  assert.ok(found);
  return found;
};
const map = object('v1 ConfigMap', 'c', { data: { a: '1' } });
const sent = but(map, { metadata: { uid: undefined } });
const refusing = (method: string, statuses: (number | undefined)[]) => {
  const cluster = memoryCluster([]);
  cluster.refuse = (asked) => (asked === method ? statuses.shift() : undefined);
  return cluster;
};

test('what is absent is made as it is sent', async () => {
  const cluster = memoryCluster([]);
  const made = await make(runOver(cluster), infoOf('ConfigMap'), sent, map, []);
  assert.equal('result' in made, false);
  assert.equal(made.now.metadata.uid, 'new-0');
  assert.deepEqual(cluster.bodies, [sent]);
});

test('what has taken its name is never written to: the same again is told, another is in the way', async () => {
  for (const [data, result, note] of [
    [{ a: '1' }, 'unchanged', 'the same stands there again'],
    [{ a: '2' }, 'conflict', 'something else took its name; it is left as it is'],
  ] as const) {
    const cluster = memoryCluster([but(map, { metadata: { uid: 'other' }, data })]);
    const made = await make(runOver(cluster), infoOf('ConfigMap'), sent, map, []);
    assert.deepEqual('result' in made && made.result, { what: 'ConfigMap shop/c', result, note });
    assert.deepEqual(cluster.writes, []);
  }
});

test('the bare default account of a namespace gets what the kept one had, pinned', async () => {
  const account = object('v1 ServiceAccount', 'default', {
    metadata: { labels: { a: 'b' }, uid: undefined },
    imagePullSecrets: [{ name: 's' }],
  });
  const bare = object('v1 ServiceAccount', 'default', { metadata: { uid: 'bare', resourceVersion: '7' } });
  const cluster = memoryCluster([bare]);
  const made = await make(runOver(cluster), infoOf('ServiceAccount'), account, account, []);
  assert.equal('result' in made, false);
  const now = cluster.objects.get(keyOfObject(bare));
  assert.deepEqual([now?.metadata.labels, now?.imagePullSecrets], [{ a: 'b' }, [{ name: 's' }]]);
  const [body] = cluster.bodies as [{ metadata: object; kind?: string; apiVersion?: string }];
  assert.deepEqual([body.kind, body.apiVersion], [undefined, undefined]);
  assert.deepEqual(JSON.parse(JSON.stringify(body.metadata)), {
    uid: 'bare',
    resourceVersion: '7',
    labels: { a: 'b' },
  });
});

test('a kind whose definition has just come is tried again; any other 404 is an error at once', async () => {
  const ring = object('k.io/v1 Kafka', 'one');
  const cluster = refusing('create', Array(20).fill(404));
  const run = runOver(cluster);
  assert.equal((await make(run, custom, ring, ring, [])).now.metadata.uid, 'new-0');
  assert.equal(run.waiting.now(), 20 * 250);
  await assert.rejects(make(runOver(refusing('create', Array(21).fill(404))), custom, ring, ring, []), /404/);
  const once = refusing('create', [404]);
  await assert.rejects(make(runOver(once), infoOf('ConfigMap'), sent, map, []), /404/);
});

test('a Namespace that was just made may be remembered as going: only then a 403 is tried again', async () => {
  const namespace = object('v1 Namespace', 'shop', { metadata: { namespace: undefined } });
  const tried = async (message: string, standing: (typeof namespace)[], times = 1) => {
    const cluster = memoryCluster(standing);
    const create = cluster.create;
    cluster.create = async (type, one) => {
      if (times-- > 0) throw new ToolcribError('api', message, { cause: { status: 403, message } });
      return create(type, one);
    };
    return (await make(runOver(cluster), infoOf('ConfigMap'), sent, map, [])).now.metadata.uid;
  };
  const message = 'unable to create new content in namespace shop because it is being terminated';
  assert.equal(await tried(message, [namespace]), 'new-0');
  assert.equal(await tried(message, [namespace], 40), 'new-0');
  await assert.rejects(tried(message, [namespace], 41), /terminated/);
  await assert.rejects(tried('configmaps is forbidden', [namespace]), /forbidden/);
  await assert.rejects(tried(message, []), /terminated/);
  await assert.rejects(
    tried(message, [but(namespace, { metadata: { deletionTimestamp: 'x' } })]),
    /terminated/,
  );
});

test('a Service whose address or port is taken gets another, once, but for the ports that were written down', async () => {
  const spec = {
    clusterIP: '10.0.0.1',
    ports: [
      { port: 80, nodePort: 30080 },
      { port: 443, nodePort: 30443 },
    ],
  };
  const applied = JSON.stringify({ spec: { ports: [{ port: 80, nodePort: 30080 }] } });
  const kept = object('v1 Service', 's', {
    spec,
    metadata: { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': applied } },
  });
  for (const status of [422, 409, 500]) {
    const cluster = refusing('create', [status]);
    const notes: (string | undefined)[] = [];
    const again = structuredClone(kept);
    const made = await make(runOver(cluster), infoOf('Service'), again, kept, notes);
    assert.deepEqual(made.now.spec, { ports: [{ port: 80, nodePort: 30080 }, { port: 443 }] });
    assert.deepEqual(notes, ['its cluster IP or node port was taken: it got another']);
  }
  const twice = refusing('create', [422, 422]);
  await assert.rejects(make(runOver(twice), infoOf('Service'), structuredClone(kept), kept, []), /422/);
  await assert.rejects(make(runOver(refusing('create', [403])), infoOf('Service'), kept, kept, []), /403/);
  await assert.rejects(make(runOver(refusing('create', [422])), infoOf('ConfigMap'), sent, map, []), /422/);
});

test('it is made in the version in which it was kept; where that is gone, strictly in the one of today', async () => {
  const old = object('k.io/v1beta1 Kafka', 'one', { spec: { a: 1 } });
  const path = '/apis/k.io/v1/namespaces/shop/kafkas?fieldValidation=Strict';
  const withAnswers = (served: number, status: number, body: unknown) => {
    const cluster = refusing('create', [404]);
    cluster.answers.set('/apis/k.io/v1beta1', { status: served, body: {} });
    cluster.answers.set(path, { status, body });
    return cluster;
  };
  const asIs = memoryCluster([]);
  assert.equal((await make(runOver(asIs), custom, old, old, [])).now.apiVersion, 'k.io/v1beta1');
  const cluster = withAnswers(404, 201, { ...old, apiVersion: 'k.io/v1' });
  const notes: (string | undefined)[] = [];
  const made = await make(runOver(cluster, { as: { user: 'aiko' } as never }), custom, old, old, notes);
  assert.equal(made.now.apiVersion, 'k.io/v1');
  assert.deepEqual(notes, ['made as k.io/v1: k.io/v1beta1, in which it was kept, is no longer served']);
  assert.equal(JSON.parse(String(cluster.asked.at(-1)?.body)).apiVersion, 'k.io/v1');
  assert.deepEqual(
    cluster.asked.map(({ as }) => as),
    [{ user: 'aiko' }, { user: 'aiko' }],
  );
  const unfit = withAnswers(404, 400, { kind: 'Status', message: 'unknown field "spec.a"' });
  await assert.rejects(
    make(runOver(unfit), custom, old, old, []),
    /does not fit k\.io\/v1: unknown field "spec\.a"/,
  );
  const mute = withAnswers(404, 502, 'no JSON object');
  await assert.rejects(make(runOver(mute), custom, old, old, []), /does not fit k\.io\/v1: HTTP 502/);
  const served = withAnswers(200, 201, old);
  served.refuse = (method) => (method === 'create' ? 404 : undefined);
  await assert.rejects(
    make(runOver(served), custom, old, old, []),
    /said 404/,
    'its version is served: 404 means else',
  );
  const core = refusing('create', [404]);
  core.answers.set('/api/v0', { status: 404, body: {} });
  core.answers.set('/api/v1/namespaces/shop/configmaps?fieldValidation=Strict', { status: 201, body: map });
  const v0 = but(sent, { apiVersion: 'v0' });
  assert.equal((await make(runOver(core), infoOf('ConfigMap'), v0, v0, [])).now.kind, 'ConfigMap');
  await assert.rejects(make(runOver(refusing('create', [500])), custom, old, old, []), /500/);
});
