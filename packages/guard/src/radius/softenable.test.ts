import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { radiusOf } from './radius-of.ts';
import { softening } from './softenable.ts';
import { aim, deployment, object, pod, statefulSet, view } from './testing/objects.ts';
import type { Aim } from './view.ts';

function soften(objects: KubeObject[], targets: KubeObject[] = objects.slice(0, 1), effect?: Aim['effect']) {
  const aims = targets.map((target) => aim(target, effect));
  const seen = view(objects);
  return softening(seen, radiusOf(seen, aims), aims[0] as Aim);
}
function refused(objects: KubeObject[], why: RegExp, targets?: KubeObject[], effect?: Aim['effect']) {
  const answer = soften(objects, targets, effect);
  assert.equal(answer.possible, false);
  assert.match(answer.possible ? '' : answer.why, why);
}
const replaced = (objects: KubeObject[], index: number, change: (one: KubeObject) => void): KubeObject[] => {
  const copy = structuredClone(objects);
  change(copy[index] as KubeObject);
  return copy;
};

test('workloads at rest can be softened', () => {
  const bareSet = replaced(
    deployment('shop/web', 3).slice(1),
    0,
    (set) => delete set.metadata.ownerReferences,
  );
  for (const objects of [deployment('shop/web', 3), statefulSet('shop/kafka', 3), bareSet]) {
    assert.deepEqual(soften(objects), { possible: true, how: 'orphan-first' });
  }
  const daemon = object('apps/v1 DaemonSet', 'shop/agent', {
    spec: {},
    status: { desiredNumberScheduled: 1, updatedNumberScheduled: 1 },
  });
  assert.deepEqual(soften([daemon, pod('shop/agent-1', daemon)]), { possible: true, how: 'orphan-first' });
  const deleting = statefulSet('shop/kafka', 2, { whenDeleted: 'Delete' });
  assert.deepEqual(
    soften(deleting),
    { possible: true, how: 'orphan-first' },
    'its own claims are orphaned with it',
  );
});

test('kinds that cannot be softened say why', () => {
  const cases: [string, RegExp][] = [
    ['batch/v1 Job', /starts over/],
    ['batch/v1 CronJob', /does not take its Jobs back/],
    ['v1 Namespace', /cannot be called back/],
    ['v1 Pod', /cannot be kept running/],
    ['v1 Service', /stops at once/],
    ['v1 PersistentVolume', /cannot be called back/],
    ['k.io/v1 Kafka', /operator/],
    ['v1 Secret', /nothing of a Secret/],
  ];
  for (const [type, why] of cases) refused([object(type, type === 'v1 Namespace' ? 'shop' : 'shop/x')], why);
});

test('a ReplicaSet of a living Deployment: nothing to soften', () => {
  const shop = deployment('shop/web', 2);
  refused(shop, /nothing to soften/, [shop[1] as KubeObject]);
});

test('mid-rollout is held', () => {
  const kafka = statefulSet('shop/kafka', 3);
  refused(
    replaced(kafka, 0, (set) => Object.assign(set.status, { updateRevision: 'kafka-2' })),
    /rollout/,
  );
  refused(
    replaced(kafka, 0, (set) => Object.assign(set.metadata, { generation: 2 })),
    /rollout/,
  );
  const web = deployment('shop/web', 3);
  refused(
    replaced(web, 0, (one) => Object.assign(one.status, { updatedReplicas: 1 })),
    /rollout/,
  );
});

test('already going, Orphan already, a foreign finalizer, a scale', () => {
  const web = deployment('shop/web', 1);
  const [target] = web;
  assert.ok(target);
  refused(
    replaced(web, 0, (one) => Object.assign(one.metadata, { deletionTimestamp: 'x' })),
    /already/,
  );
  refused(web, /Orphan already/, [target], { does: 'delete', options: { propagationPolicy: 'Orphan' } });
  refused(web, /Orphan already/, [target], { does: 'delete', options: { orphanDependents: true } });
  refused(
    replaced(web, 0, (one) => Object.assign(one.metadata, { finalizers: ['acme.io/x'] })),
    /acme\.io\/x/,
  );
  refused(web, /only a delete/, [target], { does: 'scale', replicas: 0 });
});

test('another controller whose selector matches would take the orphans over', () => {
  const web = deployment('shop/web', 2);
  const greedy = object('apps/v1 ReplicaSet', 'shop/greedy', {
    spec: { selector: { matchLabels: { app: 'web' } } },
  });
  refused([...web, greedy], /greedy matches/);
  const abroad = object('apps/v1 ReplicaSet', 'other/greedy', { spec: greedy.spec });
  assert.equal(soften([...web, abroad]).possible, true);
  const rival = object('apps/v1 Deployment', 'shop/rival', { spec: greedy.spec });
  refused([...web, rival], /rival matches/);
  const classic = object('v1 ReplicationController', 'shop/rc', { spec: { selector: { app: 'web' } } });
  refused([...web, classic], /rc matches/);
});

test('held where the act also takes what the running Pods need', () => {
  const uses = (spec: object) =>
    replaced(deployment('shop/web', 1), 2, (one) => Object.assign(one.spec, spec));
  const env = {
    containers: [{ name: 'c', env: [{ name: 'X', valueFrom: { secretKeyRef: { name: 'it' } } }] }],
  };
  const cases: [string, object][] = [
    ['v1 Secret', env],
    ['v1 Secret', { volumes: [{ name: 'v', secret: { secretName: 'it' } }] }],
    ['v1 Secret', { imagePullSecrets: [{ name: 'it' }] }],
    ['v1 ConfigMap', { containers: [{ name: 'c', envFrom: [{ configMapRef: { name: 'it' } }] }] }],
    ['v1 ConfigMap', { volumes: [{ name: 'v', projected: { sources: [{ configMap: { name: 'it' } }] } }] }],
    ['v1 ServiceAccount', { serviceAccountName: 'it' }],
    ['v1 PersistentVolumeClaim', { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'it' } }] }],
  ];
  for (const [type, spec] of cases) {
    const web = uses(spec);
    const it = object(type, 'shop/it');
    const target = web[0] as KubeObject;
    refused([...web, it], /also takes .* it, which its Pods use/, [target, it]);
    const other = object(type, 'shop/other');
    assert.equal(soften([...web, other], [target, other]).possible, true, type);
  }
  const web = deployment('shop/web', 1);
  const service = object('v1 Service', 'shop/web', { spec: { selector: { app: 'web' } } });
  refused([...web, service], /Service web/, [web[0] as KubeObject, service]);
  const role = object('rbac.authorization.k8s.io/v1 Role', 'shop/web');
  refused([...web, role], /Role web/, [web[0] as KubeObject, role]);
  refused(web, /also takes its Pods/, [web[0] as KubeObject, web[2] as KubeObject]);
});

test('a claim: its volume is kept first, where it would be lost', () => {
  const claimOf = (objects: KubeObject[]) =>
    objects.filter((one) => one.kind === 'PersistentVolumeClaim').slice(0, 1);
  const kafka = statefulSet('shop/kafka', 1);
  assert.deepEqual(soften(kafka, claimOf(kafka)), { possible: true, how: 'retain-first' });
  const retained = statefulSet('shop/kafka', 1, { reclaim: 'Retain' });
  refused(retained, /kept \(Retain\) in any case/, claimOf(retained));
  const blind = kafka.filter((one) => one.kind !== 'PersistentVolume');
  refused(blind, /could not be seen/, claimOf(blind));
});

test('refused where another request of the act has taken, or is about to take, what its Pods use', () => {
  const web = replaced(deployment('shop/web', 1), 2, (one) =>
    Object.assign(one.spec, {
      serviceAccountName: 'it',
      volumes: [{ name: 'c', configMap: { name: 'it' } }],
    }),
  );
  const within = (act: { kept?: KubeObject[]; ahead?: KubeObject[] }, objects: KubeObject[] = web) => {
    const aims = [aim(web[0] as KubeObject)];
    const seen = view(objects);
    const ahead = (act.ahead ?? []).map(({ metadata, ...ref }) => ({ ...ref, ...metadata }));
    const answer = softening(seen, radiusOf(seen, aims), aims[0] as Aim, { kept: act.kept ?? [], ahead });
    return answer.possible ? 'possible' : answer.why;
  };
  const service = object('v1 Service', 'shop/it', { spec: { selector: { app: 'web' } } });
  for (const it of [object('v1 ServiceAccount', 'shop/it'), object('v1 ConfigMap', 'shop/it'), service]) {
    assert.match(within({ kept: [it] }), new RegExp(`has taken ${it.kind} it, which its Pods use`));
    const going = structuredClone(it);
    going.metadata.deletionTimestamp = '2026-11-23T00:00:00Z';
    assert.match(within({ kept: [it] }, [...web, going]), /has taken/, 'on its way out');
    assert.equal(within({ kept: [it] }, [...web, it]), 'possible', 'it stands: it was only kept');
    const again = structuredClone(it);
    again.metadata.uid = 'another';
    assert.equal(within({ kept: [it] }, [...web, again]), 'possible', 'it stands again');
    assert.match(within({ ahead: [it] }, [...web, it]), new RegExp(`may take ${it.kind} it too`));
  }
  const role = object('rbac.authorization.k8s.io/v1 RoleBinding', 'shop/x');
  assert.match(within({ kept: [role] }), /has taken RoleBinding x/);
  const other = object('v1 ConfigMap', 'shop/other');
  assert.equal(within({ kept: [other], ahead: [...web, other] }, [...web, other]), 'possible');
  assert.equal(within({ kept: web }), 'possible', 'its own');
});

test('a Namespace in which something has finished can be softened for its volumes', () => {
  const shop = object('v1 Namespace', 'shop');
  const done = object('v1 Pod', 'shop/jb-1', { status: { phase: 'Succeeded' }, spec: { containers: [] } });
  const claim = object('v1 PersistentVolumeClaim', 'shop/data', { spec: { volumeName: 'pv-1' } });
  const volume = object('v1 PersistentVolume', 'pv-1', {
    spec: {
      persistentVolumeReclaimPolicy: 'Delete',
      claimRef: { namespace: 'shop', name: 'data', uid: claim.metadata.uid },
    },
  });
  const answer = (objects: KubeObject[]) => {
    const aims = [aim(shop)];
    const seen = view(objects);
    return softening(seen, radiusOf(seen, aims), aims[0] as Aim);
  };
  assert.deepEqual(answer([shop, done, claim, volume]), { possible: true, how: 'retain-first' });
  const alone = answer([shop, done]);
  assert.match(alone.possible ? '' : alone.why, /it has no volume whose data would be lost/);
  const blind = answer([shop, done, claim]);
  assert.match(blind.possible ? '' : blind.why, /the volume of data could not be seen/);
});
