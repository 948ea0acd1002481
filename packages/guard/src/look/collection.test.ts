import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ResourceInfo } from '@toolcrib/kube';
import { type Cluster, ToolcribError } from '@toolcrib/model';
import type { Instruction } from '../request.ts';
import { away, busy, refused } from '../testing/faulty.ts';
import { object } from '../undo/testing/kept.ts';
import { memoryCluster } from '../undo/testing/memory-cluster.ts';
import { collectionRefusal, listCollection } from './collection.ts';

const target = { group: '', version: 'v1', resource: 'configmaps', namespace: 'shop' };
const info = (more: Partial<ResourceInfo> = {}): ResourceInfo => ({
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  resource: 'configmaps',
  namespaced: true,
  verbs: ['deletecollection'],
  subresources: [],
  ...more,
});
const told = (instruction: Instruction | undefined) =>
  instruction?.do === 'answer'
    ? `${instruction.status} ${JSON.parse(String(instruction.body)).message}`
    : instruction;
const refusal = async (
  given: { info?: ResourceInfo; query?: string; namespace?: string | undefined; allowed?: boolean } = {},
) => {
  const asked: string[] = [];
  const cluster = {
    resources: async () => ({ resources: given.info ? [given.info] : [], failed: [] }),
    mayI: async ({ verb, name }: { verb: string; name?: string }) => {
      asked.push(`${verb} ${name}`);
      return { allowed: given.allowed ?? true };
    },
  } as unknown as Cluster;
  const at = 'namespace' in given ? { ...target, namespace: given.namespace } : target;
  return { said: told(await collectionRefusal(at, given.query ?? '', cluster, undefined)), asked };
};

test('a collection that the cluster would delete is asked for as a collection', async () => {
  assert.deepEqual(await refusal({ info: info() }), {
    said: undefined,
    asked: ['deletecollection undefined'],
  });
  assert.match(String((await refusal({ info: info(), allowed: false })).said), /^403 /);
});

test('what the cluster has no such delete of, in its words; what nobody knows is asked for again', async () => {
  assert.match(String((await refusal()).said), /^503 .*does not say what configmaps are.*Nothing was sent/);
  assert.match(String((await refusal({ info: info({ group: 'acme.io' }) })).said), /^503/);
  assert.match(String((await refusal({ info: info({ verbs: ['delete'] }) })).said), /^405/);
  assert.match(String((await refusal({ info: info(), namespace: undefined })).said), /^405/);
  assert.equal((await refusal({ info: info({ namespaced: false }), namespace: undefined })).said, undefined);
});

test('a part of a collection is none', async () => {
  for (const query of ['limit=5', 'continue=x'])
    assert.match(String((await refusal({ info: info(), query })).said), /^400 /, query);
});

test('everything that it matches now', async () => {
  const map = object('v1 ConfigMap', 'c', { metadata: { labels: { a: 'b' } } });
  const cluster = memoryCluster([map, object('v1 ConfigMap', 'd')]);
  assert.deepEqual(await listCollection({ ...target, labelSelector: 'a=b' }, cluster, undefined), {
    objects: [map],
  });
});

test('what the server says of the list it says of the delete; all else is an error', async () => {
  const listing = (error: Error) => {
    const cluster = memoryCluster([]);
    cluster.list = () => Promise.reject(error);
    return listCollection(target, cluster, undefined);
  };
  for (const [status, reason] of [
    [400, 'BadRequest'],
    [404, 'NotFound'],
    [405, 'MethodNotAllowed'],
    [422, 'Invalid'],
  ] as const) {
    const found = await listing(refused(status, reason));
    assert.ok('refused' in found && found.refused.do === 'answer');
    assert.equal(found.refused.status, status);
    assert.equal(JSON.parse(String(found.refused.body)).reason, reason);
  }
  for (const error of [
    busy(400),
    refused(403, 'Forbidden'),
    refused(409, 'Conflict'),
    away(),
    new Error('ours'),
    new ToolcribError('conflict', 'x'),
  ])
    await assert.rejects(listing(error), error);
});
