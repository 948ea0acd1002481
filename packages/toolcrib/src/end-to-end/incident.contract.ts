import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inNamespace, items, paths, seen, until } from '@toolcrib/guard/testing/target.ts';
import {
  podsOf,
  restartsOf,
  runDeployment,
  runStatefulSet,
  uidsOf,
} from '@toolcrib/guard/testing/workloads.ts';
import { controllerOf, type KubeObject } from '@toolcrib/kube';
import { marks } from '@toolcrib/model';
import { bindings, type OpenGuarded, openStage, type Stage } from '../testing/stage.ts';

const WORKLOADS = [
  ['deployments', runDeployment],
  ['statefulsets', runStatefulSet],
] as const;

/** The incident: a workload is deleted by a real kubectl through a real guard. Proved by plain requests to the cluster. */
export function incidentContract(open: OpenGuarded): void {
  let stage: Stage;
  before(async () => {
    stage = await openStage(open, { waitSeconds: 60 });
  });
  after(() => stage?.close());

  const ownerAt = (namespace: string, resource: string) => `${paths.apps(namespace, resource)}/web`;

  /** kubectl waits at the guard; nothing has gone out. */
  async function holdDelete(namespace: string, resource: string, ...more: string[]) {
    const running = stage.kubectl('enforce', 'delete', resource, 'web', '-n', namespace, ...more);
    const hold = await stage.held(namespace);
    assert.equal(hold.waiting, true);
    assert.equal(hold.decision.rule, 'outage');
    const owner = await seen(stage.target, ownerAt(namespace, resource));
    assert.ok(owner && !owner.metadata.deletionTimestamp);
    assert.deepEqual(await stage.deletes(namespace), []);
    return { running, hold };
  }

  /** The owner is 404, each Pod is the one it was, runs, has nobody above it, and carries the act's mark. */
  async function assertSoftened(namespace: string, resource: string, pods: KubeObject[], act: string) {
    assert.equal(await seen(stage.target, ownerAt(namespace, resource)), undefined);
    const now = await podsOf(stage.target, namespace, 'web');
    assert.deepEqual(uidsOf(now), uidsOf(pods));
    for (const pod of now) {
      assert.equal(pod.status?.phase, 'Running');
      assert.equal(pod.metadata.labels?.[marks.act], act);
    }
    const tops =
      resource === 'statefulsets' ? now : await items(stage.target, paths.apps(namespace, 'replicasets'));
    assert.ok(tops.length > 0);
    for (const top of tops) assert.equal(controllerOf(top), undefined);
    assert.equal(restartsOf(now), restartsOf(pods));
  }

  /** A new owner with the same spec controls the same Pods; none restarted; no mark is left. */
  async function assertBack(namespace: string, resource: string, owner: KubeObject, pods: KubeObject[]) {
    const back = await seen(stage.target, ownerAt(namespace, resource));
    assert.ok(back);
    assert.notEqual(back.metadata.uid, owner.metadata.uid);
    assert.deepEqual(back.spec, owner.spec);
    const now = await podsOf(stage.target, namespace, 'web');
    assert.deepEqual(uidsOf(now), uidsOf(pods));
    assert.equal(restartsOf(now), restartsOf(pods));
    const sets = new Map(
      (await items(stage.target, paths.apps(namespace, 'replicasets'))).map((set) => [set.metadata.uid, set]),
    );
    for (const pod of now) {
      assert.equal(pod.metadata.labels?.[marks.act], undefined);
      const above = controllerOf(pod);
      const set = sets.get(above?.uid);
      assert.equal((set ? controllerOf(set) : above)?.uid, back.metadata.uid);
    }
  }

  async function softly(namespace: string, resource: string, ...more: string[]): Promise<string> {
    const { running, hold } = await holdDelete(namespace, resource, ...more);
    await stage.approve(hold, 'softened');
    const said = await running.done;
    assert.equal(said.code, 0, said.stderr);
    assert.match(
      said.stderr,
      new RegExp(`toolcrib softened this: .*\\nWarning: toolcrib undo ${hold.actId}`),
    );
    return hold.actId;
  }

  for (const [resource, run] of WORKLOADS) {
    for (const cascade of ['background', 'foreground']) {
      test(`${resource}, --cascade=${cascade}: held, softened, undone: the same Pods, no restart`, () =>
        inNamespace(stage.target, async (namespace) => {
          const { owner, pods } = await run(stage.target, namespace, 'web', 3);
          const claims = await bindings(stage.target, namespace);
          const act = await softly(namespace, resource, `--cascade=${cascade}`);
          await assertSoftened(namespace, resource, pods, act);
          const undone = await stage.home.cli('undo', act);
          assert.equal(undone.code, 0, undone.stdout + undone.stderr);
          await assertBack(namespace, resource, owner, pods);
          assert.deepEqual(await bindings(stage.target, namespace), claims);
          assert.match((await stage.home.cli('log', act)).stdout, /softened: .*undone/);
        }));
    }

    test(`${resource}: softened, then finished: nothing of it is left`, () =>
      inNamespace(stage.target, async (namespace) => {
        await run(stage.target, namespace, 'web', 2);
        const act = await softly(namespace, resource);
        const finished = await stage.home.cli('finish', act);
        assert.equal(finished.code, 0, finished.stdout + finished.stderr);
        await until('its Pods are gone', async () => {
          const left = [
            ...(await items(stage.target, paths.pods(namespace))),
            ...(await items(stage.target, paths.apps(namespace, 'replicasets'))),
            ...(await items(stage.target, paths.apps(namespace, 'controllerrevisions'))),
          ];
          return left.length === 0;
        });
      }));

    test(`${resource}, --cascade=orphan: what is left stands, and undo joins it again`, () =>
      inNamespace(stage.target, async (namespace) => {
        const { owner, pods } = await run(stage.target, namespace, 'web', 2);
        const running = stage.kubectl(
          'enforce',
          ...['delete', resource, 'web', '-n', namespace, '--cascade=orphan'],
        );
        const ended = running.done.then(() => true);
        // Held or not is the rules' affair; here it is let go either way.
        const hold = await until('it is held or gone', async () => {
          if (await Promise.race([ended, Promise.resolve(false)])) return 'gone' as const;
          return (await stage.holds(namespace)).find(({ state }) => state === 'open');
        });
        if (hold !== 'gone') await stage.approve(hold, 'as-sent');
        assert.equal((await running.done).code, 0);
        assert.equal(await seen(stage.target, ownerAt(namespace, resource)), undefined);
        assert.deepEqual(uidsOf(await podsOf(stage.target, namespace, 'web')), uidsOf(pods));
        const [act] = await actsIn(namespace);
        const undone = await stage.home.cli('undo', act ?? '');
        assert.equal(undone.code, 0, undone.stdout + undone.stderr);
        await until('the Pods are adopted again', async () => {
          const back = await seen(stage.target, ownerAt(namespace, resource));
          const tops =
            resource === 'statefulsets'
              ? await podsOf(stage.target, namespace, 'web')
              : await items(stage.target, paths.apps(namespace, 'replicasets'));
          return back && tops.every((top) => controllerOf(top)?.uid === back.metadata.uid);
        });
        await assertBack(namespace, resource, owner, pods);
      }));

    test(`${resource}: approved as sent, its Pods go; undo makes it again with Pods of the same number`, () =>
      inNamespace(stage.target, async (namespace) => {
        const { owner, pods } = await run(stage.target, namespace, 'web', 2);
        const claims = await bindings(stage.target, namespace);
        const { running, hold } = await holdDelete(namespace, resource);
        await stage.approve(hold, 'as-sent');
        assert.equal((await running.done).code, 0);
        assert.deepEqual(await stage.deletes(namespace), [
          { path: ownerAt(namespace, resource), uid: owner.metadata.uid, status: 200 },
        ]);
        await until(
          'its Pods are gone',
          async () => (await podsOf(stage.target, namespace, 'web')).length === 0,
        );
        const undone = await stage.home.cli('undo', hold.actId);
        assert.equal(undone.code, 0, undone.stdout + undone.stderr);
        await until('Pods run again', async () => {
          const now = await podsOf(stage.target, namespace, 'web');
          return now.length === pods.length && now.every((pod) => pod.status?.phase === 'Running');
        });
        const back = await seen(stage.target, ownerAt(namespace, resource));
        assert.deepEqual(back?.spec, owner.spec);
        assert.deepEqual(await bindings(stage.target, namespace), claims);
      }));
  }

  /** Acts of a namespace, newest first: from the journal, by the command line. */
  async function actsIn(namespace: string): Promise<string[]> {
    const { stdout } = await stage.home.cli('log', '-o', 'json', '-n', '50');
    const stories = JSON.parse(stdout) as { act: { id: string; title: string } }[];
    return stories.filter(({ act }) => act.title.includes(namespace)).map(({ act }) => act.id);
  }

  test('denied: kubectl is refused, nothing was sent', () =>
    inNamespace(stage.target, async (namespace) => {
      const { owner } = await runStatefulSet(stage.target, namespace, 'web', 1);
      const { running, hold } = await holdDelete(namespace, 'statefulsets');
      const denied = await stage.home.cli('deny', hold.code);
      assert.equal(denied.code, 0, denied.stderr);
      const said = await running.done;
      assert.equal(said.code, 1);
      assert.match(said.stderr, /said no.*Nothing was sent/);
      assert.equal(
        (await seen(stage.target, ownerAt(namespace, 'statefulsets')))?.metadata.uid,
        owner.metadata.uid,
      );
      assert.deepEqual(await stage.deletes(namespace), []);
      const late = await stage.home.cli('approve', hold.code, '--as-sent');
      assert.equal(late.code, 1, 'a denied hold can be approved no more');
    }));

  test('nobody says yes: after the wait kubectl is refused with the code, which then is a pass', () =>
    inNamespace(stage.target, async (namespace) => {
      await runStatefulSet(stage.target, namespace, 'web', 1);
      stage.home.policy({ waitSeconds: 1 });
      try {
        const said = await stage.run('enforce', ['delete', 'statefulset', 'web', '-n', namespace]);
        assert.equal(said.code, 1);
        const code = /toolcrib approve ([A-Z0-9]+) --as-sent/.exec(said.stderr)?.[1] ?? '';
        assert.deepEqual(await stage.deletes(namespace), []);
        const approved = await stage.home.cli('approve', code, '--as-sent');
        assert.match(approved.stderr, /send the same request again within \d+ seconds/);
        const again = await stage.run('enforce', ['delete', 'statefulset', 'web', '-n', namespace]);
        assert.equal(again.code, 0, again.stderr);
        assert.equal(await seen(stage.target, ownerAt(namespace, 'statefulsets')), undefined);
      } finally {
        stage.home.policy({ waitSeconds: 60 });
      }
    }));

  test('Ctrl-C in a hold: nothing is sent, and the log says so; a yes that comes later sends nothing', () =>
    inNamespace(stage.target, async (namespace) => {
      const { owner } = await runStatefulSet(stage.target, namespace, 'web', 1);
      const { running, hold } = await holdDelete(namespace, 'statefulsets');
      running.signal('SIGINT');
      await running.done;
      await until('the log says that the client has gone', async () =>
        /refused 403.*\n.*the client went while it was held/.test(
          (await stage.home.cli('log', hold.actId)).stdout,
        ),
      );
      await stage.approve(hold, 'as-sent');
      assert.equal(
        (await seen(stage.target, ownerAt(namespace, 'statefulsets')))?.metadata.uid,
        owner.metadata.uid,
      );
      assert.deepEqual(await stage.deletes(namespace), []);
    }));
}
