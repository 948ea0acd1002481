import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Cluster, ToolcribError } from '@toolcrib/model';
import type { Instruction } from '../request.ts';
import { asked } from '../testing/way.ts';
import { forbidden, forbiddenAnyhow } from './forbidden.ts';

type Question = Parameters<Cluster['mayI']>[0];
function clusterThatSays(allowed: boolean, why?: string) {
  const questions: Question[] = [];
  const mayI = async (what: Question) => {
    questions.push(what);
    return { allowed, ...(why === undefined ? {} : { why }) };
  };
  return { cluster: { mayI } as Partial<Cluster> as Cluster, questions };
}
const messageIn = (told: Instruction | undefined) =>
  told?.do === 'answer' ? `${told.status} ${JSON.parse(String(told.body)).message}` : told;
const POD = { group: '', version: 'v1', resource: 'pods', namespace: 'shop', name: 'a' };

test('the 403 that the cluster would give, in its words', async () => {
  assert.equal(
    await forbidden({ ...POD, verb: 'delete' }, clusterThatSays(true).cluster, undefined),
    undefined,
  );
  const no = clusterThatSays(false, 'no rule').cluster;
  assert.equal(
    messageIn(await forbidden({ ...POD, verb: 'delete' }, no, undefined)),
    '403 pods "a" is forbidden: you may not delete pods in the namespace "shop": no rule',
  );
  const bare = clusterThatSays(false).cluster;
  const scale = {
    group: 'apps',
    version: 'v1',
    resource: 'deployments',
    subresource: 'scale',
    verb: 'patch',
  };
  assert.equal(
    messageIn(await forbidden(scale, bare, undefined)),
    '403 deployments.apps/scale is forbidden: you may not patch deployments.apps/scale',
  );
});

test('a request asks for the right of its method; one of a collection for that of collections', async () => {
  const verbsOf = async (method: string, path: string) => {
    const { cluster, questions } = clusterThatSays(true);
    await forbiddenAnyhow(asked(method, path), cluster, undefined);
    return questions.map(({ verb, resource, subresource, name }) => [verb, resource, subresource, name]);
  };
  const at = '/api/v1/namespaces/shop/pods';
  assert.deepEqual(await verbsOf('DELETE', `${at}/a`), [['delete', 'pods', undefined, 'a']]);
  assert.deepEqual(await verbsOf('DELETE', at), [['deletecollection', 'pods', undefined, undefined]]);
  assert.deepEqual(await verbsOf('PATCH', `${at}/a`), [['patch', 'pods', undefined, 'a']]);
  assert.deepEqual(await verbsOf('PUT', `${at}/a/status`), [['update', 'pods', 'status', 'a']]);
  assert.deepEqual(await verbsOf('POST', `${at}/a/eviction`), [['create', 'pods', 'eviction', 'a']]);
  assert.deepEqual(await verbsOf('POST', at), [['create', 'pods', undefined, undefined]]);
  assert.deepEqual(await verbsOf('GET', at), []);
  assert.deepEqual(await verbsOf('DELETE', '/version'), []);
});

test('where that can’t be asked it is taken as allowed: then it is held', async () => {
  const failing = (error: Error) => ({ mayI: () => Promise.reject(error) }) as Partial<Cluster> as Cluster;
  const request = asked('DELETE', '/api/v1/namespaces/shop/pods/a');
  assert.equal(
    await forbiddenAnyhow(request, failing(new ToolcribError('unreachable', 'x')), undefined),
    undefined,
  );
  await assert.rejects(forbiddenAnyhow(request, failing(new Error('ours')), undefined), /ours/);
  assert.match(
    String(messageIn(await forbiddenAnyhow(request, clusterThatSays(false).cluster, undefined))),
    /^403/,
  );
});
