import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { KubeObject, ManagedFields } from '@toolcrib/kube';
import { orphanFirst } from '../soften/index.ts';
import { gone, kinded, scaledTo0 } from './promised.ts';
import type { ClusterTarget, OpenTarget } from './target.ts';
import { inNamespace, items, paths, put, seen, until } from './target.ts';
import { keepFor, undone } from './took.ts';
import { podsOf, rested, runDeployment, uidsOf } from './workloads.ts';

/** Who owns which fields, controllers aside: they write what they write again. */
function ownersOf(object: KubeObject | undefined): string[] {
  const entries = (object?.metadata.managedFields ?? []) as ManagedFields[];
  return entries
    .filter(({ manager }) => manager !== 'kube-controller-manager' && manager !== 'deployment-controller')
    .map(({ manager, operation, subresource, fieldsV1 }) =>
      JSON.stringify({ manager, operation, subresource, fieldsV1 }),
    )
    .sort();
}

const softenRequest = { act: 'act-test1', requestId: 'r1', finishAfter: Date.UTC(2030), options: {} };

/** Who owns its fields, and what its program keeps beside it. */
export function promiseFieldsContract(open: OpenTarget): void {
  let target: ClusterTarget;
  before(async () => {
    target = await open();
  });
  after(() => target.close());

  for (const act of ['deleted', 'scaled'] as const) {
    test(`field owners are those of before: ${act}, brought back, and applied again without a conflict`, () =>
      inNamespace(target, async (namespace) => {
        const path = `${paths.apps(namespace, 'deployments')}/web`;
        const wanted = {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: { name: 'web', labels: { app: 'web' } },
          spec: {
            replicas: 2,
            selector: { matchLabels: { app: 'web' } },
            template: {
              metadata: { labels: { app: 'web' } },
              spec: {
                terminationGracePeriodSeconds: 1,
                containers: [{ name: 'main', image: 'registry.k8s.io/pause:3.10' }],
              },
            },
          },
        };
        const apply = async (manager: string, object: object, force = false) => {
          const { status, body } = await target.cluster.request({
            method: 'PATCH',
            path: `${path}?fieldManager=${manager}&force=${force}`,
            headers: { 'Content-Type': 'application/apply-patch+yaml' },
            body: JSON.stringify(object),
          });
          assert.ok(status < 300, `${status} ${Buffer.from(body).toString()}`);
        };
        await apply('helm', wanted);
        await apply('labeller', {
          ...wanted,
          metadata: { name: 'web', labels: { team: 'shop' } },
          spec: undefined,
        });
        await target.https('PATCH', `${path}?fieldManager=kubectl-edit`, {
          metadata: { annotations: { note: 'x' } },
        });
        await rested(target, namespace, 'deployments', 'web', 2);
        const before = kinded(await seen(target, path), 'apps/v1', 'Deployment');
        const kept = await keepFor(target, [before], { group: 'apps', resource: 'deployments' });
        const requests = [];
        if (act === 'deleted') {
          await target.https('DELETE', path, { propagationPolicy: 'Background' });
          await gone(target, path);
          await until('Pods gone', async () => (await items(target, paths.pods(namespace))).length === 0);
        } else {
          await target.https('PATCH', `${path}/scale`, { spec: { replicas: 0 } });
          requests.push(scaledTo0(before));
        }
        const { told, code } = await undone(target, [kept.snapshot], { requests });
        assert.equal(code, 0, told.join('\n'));
        const after = await seen(target, path);
        assert.deepEqual(ownersOf(after), ownersOf(before));
        assert.ok(
          ownersOf(before).some((one) => one.includes('helm')),
          'somebody owned something',
        );
        await apply('helm', wanted);
        await apply('labeller', {
          ...wanted,
          metadata: { name: 'web', labels: { team: 'shop' } },
          spec: undefined,
        });
      }));
  }

  test('field owners are those of before: softened, and taken back', () =>
    inNamespace(target, async (namespace) => {
      const path = `${paths.apps(namespace, 'deployments')}/web`;
      const { owner, pods } = await runDeployment(target, namespace, 'web', 2);
      const sets = paths.apps(namespace, 'replicasets');
      const before = kinded(owner, 'apps/v1', 'Deployment');
      const kept = await keepFor(target, [before], { group: 'apps', resource: 'deployments' });
      const at = { group: 'apps', version: 'v1', resource: 'deployments', namespace, name: 'web' };
      const record = await orphanFirst(
        target.cluster,
        { ...softenRequest, target: at, uid: owner.metadata.uid ?? '' },
        () => {},
        { poll: 10, patience: 1_000, limit: 20_000 },
      );
      assert.equal(record.state, 'softened', record.note);
      const { told, code } = await undone(target, [kept.snapshot], { softenings: [record] });
      assert.equal(code, 0, told.join('\n'));
      assert.deepEqual(ownersOf(await seen(target, path)), ownersOf(before));
      const all = [...(await items(target, sets)), ...(await podsOf(target, namespace, 'web'))];
      assert.equal(all.length, 3);
      assert.deepEqual(uidsOf(await podsOf(target, namespace, 'web')), uidsOf(pods));
      for (const one of all)
        assert.doesNotMatch(JSON.stringify(one.metadata.managedFields), /"manager":"toolcrib"/);
    }));

  test('helm’s record goes back to what it was before the act wrote into it, deleted or still standing', () =>
    inNamespace(target, async (namespace) => {
      const secrets = paths.core(namespace, 'secrets');
      const at = `${secrets}/sh.helm.release.v1.web.v1`;
      const record = await put(target, secrets, {
        apiVersion: 'v1',
        kind: 'Secret',
        type: 'helm.sh/release.v1',
        metadata: {
          name: 'sh.helm.release.v1.web.v1',
          labels: { owner: 'helm', name: 'web', status: 'deployed' },
        },
        stringData: { release: 'as deployed' },
      });
      const write = (status: string, release: string) =>
        target.https('PATCH', at, { metadata: { labels: { status } }, stringData: { release } });
      const told = async () => {
        const now = await seen(target, at);
        return [now?.metadata.labels?.status, Buffer.from(now?.data.release ?? '', 'base64').toString()];
      };
      const type = { group: '', resource: 'secrets' };
      const first = await keepFor(target, [record], type, undefined, 'r1');
      await write('uninstalling', 'half way');
      const standing = await undone(target, [first.snapshot]);
      assert.equal(standing.code, 0, standing.told.join());
      assert.deepEqual(await told(), ['deployed', 'as deployed']);
      await write('uninstalling', 'half way');
      const second = await keepFor(
        target,
        [kinded(await seen(target, at), 'v1', 'Secret')],
        type,
        undefined,
        'r2',
      );
      await target.https('DELETE', at);
      const gone = await undone(target, [first.snapshot, second.snapshot]);
      assert.equal(gone.code, 0, gone.told.join());
      assert.deepEqual(await told(), ['deployed', 'as deployed']);
      // What somebody did with the release since is his later word.
      await target.https('DELETE', at);
      const { metadata, ...body } = record;
      await put(target, secrets, {
        ...body,
        metadata: { name: metadata.name, labels: { ...metadata.labels, status: 'superseded' } },
      });
      await write('superseded', 'upgraded since');
      assert.equal((await undone(target, [first.snapshot])).code, 1);
      assert.deepEqual(await told(), ['superseded', 'upgraded since']);
    }));
}
