import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import type { UndoRecord } from '@toolcrib/model';
import type { ClusterTarget, OpenTarget } from '../testing/target.ts';
import { inNamespace, items, paths, put, seen, until } from '../testing/target.ts';
import { asked, openWay, policyOf } from '../testing/way.ts';
import { podsOf, runDeployment, runReplicaSet, runStatefulSet } from '../testing/workloads.ts';
import { requestHandler } from '../way/request-handler.ts';
import { undoAct } from './act.ts';

const MERGE = 'application/merge-patch+json';

/** What an undo makes again has a new UID: the undo of an earlier act finds it all the same, and nothing else. */
export function againAndAgainContract(open: OpenTarget): void {
  let target: ClusterTarget;
  before(async () => {
    target = await open();
  });
  after(() => target.close());

  /** The way of a request, and undos, over one journal. Each request is an act of its own. */
  async function opened() {
    const { deps, journal, close } = openWay(target.cluster, policyOf('[]'));
    const thinking = requestHandler(deps);
    let count = 0;
    /** Through the guard, as the door does it. @returns the act */
    const send = async (method: string, path: string, body?: object): Promise<string> => {
      const headers = {
        'user-agent': 'kubectl/v1.35.2',
        'kubectl-session': `s${++count}`,
        ...(body ? { 'content-type': method === 'PATCH' ? MERGE : 'application/json' } : {}),
      };
      const sent = body ? Buffer.from(JSON.stringify(body)) : new Uint8Array();
      const request = asked(method, path, { headers, body: sent });
      const told = await thinking.judge(request);
      assert.equal(told.do, 'forward', JSON.stringify(told));
      if (told.do !== 'forward') return '';
      const bytes = told.body?.bytes ?? (body ? sent : undefined);
      const answer = await target.cluster.request({
        method,
        path: `${told.path ?? path}${told.query ? `?${told.query}` : ''}`,
        headers: { 'content-type': told.body?.type ?? headers['content-type'] ?? 'application/json' },
        ...(bytes ? { body: bytes } : {}),
      });
      assert.ok(answer.status < 300, `${method} ${path}: ${answer.status}`);
      thinking.settled(request.id, { status: answer.status, said: 'yes' });
      return until('it is written down', async () => {
        const all = await journal.requests({ state: 'answered' });
        return all.find(({ id }) => id === request.id)?.actId;
      });
    };
    const undo = (actId: string) => undoAct({ ...deps, by: 'aiko' }, actId, () => undefined);
    const end = async () => {
      await thinking.close();
      await close();
    };
    return { send, undo, journal, close: end };
  }

  const bad = ({ results }: UndoRecord) =>
    results.filter(({ result }) => ['failed', 'conflict', 'unknown'].includes(result));
  const gone = (path: string) => until(`${path} is gone`, async () => !(await seen(target, path)));
  const sizeOf = async (path: string) => (await seen(target, path))?.spec?.replicas;
  const settledAt = (namespace: string, count: number) =>
    until(`${count} Pods`, async () => {
      const pods = await podsOf(target, namespace, 'web');
      return pods.length === count && pods.every(({ metadata }) => !metadata.deletionTimestamp);
    });

  const run = { deployments: runDeployment, replicasets: runReplicaSet, statefulsets: runStatefulSet };
  for (const resource of ['deployments', 'statefulsets'] as const) {
    test(`${resource}: scaled down, then deleted: undone, the newest first, it has its size and its Pods`, () =>
      inNamespace(target, async (namespace) => {
        const { send, undo, close } = await opened();
        await run[resource](target, namespace, 'web', 2);
        const path = `${paths.apps(namespace, resource)}/web`;
        const scaled = await send('PATCH', `${path}/scale`, { spec: { replicas: 0 } });
        await settledAt(namespace, 0);
        const deleted = await send('DELETE', path);
        await gone(path);
        assert.deepEqual(bad(await undo(deleted)), []);
        assert.equal(await sizeOf(path), 0);
        assert.deepEqual(bad(await undo(scaled)), []);
        assert.equal(await sizeOf(path), 2);
        await settledAt(namespace, 2);
        // Asked once more, nothing is done.
        const again = await undo(scaled);
        assert.deepEqual(bad(again), []);
        assert.equal(again.results.filter(({ result }) => result === 'done').length, 0);
        await close();
      }));
  }

  test('scaled and deleted twice over: every undo finds what the one before it made', () =>
    inNamespace(target, async (namespace) => {
      const { send, undo, close } = await opened();
      await runDeployment(target, namespace, 'web', 3);
      const path = `${paths.apps(namespace, 'deployments')}/web`;
      const undone: string[] = [];
      for (const replicas of [2, 1]) {
        undone.unshift(await send('PATCH', path, { spec: { replicas } }));
        await settledAt(namespace, replicas);
        const deleted = await send('DELETE', path, { propagationPolicy: 'Foreground' });
        await gone(path);
        assert.deepEqual(bad(await undo(deleted)), []);
        await settledAt(namespace, replicas);
      }
      for (const [index, act] of undone.entries()) {
        assert.deepEqual(bad(await undo(act)), []);
        assert.equal(await sizeOf(path), index + 2);
      }
      await settledAt(namespace, 3);
      await close();
    }));

  test('somebody has scaled what was made again: that is his word', () =>
    inNamespace(target, async (namespace) => {
      const { send, undo, close } = await opened();
      await runDeployment(target, namespace, 'web', 2);
      const path = `${paths.apps(namespace, 'deployments')}/web`;
      const scaled = await send('PATCH', path, { spec: { replicas: 0 } });
      await settledAt(namespace, 0);
      const deleted = await send('DELETE', path);
      await gone(path);
      await undo(deleted);
      await target.https('PATCH', path, { spec: { replicas: 1 } });
      const { results } = await undo(scaled);
      const [told] = results.filter(({ what }) => what.startsWith('Deployment'));
      assert.equal(told?.result, 'conflict');
      assert.match(told?.note ?? '', /scaled to 1 since; the act had set 0/);
      assert.equal(await sizeOf(path), 1);
      await close();
    }));

  test('what somebody else made under its name is left, and the command that scales it is told', () =>
    inNamespace(target, async (namespace) => {
      const { send, undo, close } = await opened();
      const { owner } = await runDeployment(target, namespace, 'web', 2);
      const path = `${paths.apps(namespace, 'deployments')}/web`;
      const scaled = await send('PATCH', path, { spec: { replicas: 0 } });
      await settledAt(namespace, 0);
      await send('DELETE', path);
      await gone(path);
      const absent = (await undo(scaled)).results.find(({ what }) => what.startsWith('Deployment'));
      assert.equal(absent?.result, 'conflict');
      assert.match(absent?.note ?? '', /it is gone: undo first what took it/);
      const { apiVersion, kind, spec } = owner;
      const made = { apiVersion, kind, metadata: { name: 'web' }, spec: { ...spec, replicas: 0 } };
      await put(target, paths.apps(namespace, 'deployments'), made);
      const other = (await undo(scaled)).results.find(({ what }) => what.startsWith('Deployment'));
      assert.equal(other?.result, 'conflict');
      const command = `kubectl scale deployments.apps/web --context=prod -n ${namespace} --replicas=2`;
      assert.ok(other?.note?.endsWith(command), other?.note);
      assert.equal(await sizeOf(path), 0);
      await close();
    }));

  test('a dependent, and then its owner: it comes back as that of the owner that was made again', () =>
    inNamespace(target, async (namespace) => {
      const { send, undo, close } = await opened();
      const at = paths.core(namespace, 'configmaps');
      const map = (name: string, metadata: object = {}): Promise<KubeObject> =>
        put(target, at, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...metadata } });
      const { metadata } = await map('owner');
      const owners = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: metadata.uid }];
      await map('child', { ownerReferences: owners });
      const child = await send('DELETE', `${at}/child`);
      const owner = await send('DELETE', `${at}/owner`);
      await gone(`${at}/owner`);
      assert.deepEqual(bad(await undo(owner)), []);
      assert.deepEqual(bad(await undo(child)), []);
      const now = await seen(target, `${at}/owner`);
      assert.notEqual(now?.metadata.uid, metadata.uid);
      const named = (await seen(target, `${at}/child`))?.metadata.ownerReferences;
      assert.deepEqual(
        named?.map(({ uid }) => uid),
        [now?.metadata.uid],
      );
      await close();
    }));

  test('a Pod, and then its Deployment: the ReplicaSet that came back has made it again', () =>
    inNamespace(target, async (namespace) => {
      const { send, undo, close } = await opened();
      const { pods } = await runDeployment(target, namespace, 'web', 1);
      const path = `${paths.apps(namespace, 'deployments')}/web`;
      const pod = await send('DELETE', `${paths.pods(namespace)}/${pods[0]?.metadata.name}`);
      await settledAt(namespace, 1);
      const deleted = await send('DELETE', path);
      await gone(path);
      await until(
        'no ReplicaSet',
        async () => (await items(target, paths.apps(namespace, 'replicasets'))).length === 0,
      );
      assert.deepEqual(bad(await undo(deleted)), []);
      assert.deepEqual(bad(await undo(pod)), []);
      await settledAt(namespace, 1);
      await close();
    }));

  for (const resource of ['deployments', 'replicasets'] as const)
    test(`${resource}: what it would take over of others, and delete, is left, and it is not made before that is settled`, () =>
      inNamespace(target, async (namespace) => {
        const { send, undo, close } = await opened();
        const { pods } = await run[resource](target, namespace, 'web', 1);
        const path = `${paths.apps(namespace, resource)}/web`;
        const deleted = await send('DELETE', path);
        await gone(path);
        await settledAt(namespace, 0);
        const [{ metadata: { labels = {} } = {}, spec: { containers = [] } = {} } = {}] = pods;
        const [{ name, image } = {}] = containers;
        const spec = { terminationGracePeriodSeconds: 1, containers: [{ name, image }] };
        const others = await Promise.all(
          ['one', 'two'].map((name) =>
            put(target, paths.pods(namespace), {
              apiVersion: 'v1',
              kind: 'Pod',
              metadata: { name, labels },
              spec,
            }),
          ),
        );
        const told = bad(await undo(deleted));
        assert.deepEqual(
          told.map(({ result }) => result),
          ['conflict'],
          JSON.stringify(told),
        );
        assert.match(told[0]?.note ?? '', /it would take over 2 Pods .* and delete 1 .* Pod .*\/(one|two)/);
        assert.equal(await seen(target, path), undefined);
        const names = async () =>
          (await podsOf(target, namespace, 'web')).map(({ metadata: { uid } }) => uid);
        assert.deepEqual((await names()).sort(), others.map(({ metadata: { uid } }) => uid).sort());
        // As many as it wants it takes over, and ends none.
        await target.https('DELETE', `${paths.pods(namespace)}/one`);
        await settledAt(namespace, 1);
        assert.deepEqual(bad(await undo(deleted)), []);
        await settledAt(namespace, 1);
        await close();
      }));
}
