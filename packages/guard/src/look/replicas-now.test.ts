import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Cluster, ClusterResponse } from '@toolcrib/model';
import type { Instruction } from '../request.ts';
import { dialsDefinition } from '../testing/dials.ts';
import { openSandbox } from '../testing/sandbox-target.ts';
import { type ClusterTarget, put, seen } from '../testing/target.ts';
import { asked, openWay, policyOf } from '../testing/way.ts';
import { judge } from '../way/judge.ts';
import { replicasNow } from './replicas-now.ts';

// Writes whose outcome only the server knows are first sent as a dry run: what it says to that.

let target: ClusterTarget;
before(async () => {
  target = await openSandbox({ controllers: false });
});
after(() => target.close());

const AT = '/apis/apps/v1/namespaces/default/deployments';
const deployment = (name: string, image = 'a') => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'main', image }] } },
  },
});
const statusOf = (instruction: Instruction) => {
  assert.equal(instruction.do, 'answer');
  return JSON.parse(Buffer.from(instruction.do === 'answer' ? instruction.body : '').toString());
};
const applied = (name: string, image: string, manager: string) =>
  asked('PATCH', `${AT}/${name}`, {
    query: `fieldManager=${manager}`,
    headers: { 'user-agent': 'Helm/4.0', 'content-type': 'application/apply-patch+yaml' },
    body: Buffer.from(JSON.stringify(deployment(name, image))),
  });
const jsonPatch = (name: string) =>
  asked('PATCH', `${AT}/${name}`, {
    headers: { 'content-type': 'application/json-patch+json' },
    body: Buffer.from('[{"op":"add","path":"/metadata/labels","value":{"a":"b"}}]'),
  });

test("a server-side apply's conflict is answered as the cluster's own, and nothing is held", async () => {
  const { deps, journal, close } = openWay(target.cluster, policyOf('[]'));
  const first = applied('shared', 'a', 'one');
  const { status } = await target.cluster.request({
    method: 'PATCH',
    path: `${first.path}?${first.query}`,
    headers: { 'content-type': 'application/apply-patch+yaml' },
    body: first.body,
  });
  assert.equal(status, 201);
  const said = statusOf(await judge(deps, applied('shared', 'b', 'two')));
  assert.equal(said.code, 409);
  assert.match(said.message, /conflict with "one".*image/s);
  assert.equal(said.details.causes[0].reason, 'FieldManagerConflict');
  assert.deepEqual(deps.desk.list(), []);
  assert.deepEqual(await journal.acts(), []);
  const now = await seen(target, `${AT}/shared`);
  assert.equal(now?.spec?.template.spec.containers[0].image, 'a');
  await close();
});

test('who may not patch gets the 403 of the cluster', async () => {
  await put(target, AT, deployment('closed'));
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const at = `/apis/${apiVersion}/namespaces/default`;
  const metadata = { name: 'looks' };
  const rules = [{ apiGroups: ['apps'], resources: ['*'], verbs: ['get', 'list'] }];
  await put(target, `${at}/roles`, { apiVersion, kind: 'Role', metadata, rules });
  await put(target, `${at}/rolebindings`, {
    apiVersion,
    kind: 'RoleBinding',
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'looks' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'cho' }],
  });
  const { deps, close } = openWay(await target.person('cho'), policyOf('[]'));
  const said = statusOf(await judge(deps, jsonPatch('closed')));
  assert.equal(said.code, 403);
  assert.match(said.message, /"closed" is forbidden.*cho/);
  assert.deepEqual(deps.desk.list(), []);
  await close();
});

/** The cluster, but a dry run (or what else a path is told by) is answered so. */
function dryRunsAnswer(status: number, message: string, told = 'dryRun=All'): Cluster {
  return new Proxy(target.cluster, {
    get(real, name) {
      if (name !== 'request') return Reflect.get(real, name);
      return async (request: Parameters<Cluster['request']>[0]): Promise<ClusterResponse> => {
        if (!request.path.includes(told)) return real.request(request);
        const headers = { 'content-type': 'application/json' };
        return {
          status,
          headers,
          body: Buffer.from(JSON.stringify({ kind: 'Status', code: status, message })),
        };
      };
    },
  });
}

test('a workload of Kubernetes’ own that does not say its size may have any; another kind has none then', async () => {
  const silent = new Proxy({} as Cluster, {
    get() {
      throw new Error('nobody is to be asked');
    },
  });
  const sized = (path: string, replicas?: number) =>
    replicasNow(
      asked('PUT', path),
      { apiVersion: 'v1', kind: 'X', metadata: { name: 'x' }, spec: { replicas } },
      silent,
      undefined,
    );
  const dials = '/apis/acme.io/v1/namespaces/default/dials/x';
  assert.deepEqual(
    [await sized(`${AT}/x`, 3), await sized(`${AT}/x`), await sized(dials, 3), await sized(dials)],
    [3, 'unknown', 3, undefined],
  );
});

for (const [status, message, becomes] of [
  [400, 'the object is bad', 400],
  [400, 'admission webhook "x" does not support dry run', 'held'],
  [403, 'admission webhook "x" denied the request: not on Fridays', 403],
  [403, 'admission webhook "x" denied the request: DryRun is not for you', 'held'],
  [404, 'it has gone', 404],
  [405, 'not here', 405],
  [409, 'changed meanwhile', 409],
  [415, 'what is this', 415],
  [422, 'the test operation failed', 422],
  [408, 'too slow', 'held'],
  [429, 'too many', 'held'],
  [500, 'webhook timed out', 'held'],
  [504, 'timeout', 'held'],
  // Somebody in between: no size, and so nothing that could be called harmless.
  [200, 'please log in', 'held'],
  [302, 'elsewhere', 'held'],
] as const) {
  test(`a dry run's ${status} (${message}): ${becomes}`, async () => {
    const name = `answer-${status}-${becomes}`;
    await put(target, AT, deployment(name));
    const { deps, close } = openWay(
      dryRunsAnswer(status, message),
      policyOf('[{name: all, when: "true", then: hold}]'),
    );
    const said = statusOf(await judge(deps, jsonPatch(name)));
    assert.equal(deps.desk.list().length, becomes === 'held' ? 1 : 0);
    assert.equal(said.code, becomes === 'held' ? 403 : becomes);
    if (becomes !== 'held') assert.equal(said.message, message);
    await close();
  });
}

for (const status of [200, 503]) {
  test(`a scale that is answered ${status} with a Status: the size is not known, so it is held`, async () => {
    const [apiVersion, name] = ['example.com/v1', `sized-${status}`];
    if (status === 200)
      await put(target, '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', dialsDefinition);
    const at = `/apis/${apiVersion}/namespaces/default/dials`;
    await put(target, at, { apiVersion, kind: 'Dial', metadata: { name }, spec: { size: 3 } });
    const { deps, close } = openWay(
      dryRunsAnswer(status, 'please log in', '/scale'),
      policyOf('[{name: all, when: "true", then: hold}]'),
    );
    const headers = { 'content-type': 'application/merge-patch+json' };
    const body = Buffer.from('{"spec":{"replicas":1}}');
    await judge(deps, asked('PATCH', `${at}/${name}/scale`, { headers, body }));
    assert.equal(deps.desk.list().length, 1);
    await close();
  });
}

test('a merge patch of a Deployment without replicas costs not one request', async () => {
  const asking: string[] = [];
  const listening = new Proxy(target.cluster, {
    get: (real, name) => {
      asking.push(String(name));
      return Reflect.get(real, name);
    },
  });
  const { deps, close } = openWay(listening, policyOf('[]'));
  for (const kind of ['merge', 'strategic-merge']) {
    const body = Buffer.from('{"spec":{"template":{"metadata":{"annotations":{"a":"b"}}}}}');
    const headers = { 'content-type': `application/${kind}-patch+json` };
    const { do: done } = await judge(deps, asked('PATCH', `${AT}/any`, { headers, body }));
    assert.equal(done, 'forward');
  }
  assert.deepEqual(
    asking.filter((name) => name !== 'then'),
    [],
  );
  await close();
});
