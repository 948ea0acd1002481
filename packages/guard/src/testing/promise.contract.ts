import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { KubeObject, ManagedFields } from '@toolcrib/kube';
import type { RequestRecord } from '@toolcrib/model';
import { orphanFirst } from '../soften/index.ts';
import type { ClusterTarget, OpenTarget } from './target.ts';
import { inNamespace, items, paths, put, seen, until } from './target.ts';
import { keepFor, saidOf, undone } from './took.ts';
import { podsOf, rested, runDeployment, uidsOf } from './workloads.ts';

const GROUP = 'crib.example.io';
const CRD = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** A definition of a kind of its own, established; so that tests that delete theirs don't meet. */
async function define(
  target: ClusterTarget,
  kind: string,
  scope: 'Namespaced' | 'Cluster',
  versions: string[] = ['v1'],
): Promise<{ path: string; definition: KubeObject; resource: string }> {
  const resource = `${kind.toLowerCase()}s`;
  const name = `${resource}.${GROUP}`;
  const definition = await put(target, CRD, {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name },
    spec: {
      group: GROUP,
      scope,
      names: { kind, plural: resource, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: versions.map((version, index) => ({
        name: version,
        served: true,
        storage: index === 0,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
              status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
            },
          },
        },
      })),
    },
  });
  const base = `/apis/${GROUP}/${versions[0]}`;
  await until(
    `${resource} served`,
    async () => (await target.https('GET', `${base}/${resource}`)).status === 200,
  );
  // What our client knows of the cluster's kinds may be a moment old.
  const known = { apiVersion: `${GROUP}/${versions[0]}`, kind };
  await until(`${kind} known`, () => target.cluster.typeOf(known).catch(() => undefined));
  return { path: base, definition, resource };
}

const controlledBy = (owner: KubeObject, controller = true) => [
  {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid,
    controller,
  },
];

/** A person's scale of a Deployment to nothing, as the journal has it. */
function scaledTo0({ metadata: { namespace, name, uid = '' } }: KubeObject): RequestRecord {
  return {
    id: 'r1',
    actId: 'act-test1',
    at: 1,
    method: 'PATCH',
    path: '',
    effect: {
      verb: 'scale',
      target: { group: 'apps', version: 'v1', resource: 'deployments', namespace, name },
      replicas: 0,
      dryRun: false,
    },
    decision: { then: 'allow', rule: '', reason: '' },
    state: 'answered',
    status: 200,
    targetUids: [uid],
  };
}

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

/** Runs until it is stopped: what an operator does, by plain requests. */
function operator(step: () => Promise<unknown>): () => Promise<void> {
  let going = true;
  const done = (async () => {
    while (going) {
      await step().catch(() => undefined);
      await new Promise((next) => setTimeout(next, 2));
    }
  })();
  return async () => {
    going = false;
    await done;
  };
}

/**
 * What was said before is what an undo does, over this target. Everything claimed is asked of the API directly.
 * @param options.whole the target refuses what is over a quota, and has generic ephemeral volumes
 */
export function promiseContract(open: OpenTarget, options: { whole?: boolean } = {}): void {
  let target: ClusterTarget;
  const kinds = new Map<string, Awaited<ReturnType<typeof define>>>();
  before(async () => {
    target = await open();
    // The collector learns of new kinds every half minute: they are there before they are needed.
    kinds.set('Tenant', await define(target, 'Tenant', 'Cluster'));
    for (const kind of ['Sealed', 'Lonely', 'Cluster'])
      kinds.set(kind, await define(target, kind, 'Namespaced'));
  });
  const defined = (kind: string) => {
    const found = kinds.get(kind);
    assert.ok(found);
    return found;
  };
  after(() => target.close());
  const gone = (path: string) => until(`${path} gone`, async () => !(await seen(target, path)), 90_000);
  const kinded = (object: KubeObject | undefined, apiVersion: string, kind: string): KubeObject => {
    assert.ok(object);
    return { ...object, apiVersion, kind };
  };

  test('an object comes back in the version in which it was read and kept', () =>
    inNamespace(target, async (namespace) => {
      const path = `/apis/autoscaling/v1/namespaces/${namespace}/horizontalpodautoscalers`;
      const hpa = await put(target, path, {
        apiVersion: 'autoscaling/v1',
        kind: 'HorizontalPodAutoscaler',
        metadata: { name: 'web' },
        spec: {
          minReplicas: 2,
          maxReplicas: 5,
          targetCPUUtilizationPercentage: 50,
          scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
        },
      });
      const kept = await keepFor(target, [hpa], {
        group: 'autoscaling',
        resource: 'horizontalpodautoscalers',
      });
      await target.https('DELETE', `${path}/web`);
      const { code, told } = await undone(target, [kept.snapshot]);
      assert.equal(code, 0, told.join('\n'));
      assert.deepEqual((await seen(target, `${path}/web`))?.spec, hpa.spec);
      const again = await undone(target, [kept.snapshot]);
      assert.match(again.told.join(), /unchanged HorizontalPodAutoscaler .*the same stands there again/);
    }));

  test('of a version that is no longer served it is made in the one that is, or it is said why not', async () => {
    const { resource } = await define(target, 'Crate', 'Cluster', ['v1', 'v1beta1']);
    const at = (version: string) => `/apis/${GROUP}/${version}/${resource}`;
    const crate = await put(target, at('v1beta1'), {
      apiVersion: `${GROUP}/v1beta1`,
      kind: 'Crate',
      metadata: { name: 'old' },
      spec: { size: 3 },
    });
    const kept = await keepFor(target, [crate], { group: GROUP, resource });
    await target.https('DELETE', `${at('v1')}/old`);
    const crd = await seen(target, `${CRD}/${resource}.${GROUP}`);
    const versions = crd?.spec.versions.map((one: { name: string }) => ({
      ...one,
      served: one.name === 'v1',
    }));
    await target.https('PATCH', `${CRD}/${resource}.${GROUP}`, { spec: { versions } });
    await until('v1beta1 not served', async () => (await target.https('GET', at('v1beta1'))).status === 404);
    const { told, code } = await undone(target, [kept.snapshot]);
    assert.equal(code, 0, told.join('\n'));
    assert.match(told.join(), /done Crate old: made as crib\.example\.io\/v1: .*v1beta1.* no longer served/);
    assert.deepEqual((await seen(target, `${at('v1')}/old`))?.spec, { size: 3 });
    await target.https('DELETE', `${CRD}/${resource}.${GROUP}`);
  });

  test('rollout history is judged by what was kept, not by a Deployment that has begun to count anew', () =>
    inNamespace(target, async (namespace) => {
      await runDeployment(target, namespace, 'web', 2);
      const sets = paths.apps(namespace, 'replicasets');
      const [old] = await items(target, sets);
      await target.https('PATCH', `${paths.apps(namespace, 'deployments')}/web`, {
        spec: { template: { metadata: { annotations: { version: '2' } } } },
      });
      const both = await until('two ReplicaSets, the old one empty', async () => {
        const now = await items(target, sets);
        const empty = now.find(({ metadata }) => metadata.uid === old?.metadata.uid);
        return now.length === 2 && empty?.status?.replicas === 0 && now;
      });
      await rested(target, namespace, 'deployments', 'web', 2);
      const inTurn = [
        old as KubeObject,
        ...both.filter(({ metadata }) => metadata.uid !== old?.metadata.uid),
      ];
      const snapshots = [];
      for (const [index, one] of inTurn.entries()) {
        const whole = kinded(await seen(target, `${sets}/${one.metadata.name}`), 'apps/v1', 'ReplicaSet');
        const kept = await keepFor(
          target,
          [whole],
          { group: 'apps', resource: 'replicasets' },
          undefined,
          `r${index}`,
        );
        assert.equal(saidOf(kept, 'ReplicaSet', one.metadata.name), index === 0 ? 'restorable' : 'returns');
        snapshots.push(kept.snapshot);
        await target.https('DELETE', `${sets}/${one.metadata.name}`, { propagationPolicy: 'Background' });
        await until(
          'gone',
          async () => (await seen(target, `${sets}/${one.metadata.name}`))?.metadata.uid !== one.metadata.uid,
        );
      }
      await until('made again', async () => (await items(target, sets)).length === 1);
      const { told, code } = await undone(target, snapshots);
      assert.equal(code, 0, told.join('\n'));
      assert.match(told.join('\n'), /done ReplicaSet/);
      const now = await items(target, sets);
      assert.deepEqual(
        now.map(({ metadata }) => metadata.name).sort(),
        both.map(({ metadata }) => metadata.name).sort(),
      );
      const revision = (name: string | undefined) =>
        Number(
          now.find(({ metadata }) => metadata.name === name)?.metadata.annotations?.[
            'deployment.kubernetes.io/revision'
          ],
        );
      await until('the old one is the older revision', async () => {
        const list = await items(target, sets);
        const of = (name: string | undefined) =>
          Number(
            list.find(({ metadata }) => metadata.name === name)?.metadata.annotations?.[
              'deployment.kubernetes.io/revision'
            ],
          );
        return of(old?.metadata.name) < of(inTurn[1]?.metadata.name);
      });
      assert.ok(revision(old?.metadata.name) > 0);
    }));

  for (const how of ['co-owned', 'Orphan'] as const) {
    test(`a reference that the collector takes from what stays is seen before, and comes back: ${how}`, () =>
      inNamespace(target, async (namespace) => {
        const maps = paths.core(namespace, 'configmaps');
        const map = (name: string, owners: KubeObject[] = []) =>
          put(target, maps, {
            apiVersion: 'v1',
            kind: 'ConfigMap',
            metadata: { name, ownerReferences: owners.flatMap((owner) => controlledBy(owner, false)) },
          });
        const [a, b, other] = [await map('a'), await map('b'), await map('other')];
        const child = await map('child', how === 'Orphan' ? [a, b] : [a, b, other]);
        const options = {
          propagationPolicy: how === 'Orphan' ? ('Orphan' as const) : ('Background' as const),
        };
        const kept = await keepFor(target, [a, b], { group: '', resource: 'configmaps' }, options);
        assert.equal(saidOf(kept, 'ConfigMap', 'child'), 'orphaned');
        for (const name of ['a', 'b']) await target.https('DELETE', `${maps}/${name}`, options);
        await until('stripped', async () => {
          const owners = (await seen(target, `${maps}/child`))?.metadata.ownerReferences ?? [];
          return owners.length === (how === 'Orphan' ? 0 : 1);
        });
        const { told, code } = await undone(target, [kept.snapshot]);
        assert.equal(code, 0, told.join('\n'));
        const now = await seen(target, `${maps}/child`);
        assert.equal(now?.metadata.uid, child.metadata.uid);
        const standing = ['a', 'b', ...(how === 'Orphan' ? [] : ['other'])];
        const wanted = await Promise.all(
          standing.map(async (name) => (await seen(target, `${maps}/${name}`))?.metadata.uid),
        );
        assert.deepEqual(now?.metadata.ownerReferences?.map(({ uid }) => uid).sort(), wanted.sort());
      }));
  }

  test('a ConfigMap that a Deployment owned beside another comes to be owned by it again', () =>
    inNamespace(target, async (namespace) => {
      const { owner } = await runDeployment(target, namespace, 'web', 1);
      const maps = paths.core(namespace, 'configmaps');
      const keeper = await put(target, maps, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'keeper' },
      });
      const deployment = kinded(owner, 'apps/v1', 'Deployment');
      await put(target, maps, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: {
          name: 'shared',
          ownerReferences: [...controlledBy(deployment, false), ...controlledBy(keeper, false)],
        },
      });
      const kept = await keepFor(target, [deployment], { group: 'apps', resource: 'deployments' });
      assert.equal(saidOf(kept, 'ConfigMap', 'shared'), 'orphaned');
      await target.https('DELETE', `${paths.apps(namespace, 'deployments')}/web`, {
        propagationPolicy: 'Background',
      });
      await until(
        'stripped',
        async () => (await seen(target, `${maps}/shared`))?.metadata.ownerReferences?.length === 1,
      );
      await until('Pods gone', async () => (await items(target, paths.pods(namespace))).length === 0);
      const { told, code } = await undone(target, [kept.snapshot]);
      assert.equal(code, 0, told.join('\n'));
      const now = await seen(target, `${paths.apps(namespace, 'deployments')}/web`);
      const owners = (await seen(target, `${maps}/shared`))?.metadata.ownerReferences?.map(({ uid }) => uid);
      assert.deepEqual(owners?.sort(), [keeper.metadata.uid, now?.metadata.uid].sort());
    }));

  if (options.whole) {
    test('a controller that does not make again what was promised: said, and no success', () =>
      inNamespace(target, async (namespace) => {
        const { owner } = await runDeployment(target, namespace, 'web', 2);
        const deployment = kinded(owner, 'apps/v1', 'Deployment');
        const kept = await keepFor(target, [deployment], { group: 'apps', resource: 'deployments' });
        await target.https('DELETE', `${paths.apps(namespace, 'deployments')}/web`, {
          propagationPolicy: 'Background',
        });
        await until('Pods gone', async () => (await items(target, paths.pods(namespace))).length === 0);
        await put(target, paths.core(namespace, 'resourcequotas'), {
          apiVersion: 'v1',
          kind: 'ResourceQuota',
          metadata: { name: 'none' },
          spec: { hard: { pods: '0' } },
        });
        const quota = paths.core(namespace, 'resourcequotas/none');
        await until('the quota counts', async () => (await seen(target, quota))?.status?.hard !== undefined);
        for (const round of ['first', 'second']) {
          const { told, code } = await undone(target, [kept.snapshot], { limit: 1_500 });
          assert.equal(code, 1, `${round}: ${told.join('\n')}`);
          assert.match(told.join('\n'), /failed Pod .*has not made it again/);
        }
      }));
  }

  test('Pods of a scale-down whose Deployment is gone by now are left, and that is said', () =>
    inNamespace(target, async (namespace) => {
      const { owner, pods } = await runDeployment(target, namespace, 'web', 2);
      const deployment = kinded(owner, 'apps/v1', 'Deployment');
      const objects = [deployment, ...pods.map((pod) => ({ ...pod, apiVersion: 'v1', kind: 'Pod' }))];
      const snapshot = { id: 's', actId: 'act-test1', requestId: 'r1', takenAt: 1, context: 'test', objects };
      await target.https('DELETE', `${paths.apps(namespace, 'deployments')}/web`, {
        propagationPolicy: 'Background',
      });
      await until('Pods gone', async () => (await items(target, paths.pods(namespace))).length === 0);
      const request = scaledTo0(deployment);
      const { told, code } = await undone(target, [snapshot], { requests: [request] });
      assert.equal(code, 1);
      assert.match(told.join('\n'), /conflict Pod .*alone would get its traffic/);
      assert.deepEqual(await podsOf(target, namespace, 'web'), []);
    }));

  test('the ServiceAccount default comes back with what it had, though a bare one was made at once', () =>
    inNamespace(target, async (namespace) => {
      const path = paths.core(namespace, 'serviceaccounts/default');
      await target.https('PATCH', path, {
        metadata: { annotations: { 'cloud.example/role': 'reader' } },
        imagePullSecrets: [{ name: 'registry' }],
      });
      const account = kinded(await seen(target, path), 'v1', 'ServiceAccount');
      const kept = await keepFor(target, [account], { group: '', resource: 'serviceaccounts' });
      await target.https('DELETE', path);
      await until('made again, bare', async () => {
        const now = await seen(target, path);
        return now && now.metadata.uid !== account.metadata.uid;
      });
      const { told, code } = await undone(target, [kept.snapshot]);
      assert.equal(code, 0, told.join('\n'));
      const now = await seen(target, path);
      assert.deepEqual(now?.imagePullSecrets, [{ name: 'registry' }]);
      assert.equal(now?.metadata.annotations?.['cloud.example/role'], 'reader');
    }));

  test('what can not be given back is said: a load balancer’s address, a Job that starts over', () =>
    inNamespace(target, async (namespace) => {
      const services = paths.core(namespace, 'services');
      const service = await put(target, services, {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'lb' },
        spec: { type: 'LoadBalancer', selector: { app: 'web' }, ports: [{ port: 80 }] },
      });
      const old = { ...service, status: { loadBalancer: { ingress: [{ ip: '203.0.113.7' }] } } };
      const job = await put(target, paths.batch(namespace, 'jobs'), {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { name: 'long' },
        spec: {
          suspend: true,
          template: {
            spec: {
              restartPolicy: 'Never',
              containers: [{ name: 'main', image: 'registry.k8s.io/pause:3.10' }],
            },
          },
        },
      });
      await target.https('DELETE', `${services}/lb`);
      await target.https('DELETE', `${paths.batch(namespace, 'jobs')}/long`, {
        propagationPolicy: 'Background',
      });
      await gone(`${services}/lb`);
      await gone(`${paths.batch(namespace, 'jobs')}/long`);
      const snapshot = {
        id: 's',
        actId: 'act-test1',
        requestId: 'r1',
        takenAt: 1,
        context: 't',
        objects: [old, job],
      };
      const { told } = await undone(target, [snapshot]);
      assert.match(told.join('\n'), /Service .*may get another address than 203\.0\.113\.7/);
      assert.match(told.join('\n'), /Job .*it starts over/);
    }));

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
          await gone(path);
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

  test('what an Orphan delete of a custom resource left names it again', () =>
    inNamespace(target, async (namespace) => {
      const { path, resource } = defined('Lonely');
      const at = `${path}/namespaces/${namespace}/${resource}`;
      const owner = await put(target, at, {
        apiVersion: `${GROUP}/v1`,
        kind: 'Lonely',
        metadata: { name: 'o' },
      });
      for (const kind of ['ConfigMap', 'Secret'])
        await put(target, paths.core(namespace, `${kind.toLowerCase()}s`), {
          apiVersion: 'v1',
          kind,
          metadata: { name: 'left', ownerReferences: controlledBy(owner) },
        });
      const kept = await keepFor(
        target,
        [owner],
        { group: GROUP, resource },
        { propagationPolicy: 'Orphan' },
      );
      await target.https('DELETE', `${at}/o`, { propagationPolicy: 'Orphan' });
      await gone(`${at}/o`);
      const { told, code } = await undone(target, [kept.snapshot]);
      assert.equal(code, 0, told.join('\n'));
      const now = await seen(target, `${at}/o`);
      for (const resource of ['configmaps', 'secrets']) {
        const left = await seen(target, `${paths.core(namespace, resource)}/left`);
        assert.deepEqual(
          left?.metadata.ownerReferences?.map(({ uid }) => uid),
          [now?.metadata.uid],
        );
      }
    }));

  for (const runs of [true, false]) {
    test(`a Pod of a custom resource that stands: ${runs ? 'its operator has made another, and it is left' : 'nobody makes it again, and it is restored'}`, () =>
      inNamespace(target, async (namespace) => {
        const { path, resource } = defined('Lonely');
        const owner = await put(target, `${path}/namespaces/${namespace}/${resource}`, {
          apiVersion: `${GROUP}/v1`,
          kind: 'Lonely',
          metadata: { name: 'o' },
        });
        const pod = (name: string) =>
          put(target, paths.pods(namespace), {
            apiVersion: 'v1',
            kind: 'Pod',
            metadata: { name, ownerReferences: controlledBy(owner) },
            spec: {
              terminationGracePeriodSeconds: 1,
              containers: [{ name: 'main', image: 'registry.k8s.io/pause:3.10' }],
            },
          });
        const first = await pod('o-a');
        const kept = await keepFor(target, [first], { group: '', resource: 'pods' });
        assert.equal(saidOf(kept, 'Pod', 'o-a'), 'restorable');
        await target.https('DELETE', `${paths.pods(namespace)}/o-a`);
        if (runs) await pod('o-b');
        await gone(`${paths.pods(namespace)}/o-a`);
        const { told, code } = await undone(target, [kept.snapshot]);
        assert.equal(code, 0, told.join('\n'));
        const names = (await items(target, paths.pods(namespace))).map(({ metadata }) => metadata.name);
        assert.deepEqual(names, [runs ? 'o-b' : 'o-a']);
      }));
  }

  if (options.whole) {
    test('a claim of an ephemeral volume in use: the Pod is named, nothing is promised by it', () =>
      inNamespace(target, async (namespace) => {
        const volumes = [
          {
            name: 'scratch',
            ephemeral: {
              volumeClaimTemplate: {
                spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
              },
            },
          },
        ];
        await put(target, paths.pods(namespace), {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name: 'web' },
          spec: {
            terminationGracePeriodSeconds: 1,
            containers: [{ name: 'main', image: 'registry.k8s.io/pause:3.10' }],
            volumes,
          },
        });
        const at = `${paths.claims(namespace)}/web-scratch`;
        await until(
          'the Pod runs',
          async () => (await seen(target, `${paths.pods(namespace)}/web`))?.status?.phase === 'Running',
        );
        const claim = kinded(await seen(target, at), 'v1', 'PersistentVolumeClaim');
        const kept = await keepFor(target, [claim], { group: '', resource: 'persistentvolumeclaims' });
        assert.notEqual(saidOf(kept, 'PersistentVolumeClaim', 'web-scratch'), 'returns');
        await target.https('DELETE', at);
        const { told, code } = await undone(target, [kept.snapshot], { limit: 1_000 });
        assert.equal(code, 1);
        assert.match(told.join('\n'), /Pod web still uses it/);
      }));
  }

  test('a Namespace that a custom resource controls comes back, with all that was in it', async () => {
    const { path, definition, resource } = defined('Tenant');
    const tenant = await put(target, `${path}/${resource}`, {
      apiVersion: `${GROUP}/v1`,
      kind: 'Tenant',
      metadata: { name: 'oil' },
    });
    const namespace = `tenant-${Math.random().toString(36).slice(2, 8)}`;
    const at = `/api/v1/namespaces/${namespace}`;
    await put(target, '/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace, ownerReferences: controlledBy(tenant) },
    });
    await put(target, paths.core(namespace, 'configmaps'), {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'settings' },
      data: { colour: 'blue' },
    });
    await put(target, paths.claims(namespace), {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    });
    const type = { group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions' };
    const kept = await keepFor(target, [definition], type);
    assert.equal(saidOf(kept, 'Namespace', namespace), 'restorable');
    // The collector has to know a kind to collect for it.
    await target.https('DELETE', `${path}/${resource}/oil`);
    await gone(at);
    await target.https('DELETE', `${CRD}/${resource}.${GROUP}`);
    await gone(`${CRD}/${resource}.${GROUP}`);
    const first = await undone(target, [kept.snapshot]);
    assert.doesNotMatch(first.told.join('\n'), /failed Namespace|operator|not found/);
    const now = await seen(target, at);
    const owner = await seen(target, `${path}/${resource}/oil`);
    assert.equal(now?.metadata.ownerReferences?.[0]?.uid, owner?.metadata.uid);
    assert.notEqual(owner?.metadata.uid, tenant.metadata.uid);
    assert.deepEqual((await seen(target, `${at}/configmaps/settings`))?.data, { colour: 'blue' });
    assert.ok(await seen(target, `${at}/persistentvolumeclaims/data`));
    await target.https('DELETE', at);
    await target.https('DELETE', `${CRD}/${resource}.${GROUP}`);
  });

  for (const runs of [true, false]) {
    test(`a generated Secret comes back as it was, ${runs ? 'before its operator makes a new one' : 'though no operator runs'}`, () =>
      inNamespace(target, async (namespace) => {
        const { path, resource } = defined(runs ? 'Sealed' : 'Lonely');
        const at = `${path}/namespaces/${namespace}/${resource}`;
        const secrets = paths.core(namespace, 'secrets');
        const sealed = await put(target, at, {
          apiVersion: `${GROUP}/v1`,
          kind: runs ? 'Sealed' : 'Lonely',
          metadata: { name: 'db' },
        });
        await put(target, secrets, {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: 'db', ownerReferences: controlledBy(sealed) },
          stringData: { password: 'generated-once' },
        });
        await put(target, paths.core(namespace, 'configmaps'), {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'co', ownerReferences: controlledBy(sealed, false) },
          data: { a: '1' },
        });
        const kept = await keepFor(target, [sealed], { group: GROUP, resource });
        assert.equal(saidOf(kept, 'Secret', 'db'), 'restorable');
        await target.https('DELETE', `${at}/db`);
        await gone(`${secrets}/db`);
        const stop = operator(async () => {
          if (!runs) return;
          const owner = await seen(target, `${at}/db`);
          if (!owner || (await seen(target, `${secrets}/db`))) return;
          await target.https('POST', secrets, {
            apiVersion: 'v1',
            kind: 'Secret',
            metadata: { name: 'db', ownerReferences: controlledBy(owner) },
            stringData: { password: 'generated-anew' },
          });
        });
        const { told, code } = await undone(target, [kept.snapshot]);
        await stop();
        assert.equal(code, 0, told.join('\n'));
        const owner = await seen(target, `${at}/db`);
        for (const one of [
          await seen(target, `${secrets}/db`),
          await seen(target, `${paths.core(namespace, 'configmaps')}/co`),
        ])
          assert.equal(one?.metadata.ownerReferences?.[0]?.uid, owner?.metadata.uid);
        const secret = await seen(target, `${secrets}/db`);
        assert.equal(Buffer.from(secret?.data.password, 'base64').toString(), 'generated-once');
        const again = await undone(target, [kept.snapshot]);
        assert.equal(again.code, 0, again.told.join('\n'));
      }));
  }

  test('a claim of a custom resource names its new owner; also where the first undo was cut off before', () =>
    inNamespace(target, async (namespace) => {
      const { path, resource } = defined('Cluster');
      const at = `${path}/namespaces/${namespace}/${resource}`;
      const owner = await put(target, at, {
        apiVersion: `${GROUP}/v1`,
        kind: 'Cluster',
        metadata: { name: 'pg' },
      });
      const claims = paths.claims(namespace);
      await put(target, claims, {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'pg-1', ownerReferences: controlledBy(owner) },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      });
      const volume = await until(
        'bound',
        async () => (await seen(target, `${claims}/pg-1`))?.spec?.volumeName,
      );
      await target.https('PATCH', `/api/v1/persistentvolumes/${volume}`, {
        spec: { persistentVolumeReclaimPolicy: 'Retain' },
      });
      const kept = await keepFor(target, [owner], { group: GROUP, resource });
      await target.https('DELETE', `${at}/pg`);
      await gone(`${claims}/pg-1`);
      const { told, code } = await undone(target, [kept.snapshot]);
      assert.equal(code, 0, told.join('\n'));
      assert.doesNotMatch(told.join('\n'), /without its owner/);
      const named = async () => {
        const claim = await seen(target, `${claims}/pg-1`);
        const now = await seen(target, `${at}/pg`);
        return [claim?.metadata.ownerReferences?.map(({ uid }) => uid), [now?.metadata.uid]];
      };
      let [has, wants] = await named();
      assert.deepEqual(has, wants);
      assert.equal((await seen(target, `${claims}/pg-1`))?.spec?.volumeName, volume);
      await target.https('PATCH', `${claims}/pg-1`, { metadata: { ownerReferences: null } });
      const second = await undone(target, [kept.snapshot]);
      assert.equal(second.code, 0, second.told.join('\n'));
      [has, wants] = await named();
      assert.deepEqual(has, wants, 'the second undo names it');
    }));
}
