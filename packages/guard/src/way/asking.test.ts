import assert from 'node:assert/strict';
import { after, before, mock, test } from 'node:test';
import { openSandbox } from '../testing/sandbox-target.ts';
import { type ClusterTarget, inNamespace, paths, put } from '../testing/target.ts';
import { asked, openWay, policyOf } from '../testing/way.ts';
import { asking, withCluster } from './asking.ts';
import { judge } from './judge.ts';

/** Headers that count how often somebody goes through all of them, as one does who asks as whom a request is made. */
function counted(headers: Record<string, string>) {
  let times = 0;
  const proxy = new Proxy(headers, {
    ownKeys(real) {
      times++;
      return Reflect.ownKeys(real);
    },
  });
  return { headers: proxy, times: () => times };
}

let target: ClusterTarget;
before(async () => {
  target = await openSandbox();
});
after(() => target.close());

test('a DELETE, held for nothing, asks for its cluster once, as whom once, and reads its body once', async () => {
  await inNamespace(target, async (namespace) => {
    const path = paths.core(namespace, 'configmaps');
    await put(target, path, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'conf' } });
    let clusters = 0;
    const way = openWay(async () => {
      clusters++;
      return target.cluster;
    }, policyOf('[]'));
    const { headers, times } = counted({
      'user-agent': 'dashboard/1.0',
      'impersonate-user': 'ben',
      'impersonate-group': 'system:masters',
    });
    const body = Buffer.from('{"propagationPolicy":"Background"}');
    const decode = mock.method(TextDecoder.prototype, 'decode');
    const instruction = await judge(way.deps, asked('DELETE', `${path}/conf`, { headers, body }));
    decode.mock.restore();
    assert.equal(instruction.do, 'forward');
    assert.equal(clusters, 1, 'clusterFor');
    assert.equal(times(), 1, 'impersonation');
    assert.equal(decode.mock.calls.filter((call) => call.arguments[0] === body).length, 1, 'decoded');
    const [act] = await way.journal.acts();
    const [record] = await way.journal.requests({ actId: act?.id ?? '' });
    assert.deepEqual(record?.as, { 'impersonate-user': 'ben', 'impersonate-group': 'system:masters' });
    await way.close();
  });
});

for (const [what, method, type, resource, text] of [
  [
    'PUT that scales',
    'PUT',
    'application/json',
    'deployments',
    '{"kind":"Deployment","spec":{"replicas":0}}',
  ],
  [
    'patch that names owners',
    'PATCH',
    'application/merge-patch+json',
    'deployments',
    '{"metadata":{"ownerReferences":[]},"spec":{"replicas":1}}',
  ],
] as const)
  test(`a ${what} is read once`, async () => {
    await inNamespace(target, async (namespace) => {
      const path = paths.apps(namespace, resource);
      const template = {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ name: 'a', image: 'a' }] },
      };
      const spec = { replicas: 2, selector: { matchLabels: { app: 'web' } }, template };
      await put(target, path, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec });
      const way = openWay(target.cluster, policyOf('[]'));
      const body = Buffer.from(text);
      const parse = mock.method(JSON, 'parse');
      const headers = { 'user-agent': 'dashboard/1.0', 'content-type': type };
      const instruction = await judge(way.deps, asked(method, `${path}/web`, { headers, body }));
      parse.mock.restore();
      assert.equal(instruction.do, 'forward');
      assert.equal(parse.mock.calls.filter((call) => call.arguments[0] === text).length, 1);
      await way.close();
    });
  });

test('the cluster is asked for by the first who needs it, and only then', async () => {
  const contexts: string[] = [];
  const clusterFor = async (context: string) => {
    contexts.push(context);
    throw new Error('away');
  };
  const asks = asking({ clusterFor }, asked('DELETE', '/', { context: 'test' }));
  assert.deepEqual(contexts, []);
  await assert.rejects(withCluster(asks), /away/);
  await assert.rejects(asks.cluster(), /away/);
  assert.deepEqual(contexts, ['test']);
});

test('who asks is told apart by the tool, the agent, and as whom', () => {
  const clusterFor = () => Promise.reject(new Error('not asked'));
  const senderOf = (more: object) => asking({ clusterFor }, asked('DELETE', '/', more)).sender;
  const as = (user: string) => ({ headers: { 'impersonate-user': user } });
  const all = [{}, { agent: true }, { tool: { name: 'k9s', sha256: 'a' } }, as('ben'), as('aiko')];
  assert.equal(new Set(all.map(senderOf)).size, all.length);
  for (const one of all) assert.equal(senderOf(one), senderOf(structuredClone(one)));
});
