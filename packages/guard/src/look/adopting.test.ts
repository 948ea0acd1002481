import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { ToolcribError } from '@toolcrib/model';
import { away, busy, refused } from '../testing/faulty.ts';
import { asked } from '../testing/way.ts';
import { but, object } from '../undo/testing/kept.ts';
import { memoryCluster } from '../undo/testing/memory-cluster.ts';
import { adopting } from './adopting.ts';

const AT = '/apis/apps/v1/namespaces/shop/replicasets';
const labels = { app: 'web' };
const set = (replicas: number | undefined, more: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: { name: 'web', labels: { a: 'b' }, ...more },
  spec: { selector: { matchLabels: labels }, ...(replicas === undefined ? {} : { replicas }) },
});
const pod = (name: string) => object('v1 Pod', name, { metadata: { labels } });
const dryRun = `${AT}?dryRun=All`;
type Change = (cluster: ReturnType<typeof memoryCluster>) => void;
async function looked(
  body: unknown,
  pods: KubeObject[],
  given: {
    method?: string;
    path?: string;
    type?: string;
    query?: string;
    answer?: { status: number; body: unknown };
    change?: Change;
  } = {},
) {
  const { method = 'POST', path = AT, type = 'application/json', query = '', answer, change } = given;
  const cluster = memoryCluster(pods);
  const list = cluster.list;
  cluster.list = (kind, asking, as) => list(kind, { namespace: asking?.namespace }, as);
  const said = answer ?? { status: 201, body: body as object };
  for (const at of [dryRun, `${path}?dryRun=All`]) cluster.answers.set(at, said);
  change?.(cluster);
  const sent = typeof body === 'string' ? body : JSON.stringify(body);
  const request = asked(method, path, { query, headers: { 'content-type': type }, body: Buffer.from(sent) });
  return { found: await adopting(request, cluster, undefined), asked: cluster.asked.length };
}

test('what is no create of a kind that takes over is none', async () => {
  for (const given of [
    { method: 'DELETE' },
    { method: 'PATCH', path: `${AT}/web`, type: 'application/merge-patch+json' },
    { path: `${AT}/web/scale` },
    { path: '/api/v1/namespaces/shop/configmaps' },
    { path: '/apis/apps/v1/replicasets' },
    { path: '/version' },
    { path: `${AT}/web` },
    { query: 'dryRun=All' },
  ])
    assert.equal((await looked(set(1), [pod('a')], given)).found, undefined, JSON.stringify(given));
});

test('one that takes over no more than it wants is harmless; where nothing is there, no dry run is asked', async () => {
  assert.deepEqual(await looked(set(2), []), { found: { is: 'harmless' }, asked: 0 });
  const enough = await looked(set(2), [pod('a'), pod('b')]);
  assert.deepEqual(enough, { found: { is: 'harmless' }, asked: 1 });
});

test('one that takes over more than it wants is a scale-down, by what the server would make of it', async () => {
  const { found } = await looked(set(1), [pod('a'), pod('b')]);
  assert.ok(found?.is === 'scale');
  assert.deepEqual([found.replicas, found.was, found.bare.length], [1, 2, 2]);
  assert.equal(found.adopts, 'it takes over 2 Pods that run without a workload, and deletes 1');
  assert.deepEqual([found.target.name, found.target.resource], ['web', 'replicasets']);
  const { created } = found;
  assert.deepEqual(
    [created.metadata.uid, created.metadata.labels],
    ['created/apps/replicasets/shop/web', { a: 'b' }],
  );
  const all = (await looked(set(0), [pod('a')])).found;
  assert.equal(
    all?.is === 'scale' && all.adopts,
    'it takes over one Pod that runs without a workload, and deletes all of them',
  );
  const defaulted = (
    await looked(set(undefined), [pod('a'), pod('b')], { answer: { status: 201, body: set(undefined) } })
  ).found;
  assert.equal(defaulted?.is === 'scale' && defaulted.replicas, 1);
  const more = (await looked(set(1), [pod('a'), pod('b')], { answer: { status: 201, body: set(2) } })).found;
  assert.equal(more?.is, 'harmless', 'a webhook wants more');
});

test('what somebody controls, or has finished, is no reason to ask; of what goes only bare Pods are a guess', async () => {
  const owned = but(pod('a'), {
    metadata: {
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'x', uid: 'x', controller: true }],
    },
  });
  assert.deepEqual(await looked(set(0), [owned]), { found: { is: 'harmless' }, asked: 0 });
  const done = but(pod('b'), { status: { phase: 'Succeeded' } });
  const { found } = await looked(set(0), [pod('c'), done]);
  assert.deepEqual(found?.is === 'scale' && found.bare.map(({ metadata }) => metadata.name), ['c']);
});

test('an apply may create, and means nothing of that where it stands', async () => {
  const apply = { method: 'PATCH', path: `${AT}/web`, type: 'application/apply-patch+yaml' };
  const created = (await looked(set(0), [pod('a')], { ...apply, answer: { status: 201, body: set(0) } }))
    .found;
  assert.equal(created?.is, 'scale');
  const stands = (await looked(set(0), [pod('a')], { ...apply, answer: { status: 200, body: set(0) } }))
    .found;
  assert.deepEqual(stands, { is: 'no-create' });
  const yaml = (
    await looked('kind: ReplicaSet\n', [pod('a')], { ...apply, answer: { status: 200, body: set(0) } })
  ).found;
  assert.deepEqual(yaml, { is: 'no-create' });
});

test('what only the server reads is asked of it, in its bytes; its no is the answer', async () => {
  const yaml = { type: 'application/yaml' };
  assert.equal(
    (await looked('kind: x', [pod('a')], { ...yaml, answer: { status: 201, body: set(0) } })).found?.is,
    'scale',
  );
  const no = { status: 422, body: { kind: 'Status', code: 422, message: 'bad' } };
  const before = (await looked('kind: x', [], { ...yaml, answer: no })).found;
  assert.equal(before?.is === 'answered' && before.answer.do === 'answer' && before.answer.status, 422);
  const after = (await looked(set(0), [pod('a')], { answer: no })).found;
  assert.equal(after?.is, 'answered');
  const unknown = { status: 500, body: { kind: 'Status', code: 500, message: 'x' } };
  const blind = (await looked('kind: x', [], { ...yaml, answer: unknown })).found;
  assert.equal(blind?.is, 'not-understood');
  assert.equal(
    (await looked(set(0), [pod('a')], { answer: unknown })).found?.is,
    'scale',
    'then it is what was sent',
  );
  assert.equal((await looked('no json', [], { answer: unknown })).found?.is, 'not-understood');
  const unusable = { ...set(0), spec: { replicas: 0 } };
  assert.equal(
    (await looked(unusable, [pod('a')], { answer: { status: 201, body: unusable } })).found?.is,
    'not-understood',
  );
});

test('a name that the server makes is known by its beginning', async () => {
  const { found } = await looked(set(0, { name: undefined, generateName: 'web-' }), [pod('a')], {
    answer: { status: 201, body: set(0, { name: 'web-x7f', generateName: 'web-' }) },
  });
  assert.equal(found?.is === 'scale' && found.created.metadata.uid, 'created/apps/replicasets/shop/web-');
});

test('who may not look is told so, and not stopped: but for what wants no Pods, or where anything else failed', async () => {
  const failing = (error: Error, replicas = 1) =>
    looked(set(replicas), [], {
      change: (cluster) => {
        cluster.list = () => Promise.reject(error);
      },
    });
  const forbidden = (await failing(refused(403, 'Forbidden'))).found;
  assert.ok(forbidden?.is === 'harmless');
  assert.match(forbidden.warning ?? '', /replicasets web: whether it takes over .* could not be looked at/);
  assert.equal((await failing(refused(403, 'Forbidden'), 0)).found?.is, 'not-understood');
  for (const error of [busy(403), busy(500), refused(404, 'NotFound')])
    assert.equal((await failing(error)).found?.is, 'not-understood', error.message);
  await assert.rejects(failing(away()), { code: 'unreachable' });
  await assert.rejects(failing(new ToolcribError('credentials', 'x')), { code: 'credentials' });
  await assert.rejects(failing(new Error('ours')), /ours/);
  assert.equal(but(pod('a'), {}).kind, 'Pod');
});
