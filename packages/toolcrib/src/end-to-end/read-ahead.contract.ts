import assert from 'node:assert/strict';
import { Agent } from 'node:https';
import { after, before, test } from 'node:test';
import { inNamespace, items, paths, put, seen, until } from '@toolcrib/guard/testing/target.ts';
import type { KubeObject } from '@toolcrib/kube';
import type { RequestRecord } from '@toolcrib/model';
import { type OpenGuarded, openStage, type Reply, type Stage } from '../testing/stage.ts';

/**
 * What a kubectl session is going to delete is judged and kept before it asks for it, and goes then without another look. So
 * everything that may happen in between is done here, between the session's own requests.
 */
export function readAheadContract(open: OpenGuarded): void {
  let stage: Stage;
  before(async () => {
    stage = await openStage(open, { waitSeconds: 0 });
  });
  after(() => stage?.close());

  const at = (namespace: string, name = '') => `${paths.core(namespace, 'configmaps')}${name && `/${name}`}`;
  const map = (name: string, more: object = {}) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, labels: { app: 'bulk' }, ...more },
    data: { of: name },
  });
  let count = 0;
  /** `kubectl delete configmaps -l app=bulk`, one request at a time. */
  const session = (namespace: string, context = 'enforce', agent?: Agent) => {
    const headers = {
      'kubectl-session': `session-${++count}-${namespace}`,
      'kubectl-command': 'kubectl delete',
      'user-agent': 'kubectl/v1.35.4 (linux/amd64) kubernetes/0000000',
    };
    const options = { context, headers, ...(agent ? { agent } : {}) };
    return {
      headers,
      list: () => stage.send('GET', `${at(namespace)}?labelSelector=app%3Dbulk`, options),
      delete: (
        name: string,
        more: { body?: object; query?: string; headers?: object } = {},
      ): Promise<Reply> =>
        stage.send('DELETE', `${at(namespace, name)}${more.query ?? ''}`, {
          ...options,
          headers: { ...headers, ...more.headers },
          body: more.body ?? { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background' },
        }),
    };
  };
  const requests = async (namespace: string): Promise<RequestRecord[]> => {
    const journal = stage.home.journal();
    try {
      return (await journal.requests({})).filter(({ path }) => path.includes(`/namespaces/${namespace}/`));
    } finally {
      await journal.close();
    }
  };
  const ahead = async (namespace: string) => (await requests(namespace)).filter(({ ahead: is }) => is);
  /** What was kept for the last request of an object. */
  const keptOf = async (namespace: string, name: string): Promise<KubeObject[]> => {
    const own = (await requests(namespace)).filter(({ path }) => path.split('?')[0] === at(namespace, name));
    const journal = stage.home.journal();
    try {
      return (await journal.snapshot(own.at(-1)?.snapshotId ?? ''))?.objects ?? [];
    } finally {
      await journal.close();
    }
  };
  const settled = (namespace: string) =>
    until('all is written down', async () => {
      const all = await requests(namespace);
      return all.length > 0 && all.every(({ state }) => state !== 'kept') && all;
    });
  const names = async (namespace: string) =>
    (await items(stage.target, at(namespace)))
      .map(({ metadata }) => metadata.name)
      .filter((name) => name.startsWith('m'));
  /** Three of them, the first of which is gone: the others are judged and kept. */
  const begun = async (namespace: string, context = 'enforce', agent?: Agent) => {
    for (const name of ['m1', 'm2', 'm3']) await put(stage.target, at(namespace), map(name));
    const own = session(namespace, context, agent);
    await own.list();
    const first = await own.delete('m1');
    assert.equal(first.status, 200, JSON.stringify(first.body));
    assert.deepEqual(
      (await ahead(namespace)).map(({ state, path }) => [state, path]),
      [2, 3].map((n) => ['kept', at(namespace, `m${n}`)]),
    );
    return own;
  };

  for (const context of ['observe', 'enforce']) {
    test(`${context}: what comes next is kept before it is asked for, goes pinned, and an undo brings all back`, () =>
      inNamespace(stage.target, async (namespace) => {
        const own = await begun(namespace, context);
        const were = await items(stage.target, at(namespace));
        assert.deepEqual(
          await keptOf(namespace, 'm2'),
          were.filter(({ metadata }) => metadata.name === 'm2').map(complete),
        );
        for (const name of ['m2', 'm3']) assert.equal((await own.delete(name)).status, 200);
        const all = await settled(namespace);
        assert.deepEqual(
          all.map(({ state, status, ahead: is, actId }) => [state, status, is, actId === all[0]?.actId]),
          [1, 2, 3].map(() => ['answered', 200, undefined, true]),
        );
        const uids = new Map(were.map(({ metadata }) => [at(namespace, metadata.name), metadata.uid]));
        const sent = await stage.deletes(namespace);
        assert.equal(sent.length, 3);
        for (const { path, uid } of sent.slice(1)) assertPinned(uid, uids.get(path));
        const undo = await stage.home.cli('undo', all[0]?.actId ?? '');
        assert.equal(undo.code, 0, `${undo.stdout}${undo.stderr}`);
        assert.deepEqual(await names(namespace), ['m1', 'm2', 'm3']);
        const act = await stage.home.journal().act(all[0]?.actId ?? '');
        assert.equal(act?.soFar, 3);
      }));
  }

  test('changed in between: it goes as its client asked, what is kept is what went, and nobody is told of a conflict', () =>
    inNamespace(stage.target, async (namespace) => {
      const own = await begun(namespace);
      await stage.target.https('PATCH', at(namespace, 'm2'), { data: { of: 'somebody else' } });
      const reply = await own.delete('m2');
      assert.equal(reply.status, 200, JSON.stringify(reply.body));
      assert.equal((await own.delete('m3')).status, 200);
      const all = await settled(namespace);
      assert.equal((await keptOf(namespace, 'm2'))[0]?.data?.of, 'somebody else');
      assert.match(all.find(({ status }) => status === 409)?.note ?? '', /had changed since it was seen/);
      const undo = await stage.home.cli('undo', all[0]?.actId ?? '');
      assert.equal(undo.code, 0, `${undo.stdout}${undo.stderr}`);
      assert.equal((await seen(stage.target, at(namespace, 'm2')))?.data?.of, 'somebody else');
    }));

  test('made anew in between: the new one is kept and goes, by its own UID', () =>
    inNamespace(stage.target, async (namespace) => {
      const own = await begun(namespace);
      await stage.target.https('DELETE', at(namespace, 'm2'));
      const anew = await put(stage.target, at(namespace), map('m2'));
      assert.equal((await own.delete('m2')).status, 200);
      await settled(namespace);
      assert.equal((await keptOf(namespace, 'm2'))[0]?.metadata.uid, anew.metadata.uid);
      assertPinned(
        (await stage.deletes(namespace)).filter(({ status }) => status === 200).at(-1)?.uid,
        anew.metadata.uid,
      );
    }));

  test('gone in between: the cluster says so', () =>
    inNamespace(stage.target, async (namespace) => {
      const own = await begun(namespace);
      await stage.target.https('DELETE', at(namespace, 'm2'));
      const reply = await own.delete('m2');
      assert.deepEqual([reply.status, reply.body.reason], [404, 'NotFound']);
      assert.equal((await own.delete('m3')).status, 200);
      await settled(namespace);
    }));

  test("given somebody else's finalizer in between: held, as it is whenever it is seen", () =>
    inNamespace(stage.target, async (namespace) => {
      const own = await begun(namespace);
      const finalizers = { metadata: { finalizers: ['example.dev/wait'] } };
      await stage.target.https('PATCH', at(namespace, 'm2'), finalizers);
      const reply = await own.delete('m2');
      assert.equal(reply.status, 403, JSON.stringify(reply.body));
      const now = await seen(stage.target, at(namespace, 'm2'));
      assert.ok(now && now.metadata.deletionTimestamp === undefined);
      // While it is held the rest of its command is, and what was read ahead of it too.
      assert.equal((await own.delete('m3')).status, 403);
      assert.deepEqual(await names(namespace), ['m2', 'm3']);
      await stage.target.https('PATCH', at(namespace, 'm2'), { metadata: { finalizers: null } });
    }));

  test('given an owner in between: kept with it, and comes back with it', () =>
    inNamespace(stage.target, async (namespace) => {
      const own = await begun(namespace);
      const owner = await put(stage.target, at(namespace), { ...map('owner'), metadata: { name: 'owner' } });
      const reference = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: owner.metadata.uid };
      await stage.target.https('PATCH', at(namespace, 'm2'), { metadata: { ownerReferences: [reference] } });
      assert.equal((await own.delete('m2')).status, 200);
      const [{ actId } = { actId: '' }] = await settled(namespace);
      assert.equal(
        (await keptOf(namespace, 'm2'))[0]?.metadata.ownerReferences?.[0]?.uid,
        owner.metadata.uid,
      );
      assert.equal((await stage.home.cli('undo', actId)).code, 0);
      const back = await seen(stage.target, at(namespace, 'm2'));
      assert.equal(back?.metadata.ownerReferences?.[0]?.uid, owner.metadata.uid);
    }));

  test('given a dependent, and used by a Pod: seen once what was judged is five seconds old', () =>
    inNamespace(stage.target, async (namespace) => {
      const own = await begun(namespace);
      const m2 = await seen(stage.target, at(namespace, 'm2'));
      const reference = { apiVersion: 'v1', kind: 'ConfigMap', name: 'm2', uid: m2?.metadata.uid };
      await put(stage.target, at(namespace), {
        ...map('child'),
        metadata: { name: 'child', ownerReferences: [reference] },
      });
      const container = { name: 'c', image: 'busybox', envFrom: [{ configMapRef: { name: 'm3' } }] };
      await put(stage.target, paths.pods(namespace), {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'user' },
        spec: { containers: [container] },
      });
      await until('the Pod runs', async () => {
        const pod = await seen(stage.target, `${paths.pods(namespace)}/user`);
        return pod?.status?.phase === 'Running';
      });
      await until('what was judged is too old', async () => (await ahead(namespace)).length === 0);
      // Nothing is left of what nobody has asked for.
      assert.deepEqual(
        (await settled(namespace)).map(({ path }) => path),
        [at(namespace, 'm1')],
      );
      assert.equal((await own.delete('m2')).status, 200);
      const reply = await own.delete('m3');
      assert.match(reply.warning, /rule in-use/);
      assert.deepEqual(
        (await keptOf(namespace, 'm2')).map(({ metadata }) => metadata.name),
        ['m2', 'child'],
      );
    }));

  test('whoever sends something else has no part in it: another session, other options, a dry run, another person', () =>
    inNamespace(stage.target, async (namespace) => {
      const own = await begun(namespace);
      const dry = await own.delete('m2', { body: { kind: 'DeleteOptions', dryRun: ['All'] } });
      assert.equal(dry.status, 200);
      assert.deepEqual(await names(namespace), ['m2', 'm3'], 'nothing but a pretence');
      const other = session(namespace);
      assert.equal((await other.delete('m2')).status, 200);
      const grace = { kind: 'DeleteOptions', gracePeriodSeconds: 5 };
      await put(stage.target, at(namespace), map('m4'));
      assert.equal((await own.delete('m4', { body: grace })).status, 200);
      // Who may not even look is asked for a yes, whatever was judged for somebody else.
      const nobody = await own.delete('m3', { headers: { 'impersonate-user': 'nobody-at-all' } });
      assert.equal(nobody.status, 403);
      assert.deepEqual(await names(namespace), ['m3']);
      const all = await settled(namespace);
      assert.equal(new Set(all.map(({ actId }) => actId)).size > 1, true);
      assert.deepEqual(
        all.filter(({ ahead: is }) => is),
        [],
      );
    }));

  test('its client hangs up: nothing is left of what it did not ask for, and an undo takes back the rest', () =>
    inNamespace(stage.target, async (namespace) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const own = await begun(namespace, 'enforce', agent);
      assert.equal((await own.delete('m2')).status, 200);
      agent.destroy();
      await until('it is forgotten', async () => (await ahead(namespace)).length === 0);
      const all = await settled(namespace);
      assert.deepEqual(
        all.map(({ path }) => path),
        [at(namespace, 'm1'), at(namespace, 'm2')],
      );
      const undo = await stage.home.cli('undo', all[0]?.actId ?? '');
      assert.equal(undo.code, 0, `${undo.stdout}${undo.stderr}`);
      assert.doesNotMatch(undo.stdout, /m3/);
    }));

  for (const then of ['hold', 'deny'] as const)
    test(`rules that are changed in between count from the next request on: ${then}`, () =>
      inNamespace(stage.target, async (namespace) => {
        const own = await begun(namespace);
        const when = 'effect.resource == "configmaps"';
        try {
          stage.home.policy({ waitSeconds: 0, rules: [{ name: 'no-maps', when, then }] });
          assert.equal((await own.delete('m2')).status, 403);
          assert.equal((await own.delete('m3')).status, 403);
          assert.deepEqual(await names(namespace), ['m2', 'm3']);
        } finally {
          stage.home.policy({ waitSeconds: 0 });
        }
      }));

  test('its session lists once more: what comes next is judged by all that it goes through then', () =>
    inNamespace(stage.target, async (namespace) => {
      const own = await begun(namespace);
      const secrets = paths.core(namespace, 'secrets');
      assert.equal(
        (await stage.send('GET', secrets, { context: 'enforce', headers: own.headers })).status,
        200,
      );
      assert.equal((await own.delete('m2')).status, 200);
      const [, second] = await requests(namespace);
      assert.notEqual(second?.ahead, true);
      const all = await requests(namespace);
      // It was judged when it came, and its record is no longer the one that was made before.
      assert.equal(all.filter(({ path }) => path === at(namespace, 'm2')).length, 1);
      assert.equal((await own.delete('m3')).status, 200);
      await settled(namespace);
    }));

  test('a rule that counts what went so far is asked about each, as if it had come by itself', () =>
    inNamespace(stage.target, async (namespace) => {
      const many = [1, 2, 3, 4, 5].map((n) => `m${n}`);
      try {
        stage.home.policy({ waitSeconds: 0, rules: [{ name: 'some', when: 'act.soFar > 3', then: 'deny' }] });
        for (const name of many) await put(stage.target, at(namespace), map(name));
        const own = session(namespace);
        await own.list();
        const codes: number[] = [];
        for (const name of many) codes.push((await own.delete(name)).status);
        assert.deepEqual(codes, [200, 200, 200, 403, 403]);
        assert.deepEqual(await names(namespace), ['m4', 'm5']);
      } finally {
        stage.home.policy({ waitSeconds: 0 });
      }
    }));

  test('killed in between: what was never asked for is not said to have gone, and what went comes back', () =>
    inNamespace(stage.target, async (namespace) => {
      const own = await begun(namespace);
      assert.equal((await own.delete('m2')).status, 200);
      await stage.guard.kill();
      const killed = await requests(namespace);
      assert.ok(killed.every(({ state }) => state === 'kept' || state === 'answered'));
      assert.equal(killed.length, 3);
      stage.guard = await stage.home.start();
      const undo = await stage.home.cli('undo', killed[0]?.actId ?? '');
      // Of the third nobody can say yet that it was not sent.
      assert.equal(undo.code, 3, `${undo.stdout}${undo.stderr}`);
      assert.deepEqual(await names(namespace), ['m1', 'm2', 'm3']);
      await until('what went is known', async () => {
        const found = (await requests(namespace)).find(({ path }) => path === at(namespace, 'm2'));
        return found?.state === 'carried-out' || found?.state === 'answered' || found?.state === 'unsettled';
      });
      const third = (await requests(namespace)).find(({ path }) => path === at(namespace, 'm3'));
      assert.notEqual(third?.state, 'carried-out');
    }));
}

/** A real control plane's audit log keeps no bodies of ConfigMaps, and so no preconditions: there what went proves it. */
function assertPinned(uid: string | undefined, wanted: string | undefined): void {
  assert.ok(wanted);
  if (uid !== undefined) assert.equal(uid, wanted);
}

/** As a single GET gives it. */
function complete(item: KubeObject): KubeObject {
  return { ...item, apiVersion: 'v1', kind: 'ConfigMap' };
}
