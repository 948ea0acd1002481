import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../objects.ts';
import { remakes } from './remakes.ts';

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
