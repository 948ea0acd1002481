import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openSandbox } from '@toolcrib/guard/testing/sandbox-target.ts';
import { type ClusterTarget, put } from '@toolcrib/guard/testing/target.ts';
import { runDeployment } from '@toolcrib/guard/testing/workloads.ts';
import type { Context } from './context.ts';
import { perform } from './operation.ts';
import { radius } from './radius.ts';

// A real cluster of the sandbox; which one is meant is compose's to say.

let target: ClusterTarget;
const asked: (string | undefined)[] = [];
before(async () => {
  target = await openSandbox();
  await put(target, '/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'shop' },
  });
  await runDeployment(target, 'default', 'web', 2);
  await put(target, '/api/v1/namespaces/shop/configmaps', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'only-there', namespace: 'shop' },
  });
});
after(() => target?.close());

function ask(input: object, namespace?: string) {
  const context = {
    async chosen(named: string | undefined) {
      asked.push(named);
      return { cluster: target.cluster, context: 'prod', ...(namespace ? { namespace } : {}) };
    },
  } as Context;
  return perform(radius, context, input);
}
const goes = async (input: object) => (await ask(input)).members.map(({ ref }) => `${ref.kind}/${ref.name}`);

test('an object is found by kind, plural, singular or short name, with its group or without, in any case', async () => {
  for (const what of [
    'deployment/web',
    'deployments/web',
    'deploy/web',
    'Deployment/web',
    'deployments.apps/web',
    'DEPLOY.APPS/web',
  ])
    assert.ok((await goes({ what })).includes('Deployment/web'), what);
  await assert.rejects(ask({ what: 'deployments.batch/web' }), { code: 'not-found', next: /api-resources/ });
  await assert.rejects(ask({ what: 'kafkas/web' }), { code: 'not-found', message: /no kind kafkas/ });
  for (const [typed, meant] of [
    ['deploymnt/web', /^Did you mean deployment\? /],
    ['statefullset/web', /^Did you mean statefulset\? /],
    ['zzzzzzzz/web', /^kubectl api-resources lists/],
  ] as const)
    await assert.rejects(ask({ what: typed }), { code: 'not-found', next: meant });
});

test('what names no object is said before any cluster is asked for more', async () => {
  for (const what of ['web', 'deploy/', '/web', 'deploy/web/more', ''])
    await assert.rejects(ask({ what }), { code: 'usage', next: /KIND\/NAME/ }, what);
});

test('the namespace that is named counts, then the context’s, then default; what has none is asked without', async () => {
  const what = 'cm/only-there';
  await assert.rejects(ask({ what }), {
    code: 'not-found',
    message: 'There is no ConfigMap only-there in namespace default.',
    next: /-n/,
  });
  assert.equal((await ask({ what, namespace: 'shop' })).members.length, 1);
  assert.equal((await ask({ what }, 'shop')).members.length, 1);
  await assert.rejects(ask({ what, namespace: 'default' }, 'shop'), { code: 'not-found' });
  assert.ok((await goes({ what: 'ns/shop', namespace: 'nowhere' })).includes('ConfigMap/only-there'));
  await assert.rejects(ask({ what: 'ns/gone' }), {
    code: 'not-found',
    message: 'There is no Namespace gone.',
    next: undefined,
  });
});

test('which cluster is meant is asked of who knows', async () => {
  asked.length = 0;
  await ask({ what: 'deploy/web' });
  await ask({ what: 'deploy/web', context: 'stage' });
  assert.deepEqual(asked, [undefined, 'stage']);
});

test('the cascade is the one that was asked for: an orphaned child stays', async () => {
  const kinds = async (cascade?: string) =>
    [
      ...new Set(
        (await ask({ what: 'deploy/web', ...(cascade && { cascade }) })).members
          .filter(({ fate }) => fate !== 'orphaned')
          .map(({ ref }) => ref.kind),
      ),
    ].sort();
  assert.deepEqual(await kinds(), ['Deployment', 'Pod', 'ReplicaSet']);
  assert.deepEqual(await kinds('foreground'), ['Deployment', 'Pod', 'ReplicaSet']);
  assert.deepEqual(await kinds('orphan'), ['Deployment']);
});

test('of a scale-down it is asked only where there is a size', async () => {
  const pods = async (scale: number) =>
    (await goes({ what: 'deploy/web', scale })).filter((name) => name.startsWith('Pod/')).length;
  assert.deepEqual([await pods(0), await pods(1)], [2, 1]);
  await assert.rejects(ask({ what: 'cm/only-there', namespace: 'shop', scale: 0 }), {
    code: 'usage',
    message: /ConfigMap only-there has no size/,
  });
  await assert.rejects(ask({ what: 'deploy/web', scale: -1 }), { code: 'usage' });
});

test('it only looks: whoever may ask, asks with a GET', () => {
  assert.deepEqual([radius.looks, radius.reaches, radius.event], [true, 'cluster', undefined]);
});
