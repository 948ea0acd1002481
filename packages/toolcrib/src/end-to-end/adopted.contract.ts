import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { anAct, aRequest, aSnapshot } from '@toolcrib/guard/journal/testing/records.ts';
import { orphanFirst } from '@toolcrib/guard/soften';
import type { ClusterTarget, OpenTarget } from '@toolcrib/guard/testing/target.ts';
import { inNamespace, items, paths, put, until } from '@toolcrib/guard/testing/target.ts';
import { asked, openWay, policyOf } from '@toolcrib/guard/testing/way.ts';
import { podsOf, runWorkload, uidsOf, type Workload } from '@toolcrib/guard/testing/workloads.ts';
import { unmarkLeft } from '@toolcrib/guard/undo';
import { undoAct } from '@toolcrib/guard/undo/act';
import type { WayDeps } from '@toolcrib/guard/way/deps';
import { judge } from '@toolcrib/guard/way/judge';
import { requestHandler } from '@toolcrib/guard/way/request-handler';
import { resumeSoftenings } from '@toolcrib/guard/way/resume-softenings';
import type { KubeObject } from '@toolcrib/kube';
import type { Journal } from '@toolcrib/model';

const ACT = 'act-000001';

/** What a softened act left is made somebody's again through the guard: its marks go with it. Asked of the API directly. */
export function adoptedContract(open: OpenTarget): void {
  let target: ClusterTarget;
  before(async () => {
    target = await open();
  });
  after(() => target.close());

  const KINDS = ['replicasets', 'controllerrevisions', 'deployments', 'statefulsets', 'daemonsets'];

  /** Every name under `toolcrib.dev/` that stands on an object of the namespace. */
  async function ours(namespace: string): Promise<string[]> {
    const lists = [
      ...KINDS.map((kind) => paths.apps(namespace, kind)),
      paths.pods(namespace),
      paths.claims(namespace),
    ];
    const all = (await Promise.all(lists.map((list) => items(target, list)))).flat();
    return all.flatMap(({ metadata }) =>
      [
        ...Object.keys({ ...metadata.labels, ...metadata.annotations }),
        ...(metadata.finalizers ?? []),
      ].filter((name) => name.startsWith('toolcrib.dev/')),
    );
  }

  /** Softened, and created again through the guard; as it stands when the guard has written down what the cluster said. */
  async function adopted(
    namespace: string,
    resource: Workload,
    body: (made: { deps: WayDeps; journal: Journal; pods: KubeObject[] }) => Promise<void>,
  ): Promise<void> {
    const { owner, pods } = await runWorkload[resource](target, namespace, 'web', 2);
    const way = openWay(target.cluster, policyOf('[]'));
    const deps: WayDeps = {
      ...way.deps,
      unmark: (cluster, record, all) => unmarkLeft(cluster, record, { all }),
    };
    try {
      const { journal } = way;
      await journal.saveAct(anAct({ id: ACT, cluster: await target.cluster.identity() }));
      await journal.keep(aSnapshot({ objects: [owner] }), aRequest({ state: 'kept', at: 0 }));
      await journal.saveRequest(aRequest({ state: 'softened' }));
      const { name, uid = '', labels } = owner.metadata;
      const record = await orphanFirst(
        target.cluster,
        {
          target: { group: 'apps', version: 'v1', resource, namespace, name },
          uid,
          act: ACT,
          requestId: 'req-1',
          finishAfter: Date.now() + 600_000,
          options: {},
        },
        () => {},
        { poll: 20, limit: 20_000 },
      );
      await journal.saveSoften({ ...record, context: 'prod' });
      assert.notDeepEqual(await ours(namespace), []);
      const { status: _, metadata: __, ...rest } = owner;
      const again = { ...rest, metadata: { name, labels } };
      const path = paths.apps(namespace, resource);
      const request = asked('POST', path, { body: Buffer.from(JSON.stringify(again)) });
      const { do: done } = await judge(deps, request);
      assert.equal(done, 'forward');
      await put(target, path, again);
      requestHandler(deps).settled(request.id, { status: 201, said: 'yes' });
      await until('written down', async () => (await journal.softenings({ state: 'undone' })).length === 1);
      await body({ deps, journal, pods });
      assert.deepEqual(await ours(namespace), []);
      assert.deepEqual(uidsOf(await podsOf(target, namespace, 'web')), uidsOf(pods), 'the same Pods');
    } finally {
      await way.close();
    }
  }

  for (const resource of Object.keys(runWorkload) as Workload[]) {
    test(`${resource}: adopted in the window, no mark of ours stays`, () =>
      inNamespace(target, (namespace) =>
        adopted(namespace, resource, async ({ deps, journal }) => {
          await until('without marks', async () => {
            await resumeSoftenings(deps);
            return (await journal.softenings()).every(({ marked }) => !marked);
          });
        }),
      ));
  }

  test('the guard ended before they were off: the undo of the act takes them off', () =>
    inNamespace(target, (namespace) =>
      adopted(namespace, 'statefulsets', async ({ deps, journal }) => {
        const { results } = await undoAct({ ...deps, by: 'tester' }, ACT, () => undefined);
        assert.deepEqual(
          results.filter(({ result }) => result !== 'unchanged'),
          [],
        );
        assert.ok((await journal.softenings()).every(({ marked, state }) => !marked && state === 'undone'));
      }),
    ));

  test('what nobody has adopted keeps its marks until the window ends, and no longer', () =>
    inNamespace(target, (namespace) =>
      adopted(namespace, 'replicasets', async ({ deps, journal }) => {
        const [record] = await journal.softenings();
        assert.ok(record);
        // Nobody's, with the act's marks.
        const stray = {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: {
            name: 'stray',
            labels: { 'toolcrib.dev/act': ACT },
            annotations: { 'toolcrib.dev/softened-from': 'ReplicaSet/web' },
          },
          spec: { containers: [{ name: 'main', image: 'pause' }] },
        };
        await put(target, paths.pods(namespace), stray);
        await until('only the stray', async () => {
          await resumeSoftenings(deps);
          return (await ours(namespace)).length === 2;
        });
        assert.equal((await journal.softenings())[0]?.marked, true);
        await journal.saveSoften({ ...record, finishAfter: 1 });
        await resumeSoftenings(deps);
        assert.equal((await journal.softenings())[0]?.marked, undefined);
      }),
    ));
}
