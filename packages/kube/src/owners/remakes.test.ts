import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../objects.ts';
import { isFinishedPod, remakes } from './remakes.ts';

const object = (
  apiVersion: string,
  kind: string,
  more: Partial<KubeObject> = {},
  name = 'x',
): KubeObject => ({
  apiVersion,
  kind,
  ...more,
  metadata: { name, ...more.metadata },
});
const revision = (number: string) => ({
  metadata: { name: 'x', annotations: { 'deployment.kubernetes.io/revision': number } },
});
const deployment = (more: object = {}) => object('apps/v1', 'Deployment', { ...revision('2'), ...more });
const pod = (name = 'x', more: object = {}) => object('v1', 'Pod', more, name);

test('who makes what again: built-in controllers, what is theirs and current', () => {
  const yes: [KubeObject, KubeObject][] = [
    [deployment(), object('apps/v1', 'ReplicaSet', revision('2'))],
    [object('apps/v1', 'ReplicaSet', { spec: { replicas: 1 } }), pod()],
    [object('apps/v1', 'ReplicaSet'), pod()],
    [object('apps/v1', 'StatefulSet', { spec: { replicas: 2 } }), pod('x-1')],
    [object('apps/v1', 'DaemonSet'), pod()],
    [object('batch/v1', 'Job', { spec: {} }), pod()],
    [object('v1', 'Service'), object('discovery.k8s.io/v1', 'EndpointSlice')],
    [
      pod('x', { spec: { volumes: [{ name: 's', ephemeral: {} }] } }),
      object('v1', 'PersistentVolumeClaim', {}, 'x-s'),
    ],
  ];
  for (const [by, what] of yes) assert.equal(remakes(by, what), true, `${by.kind} ${what.kind}`);
});

test('what nobody makes again: history, what is beyond, what is over, and whatever an operator would', () => {
  const over = { status: { conditions: [{ type: 'Complete', status: 'True' }] } };
  const no: [KubeObject, KubeObject][] = [
    [deployment(), object('apps/v1', 'ReplicaSet', revision('1'))],
    [deployment({ spec: { paused: true } }), object('apps/v1', 'ReplicaSet', revision('2'))],
    [object('apps/v1', 'ReplicaSet', { spec: { replicas: 0 } }), pod()],
    [object('apps/v1', 'StatefulSet', { spec: { replicas: 2 } }), pod('x-2')],
    [
      object('apps/v1', 'StatefulSet', { status: { currentRevision: 'x' } }),
      object('apps/v1', 'ControllerRevision'),
    ],
    [object('batch/v1', 'Job', over), pod()],
    [object('batch/v1', 'Job', { spec: { suspend: true } }), pod()],
    [object('batch/v1', 'CronJob'), object('batch/v1', 'Job')],
    [pod(), object('v1', 'PersistentVolumeClaim', {}, 'x-s')],
    [object('acme.io/v1', 'Kafka'), pod()],
    [object('acme.io/v1', 'Kafka'), object('v1', 'Secret')],
    [object('acme.io/v1', 'Tenant'), object('v1', 'Namespace')],
  ];
  for (const [by, what] of no) assert.equal(remakes(by, what), false, `${by.kind} ${what.kind}`);
});

test('as before: over, finished, and the ordinals and deaths that count', () => {
  const finished = (phase: string) => pod('x', { status: { phase } });
  const job = (spec: object) => object('batch/v1', 'Job', { spec });
  const set = (spec?: object) => object('apps/v1', 'StatefulSet', spec ? { spec } : {});
  const cases: [KubeObject, KubeObject, number | undefined, boolean][] = [
    [job({}), finished('Succeeded'), undefined, false],
    [job({}), finished('Failed'), undefined, false],
    [job({}), finished('Running'), undefined, true],
    [job({ backoffLimit: 1 }), pod(), 1, true],
    [job({ backoffLimit: 1 }), pod(), 2, false],
    [job({ backoffLimit: 1 }), pod(), undefined, true],
    [job({ backoffLimit: 0 }), pod(), undefined, false],
    [set(), pod('x-0'), undefined, true],
    [set(), pod('x-1'), undefined, false],
    [set({ replicas: 2, ordinals: { start: 5 } }), pod('x-4'), undefined, false],
    [set({ replicas: 2, ordinals: { start: 5 } }), pod('x-5'), undefined, true],
    [set({ replicas: 2, ordinals: { start: 5 } }), pod('x-6'), undefined, true],
    [set({ replicas: 2, ordinals: { start: 5 } }), pod('x-7'), undefined, false],
    [set({ replicas: 2 }), pod('y-0'), undefined, false],
    [object('v1', 'ReplicationController', { spec: { replicas: 1 } }), pod(), undefined, true],
    [object('v1', 'ReplicationController', { spec: { replicas: 0 } }), pod(), undefined, false],
    [object('v1', 'Node'), pod(), undefined, true],
    [object('v1', 'Node'), object('coordination.k8s.io/v1', 'Lease'), undefined, false],
    [object('v1', 'Service'), object('v1', 'Endpoints'), undefined, true],
    [object('v1', 'Service'), pod(), undefined, false],
    [object('example.com/v1', 'Service'), object('v1', 'Endpoints'), undefined, false],
    [deployment(), pod(), undefined, false],
    [object('apps/v1', 'Deployment'), object('apps/v1', 'ReplicaSet'), undefined, false],
    [object('apps/v1', 'DaemonSet'), object('apps/v1', 'ControllerRevision'), undefined, false],
    [
      pod('x', { spec: { volumes: [{ name: 's', emptyDir: {} }] } }),
      object('v1', 'PersistentVolumeClaim', {}, 'x-s'),
      undefined,
      false,
    ],
    [
      pod('x', { spec: { volumes: [{ name: 's', ephemeral: {} }] } }),
      object('v1', 'Secret', {}, 'x-s'),
      undefined,
      false,
    ],
  ];
  for (const [by, what, deaths, again] of cases) {
    const why = `${by.kind} ${JSON.stringify(by.spec)} ${what.kind} ${what.metadata.name} ${deaths}`;
    assert.equal(remakes(by, what, deaths), again, why);
  }
});

test('a Pod is finished once it says so', () => {
  const is = (status?: object) => isFinishedPod(pod('x', status ? { status } : {}));
  assert.deepEqual(
    [is({ phase: 'Succeeded' }), is({ phase: 'Failed' }), is({ phase: 'Running' }), is({}), is()],
    [true, true, false, false, false],
  );
});
