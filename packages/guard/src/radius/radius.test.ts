import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import type { Radius } from '@toolcrib/model';
import { radiusOf } from './radius.ts';
import type { Extra } from './testing/objects.ts';
import { aim, deployment, object, pod, statefulSet, view } from './testing/objects.ts';
import type { Aim, View } from './view.ts';

/** `Kind name`: fate loss, for comparison. */
function fates(radius: Radius): Record<string, string> {
  return Object.fromEntries(
    radius.members.map(({ ref, fate, loss }) => [`${ref.kind} ${ref.name}`, `${fate} ${loss}`]),
  );
}
const first = (objects: KubeObject[], kind: string, name?: string): KubeObject => {
  const found = objects.find(
    (one) => one.kind === kind && (name === undefined || one.metadata.name === name),
  );
  assert.ok(found, `${kind} ${name ?? ''}`);
  return found;
};
const policy = (propagationPolicy: 'Orphan' | 'Background' | 'Foreground'): Aim['effect'] => ({
  does: 'delete',
  options: { propagationPolicy },
});
const scale = (replicas: number): Aim['effect'] => ({ does: 'scale', replicas });

test('a Deployment takes its ReplicaSet and Pods, and nothing makes them again', () => {
  const shop = [...deployment('shop/web', 3), ...deployment('shop/cart', 1)];
  const radius = radiusOf(view(shop), [aim(first(shop, 'Deployment', 'web'))]);
  assert.equal(radius.state, 'complete');
  assert.deepEqual(Object.keys(fates(radius)).length, 5);
  assert.ok(Object.values(fates(radius)).every((fate) => fate === 'deleted restorable'));
  assert.deepEqual(radius.counts, {
    objects: 5,
    pods: 3,
    podsNotReplaced: 3,
    workloads: 1,
    workloadsLeftWithoutPods: 1,
    claims: 0,
    volumesLost: 0,
    servicesCut: 0,
    podsOnNodes: 0,
    usedByPods: 0,
    setsBelowHalf: 0,
    statefulPods: 0,
  });
});

test('Orphan: the direct dependents stay, and nothing below is touched', () => {
  const shop = deployment('shop/web', 2);
  const radius = radiusOf(view(shop), [aim(first(shop, 'Deployment'), policy('Orphan'))]);
  assert.deepEqual(fates(radius), {
    'Deployment web': 'deleted restorable',
    'ReplicaSet web-5d8f': 'orphaned restorable',
  });
  assert.equal(radius.counts.workloadsLeftWithoutPods, 0);
});

test('a Job orphans its Pods when nobody says otherwise; kubectl says Background', () => {
  const job = object('batch/v1 Job', 'shop/import');
  const jobs = [job, pod('shop/import-x', job)];
  const byDefault = radiusOf(view(jobs), [aim(job)]);
  assert.equal(fates(byDefault)['Pod import-x'], 'orphaned restorable');
  const background = radiusOf(view(jobs), [aim(job, policy('Background'))]);
  assert.equal(fates(background)['Pod import-x'], 'deleted restorable');
});

test('a Pod of a living controller comes back; a naked one does not', () => {
  const naked = pod('shop/debug');
  const shop = [...deployment('shop/web', 3), naked];
  const one = radiusOf(view(shop), [aim(first(shop, 'Pod'))]);
  assert.deepEqual(Object.values(fates(one)), ['deleted returns']);
  assert.equal(one.counts.podsNotReplaced, 0);
  assert.equal(one.counts.workloadsLeftWithoutPods, 0);
  const alone = radiusOf(view(shop), [aim(naked)]);
  assert.deepEqual(Object.values(fates(alone)), ['deleted restorable']);
  assert.equal(alone.counts.podsNotReplaced, 1);
});

test('an outage is counted over all targets of an act', () => {
  const shop = [...deployment('shop/web', 3), ...deployment('shop/cart', 1)];
  const pods = shop.filter((one) => one.kind === 'Pod');
  const webPods = pods.filter((one) => one.metadata.name.startsWith('web'));
  const cart = pods.filter((one) => one.metadata.name.startsWith('cart'));
  const left = (targets: KubeObject[], objects = shop) =>
    radiusOf(
      view(objects),
      targets.map((target) => aim(target)),
    ).counts.workloadsLeftWithoutPods;
  assert.equal(left(webPods.slice(0, 2)), 0);
  assert.equal(left(webPods), 1);
  assert.equal(left(cart), 0, 'one wanted, one lost, one made again');
  assert.equal(left(pods), 1);
  const dying = shop.map((one) =>
    one === webPods[0] || one === webPods[1]
      ? { ...one, metadata: { ...one.metadata, deletionTimestamp: '2026-11-23T00:00:00Z' } }
      : one,
  );
  assert.equal(left(webPods.slice(2), dying), 1, 'the last live one of three');
});

test('a ReplicaSet of a living Deployment comes back with its Pods; rollout history does not', () => {
  const shop = deployment('shop/web', 2);
  const old = object('apps/v1 ReplicaSet', 'shop/web-old', {
    owners: [first(shop, 'Deployment')],
    annotations: { 'deployment.kubernetes.io/revision': '0' },
    spec: { replicas: 0 },
  });
  const all = [...shop, old];
  const current = radiusOf(view(all), [aim(first(shop, 'ReplicaSet'))]);
  assert.deepEqual(new Set(Object.values(fates(current))), new Set(['deleted returns']));
  assert.equal(current.counts.workloadsLeftWithoutPods, 1, 'but all of its Pods are gone for a while');
  assert.equal(current.counts.workloads, 0);
  assert.deepEqual(Object.values(fates(radiusOf(view(all), [aim(old)]))), ['deleted restorable']);
});

test('a StatefulSet keeps its claims unless whenDeleted says Delete; the volume then goes by its policy', () => {
  const cases: [Parameters<typeof statefulSet>[2], number, number, string | undefined][] = [
    [{}, 0, 0, undefined],
    [{ whenDeleted: 'Delete' }, 2, 2, 'deleted lost'],
    [{ whenDeleted: 'Delete', reclaim: 'Retain' }, 2, 0, 'stops restorable'],
  ];
  for (const [options, claims, volumesLost, volume] of cases) {
    const kafka = statefulSet('shop/kafka', 2, options);
    const radius = radiusOf(view(kafka), [aim(first(kafka, 'StatefulSet'))]);
    assert.equal(radius.counts.claims, claims, JSON.stringify(options));
    assert.equal(radius.counts.volumesLost, volumesLost, JSON.stringify(options));
    assert.equal(fates(radius)['PersistentVolume pv-data-kafka-0'], volume);
    assert.equal(radius.counts.pods, 2);
  }
});

test('whenDeleted counts even before the set has been written onto its claims', () => {
  const kafka = statefulSet('shop/kafka', 1, { whenDeleted: 'Delete' });
  delete first(kafka, 'PersistentVolumeClaim').metadata.ownerReferences;
  const radius = radiusOf(view(kafka), [aim(first(kafka, 'StatefulSet'))]);
  assert.equal(radius.counts.volumesLost, 1);
  const orphan = radiusOf(view(kafka), [aim(first(kafka, 'StatefulSet'), policy('Orphan'))]);
  assert.equal(orphan.counts.claims, 0);
});

test('a claim whose volume was not seen is taken for lost, and the radius for incomplete', () => {
  const kafka = statefulSet('shop/kafka', 1).filter((one) => one.kind !== 'PersistentVolume');
  const unseen = [{ group: '', kind: 'PersistentVolume', namespaced: false, name: 'pv-x', why: 'forbidden' }];
  const radius = radiusOf(view(kafka, { unseen }), [aim(first(kafka, 'PersistentVolumeClaim'))]);
  assert.equal(radius.counts.volumesLost, 1);
  assert.equal(radius.state, 'incomplete');
});

test('scale-down of a StatefulSet takes the highest ordinals, and their claims under whenScaled', () => {
  const kafka = statefulSet('shop/kafka', 3, { whenScaled: 'Delete' });
  const set = first(kafka, 'StatefulSet');
  const radius = radiusOf(view(kafka), [aim(set, scale(1))]);
  assert.deepEqual(Object.keys(fates(radius)).sort(), [
    'PersistentVolume pv-data-kafka-1',
    'PersistentVolume pv-data-kafka-2',
    'PersistentVolumeClaim data-kafka-1',
    'PersistentVolumeClaim data-kafka-2',
    'Pod kafka-1',
    'Pod kafka-2',
  ]);
  assert.equal(radius.counts.podsNotReplaced, 2);
  assert.equal(radius.counts.volumesLost, 2);
  assert.equal(radius.counts.workloadsLeftWithoutPods, 0);
  const retained = statefulSet('shop/kafka', 3);
  assert.equal(radiusOf(view(retained), [aim(first(retained, 'StatefulSet'), scale(1))]).counts.claims, 0);
});

test('scale-down of a Deployment is a number of Pods: by the order of victims, marked as a guess', () => {
  const shop = deployment('shop/web', 3);
  const [, , , second] = shop;
  assert.ok(second);
  second.status = { phase: 'Pending' };
  const radius = radiusOf(view(shop), [aim(first(shop, 'Deployment'), scale(2))]);
  assert.deepEqual(fates(radius), { 'Pod web-5d8f-1': 'deleted restorable' });
  assert.equal(radius.members[0]?.estimated, true);
  const none = radiusOf(view(shop), [aim(first(shop, 'Deployment'), scale(0))]);
  assert.equal(none.counts.pods, 3);
  assert.equal(none.counts.workloadsLeftWithoutPods, 1);
  assert.equal(fates(none)['Deployment web'], 'stops restorable');
  const up = radiusOf(view(shop), [aim(first(shop, 'Deployment'), scale(5))]);
  assert.deepEqual(up.members, []);
  const lone = deployment('shop/solo', 1);
  const lost = radiusOf(view(lone), [aim(first(lone, 'Deployment'), scale(0))]);
  assert.equal(lost.counts.workloadsLeftWithoutPods, 1, 'a lone Pod that is not made again is an outage');
});

test('a Deployment scales its ReplicaSet back', () => {
  const shop = deployment('shop/web', 2);
  const radius = radiusOf(view(shop), [aim(first(shop, 'ReplicaSet'), scale(0))]);
  assert.equal(radius.counts.podsNotReplaced, 0);
});

test('a Node takes the Pods that run on it', () => {
  const node = object('v1 Node', 'worker-1');
  const agent = object('apps/v1 DaemonSet', 'kube/agent', { status: { desiredNumberScheduled: 2 } });
  const elsewhere = pod('shop/far', undefined, { spec: { nodeName: 'worker-2' } });
  const all = [
    node,
    ...deployment('shop/web', 2),
    agent,
    pod('kube/agent-1', agent),
    pod('shop/naked'),
    elsewhere,
  ];
  const radius = radiusOf(view(all), [aim(node)]);
  assert.deepEqual(fates(radius), {
    'Node worker-1': 'deleted restorable',
    'Pod web-5d8f-0': 'deleted returns',
    'Pod web-5d8f-1': 'deleted returns',
    'Pod agent-1': 'deleted returns',
    'Pod naked': 'deleted restorable',
  });
});

test('a Namespace takes everything in it, and what it holds outside', () => {
  const shop = object('v1 Namespace', 'shop');
  const all = [
    shop,
    ...deployment('shop/web', 1),
    ...statefulSet('shop/kafka', 1),
    object('v1 Secret', 'shop/key'),
    object('v1 ConfigMap', 'other/stays'),
  ];
  const radius = radiusOf(view(all), [aim(shop)]);
  assert.equal(radius.counts.objects, all.length - 1);
  assert.equal(radius.counts.volumesLost, 1);
  assert.equal(radius.counts.workloadsLeftWithoutPods, 2);
});

test('a definition takes its custom resources everywhere, and their operator decides the rest', () => {
  const crd = object('apiextensions.k8s.io/v1 CustomResourceDefinition', 'kafkas.k.io', {
    spec: { group: 'k.io', names: { kind: 'Kafka' } },
  });
  const kafka = object('k.io/v1 Kafka', 'shop/a');
  const all = [
    crd,
    kafka,
    object('k.io/v1 Kafka', 'other/b'),
    object('v1 Secret', 'shop/s', { owners: [kafka] }),
  ];
  const radius = radiusOf(view(all), [aim(crd)]);
  assert.equal(radius.counts.objects, 4);
  assert.equal(radius.state, 'opaque');
});

test('a ServiceAccount takes its token Secrets', () => {
  const account = object('v1 ServiceAccount', 'shop/bot');
  const token = object('v1 Secret', 'shop/bot-token', {
    annotations: {
      'kubernetes.io/service-account.name': 'bot',
      'kubernetes.io/service-account.uid': account.metadata.uid ?? '',
    },
  });
  const radius = radiusOf(view([account, token, object('v1 Secret', 'shop/other')]), [aim(account)]);
  assert.equal(radius.counts.objects, 2);
});

test('a volume stops its claim; a Service without Pods stops', () => {
  const kafka = statefulSet('shop/kafka', 1);
  const volume = radiusOf(view(kafka), [aim(first(kafka, 'PersistentVolume'))]);
  assert.deepEqual(fates(volume), {
    'PersistentVolume pv-data-kafka-0': 'deleted lost',
    'PersistentVolumeClaim data-kafka-0': 'stops restorable',
  });
  const shop = deployment('shop/web', 2);
  const service = object('v1 Service', 'shop/web', {
    spec: { selector: { app: 'web' }, type: 'LoadBalancer' },
  });
  const all = [...shop, service];
  const whole = radiusOf(view(all), [aim(first(shop, 'Deployment'))]);
  assert.equal(fates(whole)['Service web'], 'stops restorable');
  const onePod = radiusOf(view(all), [aim(first(shop, 'Pod'))]);
  assert.equal(fates(onePod)['Service web'], undefined);
});

test('who decides: foreign finalizers, custom resources, operators', () => {
  const kafka = object('k.io/v1 Kafka', 'shop/my');
  const cases: [string, KubeObject[], string][] = [
    ['a foreign finalizer', [object('v1 ConfigMap', 'shop/c', { finalizers: ['acme.io/hold'] })], 'opaque'],
    [
      'our own',
      [object('v1 ConfigMap', 'shop/c', { finalizers: ['toolcrib.dev/orphan-first'] })],
      'complete',
    ],
    [
      'a known one',
      [object('v1 PersistentVolume', 'p', { finalizers: ['kubernetes.io/pv-protection'] })],
      'complete',
    ],
    ['a custom resource', [kafka], 'opaque'],
    ['controlled by one', [object('v1 Secret', 'shop/s', { owners: [kafka] }), kafka], 'opaque'],
  ];
  for (const [what, objects, state] of cases) {
    assert.equal(radiusOf(view(objects), [aim(objects[0] as KubeObject)]).state, state, what);
  }
  const shop = deployment('shop/web', 1);
  const endpoint = object('cilium.io/v2 CiliumEndpoint', 'shop/e', {
    owners: [first(shop, 'Pod')],
    noController: true,
  });
  assert.equal(radiusOf(view([...shop, endpoint]), [aim(first(shop, 'Deployment'))]).state, 'complete');
});

test('several owners: one solid owner keeps an object', () => {
  const a = object('v1 ConfigMap', 'shop/a');
  const b = object('v1 ConfigMap', 'shop/b');
  const owned = (extra: Extra) => object('v1 Secret', 'shop/s', { noController: true, ...extra });
  const goes = (objects: KubeObject[], targets: KubeObject[], extra?: Partial<View>) =>
    radiusOf(
      view(objects, extra),
      targets.map((target) => aim(target)),
    ).members.some(({ ref, fate }) => ref.kind === 'Secret' && fate === 'deleted');
  const both = owned({ owners: [a, b] });
  assert.equal(goes([a, b, both], [a]), false);
  assert.equal(goes([a, b, both], [a, b]), true);
  assert.equal(goes([a, both], [a]), true, 'b is gone');
  const renewed = { ...b, metadata: { ...b.metadata, uid: 'other' } };
  assert.equal(goes([a, renewed, both], [a]), true, 'b has another UID');
  const dying = object('v1 ConfigMap', 'shop/b', { terminating: true });
  assert.equal(goes([a, dying, both], [a]), true, 'b is on its way out');
  const abroad = object('v1 ConfigMap', 'other/b');
  assert.equal(
    goes([a, abroad, owned({ owners: [a, abroad] })], [a]),
    true,
    'an owner abroad counts as absent',
  );
  const lostKind = object('gone.io/v1 Thing', 'shop/t');
  assert.equal(
    goes([a, owned({ owners: [a, lostKind] })], [a]),
    false,
    'a kind that nobody serves: an error',
  );
});

test('an owner that was not seen: goes, and the radius is incomplete', () => {
  const a = object('v1 ConfigMap', 'shop/a');
  const b = object('v1 ConfigMap', 'shop/b');
  const secret = object('v1 Secret', 'shop/s', { owners: [a, b], noController: true });
  const blind = view([a, secret], { listed: [] });
  const radius = radiusOf(blind, [aim(a)]);
  assert.equal(radius.counts.objects, 2);
  assert.equal(radius.state, 'incomplete');
});

test('a cluster-scoped object is never collected for a namespaced owner', () => {
  const a = object('v1 ConfigMap', 'shop/a');
  const thing = object('x.io/v1 ClusterThing', 't', { owners: [a] });
  assert.equal(radiusOf(view([a, thing]), [aim(a)]).counts.objects, 1);
});

test('an orphan finalizer on a dependent stops the cascade there, except under Foreground', () => {
  const a = object('v1 ConfigMap', 'shop/a');
  const b = object('v1 ConfigMap', 'shop/b', { owners: [a], finalizers: ['orphan'] });
  const c = object('v1 Secret', 'shop/c', { owners: [b] });
  const background = radiusOf(view([a, b, c]), [aim(a, policy('Background'))]);
  assert.equal(fates(background)['Secret c'], 'orphaned restorable');
  const foreground = radiusOf(view([a, b, c]), [aim(a, policy('Foreground'))]);
  assert.equal(fates(foreground)['Secret c'], 'deleted restorable');
});

test('what is unseen matters only where it could belong to this radius', () => {
  const shop = deployment('shop/web', 1);
  const target = first(shop, 'Deployment');
  const kafka = object('k.io/v1 Kafka', 'shop/my');
  const namespace = object('v1 Namespace', 'shop');
  // The custom resource by itself: with it the Namespace would be opaque.
  const state = (unseen: View['unseen'][number], of: KubeObject = target) => {
    const all = [...shop, namespace, ...(of === kafka ? [kafka] : [])];
    return radiusOf(view(all, { unseen: [unseen] }), [aim(of)]).state;
  };
  const broken = { kind: '', why: 'no answer' };
  assert.equal(state({ ...broken, group: 'metrics.k8s.io' }), 'complete');
  assert.equal(state({ ...broken, group: 'metrics.k8s.io' }, namespace), 'complete');
  assert.equal(state({ ...broken, group: 'acme.io' }), 'complete');
  assert.equal(state({ ...broken, group: 'acme.io' }, kafka), 'incomplete');
  assert.equal(state({ ...broken, group: 'acme.io' }, namespace), 'incomplete');
  assert.equal(state({ ...broken, group: 'apps' }), 'incomplete');
  const forbidden = { namespaced: true, why: 'forbidden' };
  assert.equal(state({ ...forbidden, group: '', kind: 'Secret' }), 'incomplete');
  assert.equal(state({ ...forbidden, group: 'rbac.authorization.k8s.io', kind: 'Role' }), 'complete');
  assert.equal(state({ ...forbidden, group: 'x.io', kind: 'ClusterThing', namespaced: false }), 'complete');
  assert.equal(state({ ...forbidden, group: '', kind: 'PodTemplate' }), 'complete');
  assert.equal(state({ ...forbidden, group: '', kind: 'PodTemplate' }, namespace), 'incomplete');
});

test('what is being deleted already is nobody’s loss here, and a target that is gone takes nothing', () => {
  const shop = deployment('shop/web', 2);
  const [target, set, a] = shop;
  assert.ok(target && set && a);
  a.metadata.deletionTimestamp = '2026-11-23T00:00:00Z';
  assert.equal(radiusOf(view(shop), [aim(target)]).counts.pods, 1);
  assert.deepEqual(radiusOf(view([set]), [aim(target)]).members, []);
});

test('a custom resource is opaque or not by what it is, however it was reached', () => {
  const shop = object('v1 Namespace', 'shop');
  const definition = (kind: string, group: string) =>
    object('apiextensions.k8s.io/v1 CustomResourceDefinition', `${kind.toLowerCase()}s.${group}`, {
      spec: { group, names: { kind } },
    });
  const node = object('v1 Node', 'worker-1');
  const web = pod('shop/web');
  const application = object('argoproj.io/v1 Application', 'shop/prod');
  const endpoint = object('cilium.io/v2 CiliumEndpoint', 'shop/web', { owners: [web], noController: true });
  const report = object('wgpolicyk8s.io/v1alpha2 PolicyReport', 'shop/report');
  const below = object('argoproj.io/v1 AppProject', 'shop/below', { owners: [application] });
  const cases: [KubeObject, string, string, boolean][] = [
    [application, 'Application', 'argoproj.io', true],
    [endpoint, 'CiliumEndpoint', 'cilium.io', false],
    [report, 'PolicyReport', 'wgpolicyk8s.io', false],
    [
      { ...endpoint, metadata: { ...endpoint.metadata, finalizers: ['x.io/y'] } },
      'CiliumEndpoint',
      'cilium.io',
      true,
    ],
    [
      { ...report, metadata: { ...report.metadata, finalizers: ['x.io/y'] } },
      'PolicyReport',
      'wgpolicyk8s.io',
      true,
    ],
  ];
  for (const [one, kind, group, opaque] of cases) {
    const crd = definition(kind, group);
    const all = [shop, crd, node, web, one];
    for (const target of [one, shop, crd])
      assert.equal(
        radiusOf(view(all), [aim(target)]).opaque.some(({ ref }) => ref.uid === one.metadata.uid),
        opaque,
        `${kind} by ${target.kind}`,
      );
  }
  const owned = radiusOf(view([shop, application, below]), [aim(below)]);
  assert.equal(owned.state, 'opaque', 'what belongs to a custom resource, by itself');
  const empty = radiusOf(view([definition('Application', 'argoproj.io')]), [
    aim(definition('Application', 'argoproj.io')),
  ]);
  assert.equal(empty.state, 'complete', 'a definition without instances');
});

const failing = (name: string, spec: object, count: number, status: object = {}) => {
  const job = object('batch/v1 Job', name, { spec, status });
  return [job, ...Array.from({ length: count }, (_, i) => pod(`${name}-${i}`, job))];
};

test('a Pod whose death fails its Job does not come back, and the Job’s others go with it', () => {
  const jobs = failing('shop/move', { backoffLimit: 0, parallelism: 3 }, 3);
  const radius = radiusOf(view(jobs), [aim(first(jobs, 'Pod', 'move-0'))]);
  assert.deepEqual(fates(radius), {
    'Pod move-0': 'deleted lost',
    'Pod move-1': 'deleted lost',
    'Pod move-2': 'deleted lost',
    'Job move': 'stops lost',
  });
  assert.equal(radius.counts.podsNotReplaced, 3);
  assert.equal(radius.counts.workloadsLeftWithoutPods, 1);
  assert.match(radius.members[0]?.why ?? '', /Job move fails with it/);
});

test('as long as a Job forgives it, it makes another; several at once are several deaths', () => {
  const jobs = failing('shop/move', { backoffLimit: 1, parallelism: 2, completions: 2 }, 2);
  const one = radiusOf(view(jobs), [aim(first(jobs, 'Pod', 'move-0'))]);
  assert.deepEqual(fates(one), { 'Pod move-0': 'deleted returns' });
  const two = radiusOf(view(jobs), [aim(first(jobs, 'Pod', 'move-0')), aim(first(jobs, 'Pod', 'move-1'))]);
  assert.deepEqual(fates(two), {
    'Pod move-0': 'deleted lost',
    'Pod move-1': 'deleted lost',
    'Job move': 'stops lost',
  });
});

test('a Pod that is dying, and that its Job has not counted yet, is a death too', () => {
  const jobs = failing('shop/move', { backoffLimit: 1, parallelism: 2, completions: 2 }, 2);
  const dying = jobs.map((one) =>
    one.metadata.name === 'move-1'
      ? {
          ...one,
          metadata: {
            ...one.metadata,
            deletionTimestamp: '2026-01-01T00:00:00Z',
            finalizers: ['batch.kubernetes.io/job-tracking'],
          },
        }
      : one,
  );
  const radius = radiusOf(view(dying), [aim(first(dying, 'Pod', 'move-0'))]);
  assert.equal(fates(radius)['Pod move-0'], 'deleted lost');
});

test('a Job that ignores disruptions outlives an eviction, and one that is under way; no delete', () => {
  const rules = [
    { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
    { action: 'FailJob', onExitCodes: { operator: 'In', values: [42] } },
  ];
  const spec = { backoffLimit: 0, parallelism: 2, completions: 2, podFailurePolicy: { rules } };
  const jobs = failing('shop/move', spec, 2);
  const evict: Aim['effect'] = { does: 'evict', options: {} };
  const one = first(jobs, 'Pod', 'move-0');
  assert.deepEqual(fates(radiusOf(view(jobs), [aim(one, evict)])), { 'Pod move-0': 'deleted returns' });
  assert.equal(fates(radiusOf(view(jobs), [aim(one)]))['Pod move-0'], 'deleted lost');
  const dying = (conditions: object[]) =>
    jobs.map((pod) =>
      pod.metadata.name === 'move-1'
        ? {
            ...pod,
            metadata: {
              ...pod.metadata,
              deletionTimestamp: '2026-01-01T00:00:00Z',
              finalizers: ['batch.kubernetes.io/job-tracking'],
            },
            status: { ...pod.status, conditions },
          }
        : pod,
    );
  const beside = (conditions: object[]) =>
    fates(radiusOf(view(dying(conditions)), [aim(one, evict)]))['Pod move-0'];
  assert.equal(beside([{ type: 'DisruptionTarget', status: 'True' }]), 'deleted returns');
  assert.equal(beside([]), 'deleted lost', 'the other was deleted');
});

test('what goes with a Job comes back with it', () => {
  const jobs = failing('shop/move', { backoffLimit: 0 }, 1);
  const radius = radiusOf(view(jobs), [aim(first(jobs, 'Job'), policy('Background'))]);
  assert.equal(fates(radius)['Pod move-0'], 'deleted restorable');
});
