import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import type { ClientProcess, Cluster } from '@toolcrib/model';
import { planLists } from '../radius/index.ts';
import type { Noticed } from '../request.ts';
import { handClock } from '../testing/hand-clock.ts';
import { turns } from '../testing/turns.ts';
import { memoryCluster } from '../undo/testing/memory-cluster.ts';
import { earlyLooks, firstPage } from './early.ts';

const AT = '/api/v1/namespaces/shop/configmaps';
const map = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'shop', name, uid: name },
});
/** As a LIST has them: without their type. */
const listed = (name: string) => ({ metadata: map(name).metadata, data: { whole: name } });
const read = (more: Partial<Noticed> = {}): Noticed => ({
  context: 'prod',
  session: 's1',
  path: AT,
  query: 'limit=500',
  headers: { 'kubectl-command': 'kubectl delete' },
  ...more,
});

/** Looks over a Namespace of two ConfigMaps; `lists` is what was listed, and as whom. */
function opened(more = false, clientOf?: (port: number) => ClientProcess | undefined) {
  const hand = handClock(1_000_000);
  const memory = memoryCluster([map('a'), map('b')]);
  const metadata = more ? { continue: 'there is more' } : {};
  for (const selected of ['', '&labelSelector=app%3Dx', '&fieldSelector=type%3Dx'])
    memory.answers.set(`${AT}?limit=64${selected}`, {
      status: 200,
      body: { metadata, items: [listed('a')] },
    });
  const lists: string[] = [];
  const cluster: Cluster = {
    ...memory,
    list: (type, options, as) => {
      lists.push(JSON.stringify([type.resource, options?.labelSelector ?? '', as ?? null]));
      return memory.list(type, options, as);
    },
  };
  const looks = earlyLooks({
    clock: hand.clock,
    clusterFor: async () => cluster,
    ...(clientOf ? { clientOf } : {}),
  });
  return { looks, memory, hand, lists };
}

describe('a look begins', () => {
  for (const [what, more, begins] of [
    ['for leaves that kubectl lists to delete them', {}, true],
    ['not for another command', { headers: { 'kubectl-command': 'kubectl get' } }, false],
    ['not where no command is said', { headers: undefined }, false],
    ['not for what controllers hang on', { path: '/api/v1/namespaces/shop/services' }, false],
    ['not for all namespaces', { path: '/api/v1/configmaps' }, false],
    ['not for one object', { path: `${AT}/a` }, false],
    ['not for a watch', { query: 'watch=true' }, false],
  ] as [string, Partial<Noticed>, boolean][])
    test(what, async () => {
      const { looks, memory, hand } = opened();
      looks.begin(read(more));
      await hand.pass(0, () => memory.asked.length === (begins ? 1 : 0));
      assert.equal(looks.take('prod', 's1') !== undefined, begins);
    });

  test('for eight sessions at once, and no more; one that was taken makes room', () => {
    const { looks } = opened();
    for (let session = 1; session <= 9; session++) looks.begin(read({ session: `s${session}` }));
    assert.equal(looks.take('prod', 's9'), undefined);
    assert.ok(looks.take('prod', 's8'));
    looks.begin(read({ session: 's9' }));
    assert.ok(looks.take('prod', 's9'));
  });
});

describe('a look is taken', () => {
  test('once, and only of its context and session', () => {
    const { looks } = opened();
    looks.begin(read());
    assert.equal(looks.take('other', 's1'), undefined);
    assert.equal(looks.take('prod', 's2'), undefined);
    assert.equal(looks.take('prod', undefined), undefined);
    const found = looks.take('prod', 's1');
    assert.equal(found?.at, 1_000_000);
    assert.equal(found.list.resource, 'configmaps');
    assert.equal(looks.take('prod', 's1'), undefined);
  });

  test('while it is fresh: for a second; then nothing is left of it', async () => {
    const { looks, hand } = opened();
    looks.begin(read());
    await hand.pass(999);
    assert.ok(looks.take('prod', 's1'));
    looks.begin(read());
    await hand.pass(500);
    looks.begin(read());
    // The first of the two ends here.
    await hand.pass(500);
    assert.equal(looks.take('prod', 's1')?.at, 1_001_499);
    looks.begin(read());
    await hand.pass(1_000);
    assert.equal(looks.take('prod', 's1'), undefined);
  });

  test('not where it is older, though no timer has run yet', () => {
    let now = 0;
    const clock = { now: () => now, after: () => () => undefined };
    const looks = earlyLooks({ clock, clusterFor: () => new Promise(() => {}) });
    for (const [age, fresh] of [
      [1_000, true],
      [1_001, false],
    ] as const) {
      looks.begin(read());
      now += age;
      assert.equal(looks.take('prod', 's1') !== undefined, fresh);
    }
  });
});

describe('what a look has', () => {
  test('a list that fits one page is asked for once: whole, with its type', async () => {
    const { looks, memory } = opened();
    looks.begin(read());
    const found = looks.take('prod', 's1');
    assert.deepEqual(await found?.page, [{ ...map('a'), data: { whole: 'a' } }]);
    assert.deepEqual(await found?.all, await found?.page);
    assert.equal(memory.asked.length, 1);
  });

  test('a longer one is listed as well: its metadata, by the same selectors', async () => {
    const { looks, lists } = opened(true);
    looks.begin(read({ query: 'labelSelector=app%3Dx' }));
    const found = looks.take('prod', 's1');
    assert.equal((await found?.page)?.length, 1);
    // None of them has the label.
    assert.deepEqual(await found?.all, []);
    assert.ok(lists.includes(JSON.stringify(['configmaps', 'app=x', null])));
  });

  test('every list that the radius of a delete there needs, made as the caller; another was not asked for', async () => {
    const { looks, lists, memory } = opened();
    looks.begin(read({ headers: { 'kubectl-command': 'kubectl delete', 'impersonate-user': 'ben' } }));
    const found = looks.take('prod', 's1');
    await found?.all;
    const as = { 'impersonate-user': 'ben' };
    assert.deepEqual(found?.as, as);
    const { resources } = await memory.resources();
    const effect = { does: 'delete' as const, options: {} };
    const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'a' };
    const aim = { ref, type: { group: '', resource: 'configmaps' }, effect };
    const plan = [...planLists(resources, [aim])];
    assert.ok(plan.length > 3);
    for (const planned of plan) {
      const got: readonly KubeObject[] | undefined = await found?.listed(planned);
      const kinds: string[] | undefined = got?.map(({ kind }) => kind);
      assert.deepEqual(kinds, planned.info.kind === 'ConfigMap' ? ['ConfigMap', 'ConfigMap'] : []);
      assert.equal(found?.listed({ ...planned, namespace: 'elsewhere' }), undefined);
    }
    assert.equal(lists.length, plan.length);
    for (const one of lists) assert.deepEqual(JSON.parse(one)[2], as);
  });

  test('a list that fails is told to whoever waits for it, and keeps the others from nothing', async () => {
    const { looks, memory, hand, lists } = opened();
    memory.refuse = (_method, kind) => (kind === 'Pod' ? 403 : undefined);
    looks.begin(read());
    const found = looks.take('prod', 's1');
    await found?.all;
    await hand.pass(0, () => lists.length > 0);
    const { resources } = await memory.resources();
    const effect = { does: 'delete' as const, options: {} };
    const ref = { apiVersion: 'v1', kind: '', namespace: 'shop', name: '' };
    const plan = planLists(resources, [{ ref, type: { group: '', resource: 'configmaps' }, effect }]);
    for (const planned of plan)
      if (planned.info.kind === 'Pod')
        await assert.rejects(async () => found?.listed(planned), { code: 'api' });
      else assert.ok(await found?.listed(planned), planned.info.kind);
  });

  test('one of which nothing could be read is an error for whoever takes it, and nothing where nobody does', async () => {
    const { looks, memory, hand } = opened();
    memory.answers.clear();
    looks.begin(read());
    await hand.pass(0, () => memory.asked.length === 1);
    const found = looks.take('prod', 's1');
    // What is rejected and caught by nobody would end this thread by now.
    let left = 20;
    await turns(() => left-- === 0);
    await assert.rejects(async () => found?.page, /not in this cluster/);
    await assert.rejects(async () => found?.all, /not in this cluster/);
  });

  test('the process that lists, where the machine tells it', async () => {
    const process: ClientProcess = { pid: 7, id: '7@1', argv: ['kubectl'] };
    const { looks, hand, lists } = opened(false, (port) => (port === 4711 ? process : undefined));
    for (const [clientPort, told] of [
      [4711, process],
      [4712, undefined],
      [undefined, undefined],
    ] as const) {
      lists.length = 0;
      looks.begin(read({ clientPort }));
      const found = looks.take('prod', 's1');
      await hand.pass(0, () => lists.length > 0);
      assert.equal(found?.client(), told);
    }
  });
});

describe('the first page', () => {
  const list = { group: 'policy', version: 'v1', resource: 'poddisruptionbudgets', namespace: 'shop' };
  const path = '/apis/policy/v1/namespaces/shop/poddisruptionbudgets?limit=64';
  const info = { kind: 'PodDisruptionBudget' };

  test('is asked for by both selectors, as the caller', async () => {
    const memory = memoryCluster([]);
    const selected = `${path}&labelSelector=app%3Dx&fieldSelector=metadata.namespace%3Dshop`;
    memory.answers.set(selected, { status: 200, body: { items: [{ metadata: { name: 'a' } }] } });
    const as = { 'impersonate-user': 'ben' };
    const selectors = { labelSelector: 'app=x', fieldSelector: 'metadata.namespace=shop' };
    assert.deepEqual(await firstPage(memory, { ...list, ...selectors }, as, info), {
      items: [{ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'a' } }],
      more: false,
    });
    const [sent] = memory.asked;
    assert.deepEqual([sent?.method, sent?.as, sent?.headers?.accept], ['GET', as, 'application/json']);
  });

  test('an answer that is none, or of a kind that is not known: nothing is read, and there may be more', async () => {
    const memory = memoryCluster([]);
    const nothing = { items: [], more: true };
    memory.answers.set(path, { status: 403, body: { items: [{ metadata: { name: 'a' } }] } });
    assert.deepEqual(await firstPage(memory, list, undefined, info), nothing);
    memory.answers.set(path, { status: 200, body: { items: [{ metadata: { name: 'a' } }] } });
    assert.deepEqual(await firstPage(memory, list, undefined, undefined), nothing);
    memory.answers.set(path, { status: 200, body: { metadata: {} } });
    assert.deepEqual(await firstPage(memory, list, undefined, info), { items: [], more: false });
  });
});
