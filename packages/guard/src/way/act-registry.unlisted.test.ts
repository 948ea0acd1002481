import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type ApiFailure, type Cluster, ToolcribError } from '@toolcrib/model';
import { builtInRules } from '../policy/policy.ts';
import { openSandbox } from '../testing/sandbox-target.ts';
import { type ClusterTarget, put } from '../testing/target.ts';
import { asked, openWay, policyOf } from '../testing/way.ts';
import { judge } from './judge.ts';

// `kubectl delete all -l app=x`: what its session has listed, and the guard can't list again.

const AT = '/api/v1/namespaces/default/configmaps';
const RULES = JSON.stringify(builtInRules);
const HEADERS = { 'user-agent': 'kubectl/v1.35.0', 'kubectl-session': 's1' };

let target: ClusterTarget;
before(async () => {
  target = await openSandbox({ controllers: false });
  for (const name of ['a', 'b'])
    await put(target, AT, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });
});
after(() => target.close());

/** The CronJobs of the session's own list alone can't be listed: the radius sees them. */
function without(cause: ApiFailure | undefined, times = Number.POSITIVE_INFINITY): Cluster {
  let left = times;
  return new Proxy(target.cluster, {
    get(real, name) {
      if (name !== 'list') return Reflect.get(real, name);
      return async (...args: Parameters<Cluster['list']>) => {
        const [type, query] = args;
        if (type.resource !== 'cronjobs' || query?.labelSelector !== 'app=x' || left-- <= 0)
          return real.list(...args);
        throw new ToolcribError('api', `GET cronjobs: ${cause?.status}`, { cause });
      };
    },
  });
}

async function second(cluster: Cluster, mode: string) {
  const { deps, journal, close } = openWay(cluster, policyOf(RULES, mode));
  const path = '/apis/batch/v1/namespaces/default/cronjobs';
  deps.sessions.notice({ context: 'prod', session: 's1', path, query: 'limit=500&labelSelector=app%3Dx' });
  const first = await judge(deps, asked('DELETE', `${AT}/a`, { headers: HEADERS }));
  const told = await judge(deps, asked('DELETE', `${AT}/b`, { headers: HEADERS }));
  const [act] = await journal.acts();
  const requests = await journal.requests({ actId: act?.id ?? '' });
  await close();
  return { first, told, requests, open: deps.desk.list() };
}

test('the API server says that these rights may not: kubectl was told so too, and the rest of its command goes on', async () => {
  const no = { status: 403, reason: 'Forbidden', message: 'forbidden' };
  const { first, told, requests } = await second(without(no), 'enforce');
  assert.deepEqual([first.do, told.do], ['forward', 'forward']);
  for (const { unseen } of requests)
    assert.deepEqual(unseen, [
      {
        kind: 'cronjobs.batch',
        why: 'what its command listed could not be listed again: GET cronjobs: 403',
        unlikely: true,
      },
    ]);
});

for (const [what, cause] of [
  ['403 of somebody in between', { status: 403, message: '<html>' }],
  ['404 of somebody in between', { status: 404, message: '<html>' }],
  ['503', { status: 503, reason: 'ServiceUnavailable', message: 'later' }],
] as const) {
  test(`${what}: how much it goes through is not known, so the radius is incomplete`, async () => {
    const { first, open } = await second(without(cause), 'enforce');
    assert.equal(first.do === 'answer' && first.status, 403, 'held, not an error of ours');
    assert.equal(open[0]?.decision.rule, 'not-understood');
    assert.deepEqual(
      open[0]?.radius.unseen.map(({ kind }) => kind),
      ['cronjobs.batch'],
    );
    const observed = await second(without(cause), 'observe');
    assert.deepEqual([observed.first.do, observed.told.do], ['forward', 'forward']);
  });
}

test('what could be listed at the next request is seen from there on', async () => {
  const { first, told, requests } = await second(without({ status: 503, message: 'later' }, 1), 'observe');
  assert.deepEqual([first.do, told.do], ['forward', 'forward']);
  assert.deepEqual(
    requests.map(({ unseen = [] }) => unseen.length),
    [1, 0],
  );
});
