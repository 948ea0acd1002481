import assert from 'node:assert/strict';
import { after, before, describe, type TestContext, test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { openSandbox } from '../testing/sandbox-target.ts';
import { type ClusterTarget, put, seen, until } from '../testing/target.ts';
import { asked, openWay, policyOf } from '../testing/way.ts';
import { judge } from './judge.ts';

// An owner that was seen to stand is believed for a moment, but not beyond a delete that this guard itself lets go.

const AT = '/api/v1/namespaces/default/configmaps';

let target: ClusterTarget;
before(async () => {
  target = await openSandbox({ controllers: false });
});
after(() => target.close());

const configMap = (name: string): Promise<KubeObject> =>
  put(target, AT, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels: { app: 'owner' } } });

/** A guard that has just seen an owner stand; `later` is a write that names it once more. */
async function stood(t: TestContext) {
  const { metadata } = await configMap('owner');
  await configMap('other');
  const { deps, door, journal, close } = openWay(target.cluster, policyOf('[]'));
  t.after(async () => {
    await close();
    for (const name of ['owner', 'other', 'next']) await target.https('DELETE', `${AT}/${name}`);
  });
  const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: metadata.uid };
  const write = () =>
    asked('PATCH', `${AT}/other`, {
      headers: { 'user-agent': 'dashboard/1.0', 'content-type': 'application/merge-patch+json' },
      body: Buffer.from(JSON.stringify({ metadata: { ownerReferences: [owner] } })),
    });
  assert.equal((await judge(deps, write())).do, 'forward');
  assert.deepEqual(await journal.acts(), []);
  return {
    deps,
    door,
    async gone() {
      await target.https('DELETE', `${AT}/owner`);
      await until('the owner is gone', async () => (await seen(target, `${AT}/owner`)) === undefined);
    },
    /** What is kept by the time that a write which names it once more goes out. */
    async kept() {
      const request = write();
      assert.equal((await judge(deps, request)).do, 'forward');
      const rows = await journal.requests({ state: 'kept' });
      return rows.find(({ id }) => id === request.id)?.state;
    },
  };
}

describe('an owner that stood a moment ago', () => {
  test('is asked for again after its delete was let go: what names it then is kept first', async (t) => {
    const { deps, gone, kept } = await stood(t);
    assert.equal((await judge(deps, asked('DELETE', `${AT}/owner`))).do, 'forward');
    await gone();
    assert.equal(await kept(), 'kept');
  });

  test('also where it was seen once more before that has arrived', async (t) => {
    const { deps, gone, kept } = await stood(t);
    assert.equal((await judge(deps, asked('DELETE', `${AT}/owner`))).do, 'forward');
    assert.equal(await kept(), undefined, 'it stands still');
    await gone();
    assert.equal(await kept(), 'kept');
  });

  test('also where its delete goes by what was judged ahead', async (t) => {
    const { deps, door, gone, kept } = await stood(t);
    await configMap('next');
    const headers = {
      'user-agent': 'kubectl/v1.35.0',
      'kubectl-session': 's1',
      'kubectl-command': 'kubectl delete',
    };
    deps.sessions.notice({ context: 'prod', session: 's1', path: AT, query: 'labelSelector=app%3Downer' });
    const one = (name: string) => asked('DELETE', `${AT}/${name}`, { headers });
    assert.equal((await judge(deps, one('next'))).do, 'forward');
    assert.ok(door.take(one('owner')));
    await gone();
    assert.equal(await kept(), 'kept');
  });

  test('also where it goes with its collection', async (t) => {
    const { deps, kept } = await stood(t);
    const query = 'fieldSelector=metadata.name%3Downer';
    assert.equal((await judge(deps, asked('DELETE', AT, { query }))).do, 'answer');
    assert.equal(await kept(), 'kept');
  });
});
