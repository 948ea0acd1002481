import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Body, KubeObject, ResourceType } from '@toolcrib/kube';
import { ApiError } from '../../apimachinery/api-error.ts';
import { infoOf } from '../../testing/infos.ts';
import { contextFor } from '../../testing/write-context.ts';
import { admitPod } from './admission.ts';

const PODS = infoOf('/pods');
const PATH = '/var/run/secrets/kubernetes.io/serviceaccount';

const account = (name: string, more: object = {}): [ResourceType, KubeObject] => [
  infoOf('/serviceaccounts'),
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: 'shop' }, ...more },
];

const priorityClass = (name: string, value: number, more: object = {}): [ResourceType, KubeObject] => [
  infoOf('scheduling.k8s.io/priorityclasses'),
  { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name }, value, ...more },
];

function admitted(
  spec: Body,
  there: [ResourceType, KubeObject][] = [account('default')],
  metadata: Partial<KubeObject['metadata']> = {},
): Body {
  const own = { name: 'one', namespace: 'shop', ...metadata };
  const pod: KubeObject = { apiVersion: 'v1', kind: 'Pod', metadata: own, spec };
  admitPod(pod, contextFor(PODS, there));
  return pod.spec;
}

function refusal(run: () => void): string {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof ApiError);
    assert.equal(error.code, 403);
    return error.message;
  }
  return assert.fail('it was not refused');
}

test('a Pod runs as the default account, under both names of the field', () => {
  const spec = admitted({ containers: [] });
  assert.deepEqual([spec.serviceAccountName, spec.serviceAccount], ['default', 'default']);
  const own = admitted({ serviceAccountName: 'bot', serviceAccount: 'x' }, [account('bot')]);
  assert.deepEqual([own.serviceAccountName, own.serviceAccount], ['bot', 'bot']);
});

test('a Pod whose account is not there is refused', () => {
  assert.equal(
    refusal(() => admitted({ serviceAccountName: 'bot' })),
    'pods "one" is forbidden: error looking up service account shop/bot: serviceaccount "bot" not found',
  );
});

test('a mirror Pod needs no account and mounts nothing', () => {
  const annotations = { 'kubernetes.io/config.mirror': 'x' };
  const spec = admitted({ containers: [{ name: 'a' }] }, [], { annotations });
  assert.equal(spec.volumes, undefined);
  assert.equal(spec.serviceAccountName, 'default');
});

test('another fault of the store than a missing account is passed on', () => {
  const pod: KubeObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'shop' },
    spec: {},
  };
  const context = contextFor(PODS);
  const broken = Object.assign(Object.create(context.store), {
    get() {
      throw new Error('broken');
    },
  });
  assert.throws(() => admitPod(pod, { ...context, store: broken }), { message: 'broken' });
});

test('priority comes from the class that is named, or from the default one', () => {
  const classes = [
    account('default'),
    priorityClass('high', 1000, { preemptionPolicy: 'Never' }),
    priorityClass('usual', 10, { globalDefault: true }),
  ];
  const told = ({ priorityClassName, priority, preemptionPolicy }: Body) => [
    priorityClassName,
    priority,
    preemptionPolicy,
  ];
  assert.deepEqual(told(admitted({})), [undefined, 0, 'PreemptLowerPriority']);
  assert.deepEqual(told(admitted({}, classes)), ['usual', 10, 'PreemptLowerPriority']);
  assert.deepEqual(told(admitted({ priorityClassName: 'high' }, classes)), ['high', 1000, 'Never']);
  assert.deepEqual(told(admitted({ priority: 5, preemptionPolicy: 'X' }, classes)), ['usual', 5, 'X']);
  assert.equal(
    refusal(() => admitted({ priorityClassName: 'none' }, classes)),
    'pods "one" is forbidden: no PriorityClass with name none was found',
  );
});

const tolerated = (key: string) => ({
  key: `node.kubernetes.io/${key}`,
  operator: 'Exists',
  effect: 'NoExecute',
  tolerationSeconds: 300,
});

test('a Pod bears a Node in trouble for five minutes', () => {
  assert.deepEqual(admitted({}).tolerations, [tolerated('not-ready'), tolerated('unreachable')]);
});

test('a Pod that says itself what it bears is left to it', () => {
  const own = {
    key: 'node.kubernetes.io/not-ready',
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds: 5,
  };
  assert.deepEqual(admitted({ tolerations: [own] }).tolerations, [own, tolerated('unreachable')]);
  const all = { operator: 'Exists' };
  assert.deepEqual(admitted({ tolerations: [all] }).tolerations, [all]);
  const anyEffect = { key: 'node.kubernetes.io/unreachable', operator: 'Exists' };
  assert.deepEqual(admitted({ tolerations: [anyEffect] }).tolerations, [anyEffect, tolerated('not-ready')]);
  const other = { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoSchedule' };
  assert.equal(admitted({ tolerations: [other] }).tolerations.length, 3);
  const foreign = { key: 'x', operator: 'Exists', effect: 'NoExecute' };
  assert.equal(admitted({ tolerations: [foreign] }).tolerations.length, 3);
});

test('each container mounts the token of the account', () => {
  const spec = admitted({
    initContainers: [{ name: 'i' }],
    containers: [{ name: 'a' }],
    volumes: [{ name: 'own' }],
  });
  const [own, token] = spec.volumes;
  assert.equal(own.name, 'own');
  assert.match(token.name, /^kube-api-access-[a-z0-9]{5}$/);
  assert.deepEqual(token.projected, {
    sources: [
      { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
      { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      {
        downwardAPI: {
          items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
        },
      },
    ],
    defaultMode: 420,
  });
  const mount = { name: token.name, readOnly: true, mountPath: PATH };
  assert.deepEqual(spec.initContainers[0].volumeMounts, [mount]);
  assert.deepEqual(spec.containers[0].volumeMounts, [mount]);
});

test('what is mounted there already stays, and a volume that is there is used', () => {
  const mine = { name: 'mine', mountPath: PATH };
  const other = { name: 'data', mountPath: '/data' };
  const spec = admitted({
    containers: [
      { name: 'a', volumeMounts: [mine] },
      { name: 'b', volumeMounts: [other] },
    ],
  });
  assert.deepEqual(spec.containers[0].volumeMounts, [mine]);
  assert.deepEqual(spec.containers[1].volumeMounts[0], other);
  assert.equal(spec.containers[1].volumeMounts[1].mountPath, PATH);
  const volumes = [{ name: 'kube-api-access-abcde' }];
  const again = admitted({ containers: [{ name: 'a' }], volumes });
  assert.deepEqual(again.volumes, [{ name: 'kube-api-access-abcde' }]);
  assert.equal(again.containers[0].volumeMounts[0].name, 'kube-api-access-abcde');
  assert.equal(admitted({ containers: [{ name: 'a', volumeMounts: [mine] }] }).volumes, undefined);
});

test('a Pod or its account may do without the token, and the Pod has the last word', () => {
  const mounts = (onPod: boolean | undefined, onAccount: boolean | undefined) =>
    admitted({ containers: [{ name: 'a' }], automountServiceAccountToken: onPod }, [
      account('default', { automountServiceAccountToken: onAccount }),
    ]).volumes !== undefined;
  assert.equal(mounts(undefined, undefined), true);
  assert.equal(mounts(undefined, false), false);
  assert.equal(mounts(false, true), false);
  assert.equal(mounts(true, false), true);
});
