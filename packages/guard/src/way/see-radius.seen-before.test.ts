import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openSandbox } from '../testing/sandbox-target.ts';
import { type ClusterTarget, put } from '../testing/target.ts';
import { asked, openWay, policyOf, testClock } from '../testing/way.ts';
import { judge } from './judge.ts';

// `kubectl delete -l`: one look for all that its list names, as long as each of them stands as it was seen.

const AT = '/apis/apps/v1/namespaces/default/deployments';
const HEADERS = { 'user-agent': 'kubectl/v1.35.0', 'kubectl-session': 's1' };

let target: ClusterTarget;
before(async () => {
  target = await openSandbox({ controllers: false });
});
after(() => target.close());

test('what was changed since is looked at anew: its spec by its generation, and its finalizers', async () => {
  for (const name of ['first', 'same', 'changed', 'guarded'])
    await put(target, AT, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name },
      spec: {
        selector: { matchLabels: { app: name } },
        template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'm', image: 'a' }] } },
      },
    });
  let lists = 0;
  const counting = new Proxy(target.cluster, {
    get(real, name) {
      if (name === 'list') lists++;
      return Reflect.get(real, name);
    },
  });
  // Time stands: nothing is forgotten however slow the machine is.
  const now = Date.now();
  const { deps, close } = openWay(counting, policyOf('[]'), undefined, { ...testClock, now: () => now });
  deps.sessions.notice({ context: 'prod', session: 's1', path: AT, query: 'limit=500&labelSelector=x' });
  deps.sessions.notice({ context: 'prod', session: 's1', path: AT, query: 'limit=500' });
  const looked = async (name: string) => {
    lists = 0;
    assert.equal((await judge(deps, asked('DELETE', `${AT}/${name}`, { headers: HEADERS }))).do, 'forward');
    return lists > 0;
  };
  assert.equal(await looked('first'), true);
  assert.equal(await looked('same'), false);
  await target.https('PATCH', `${AT}/changed`, { spec: { replicas: 5 } });
  assert.equal(await looked('changed'), true);
  await target.https('PATCH', `${AT}/guarded`, { metadata: { finalizers: ['example.com/x'] } });
  assert.equal(await looked('guarded'), true);
  await close();
});
