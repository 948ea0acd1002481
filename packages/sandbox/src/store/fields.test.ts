import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { infoOf } from '../testing/infos.ts';
import { fieldGetter, isSelectable } from './fields.ts';

/** The selectable fields that the documentation of field selectors lists for each kind. */
const SELECTABLE: Record<string, string[]> = {
  '/pods': [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.podIPs',
    'status.nominatedNodeName',
  ],
  '/events': [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
  '/secrets': ['type'],
  '/services': ['spec.clusterIP', 'spec.type'],
  '/namespaces': ['status.phase', 'name'],
  '/persistentvolumes': ['name'],
  '/persistentvolumeclaims': ['name'],
  '/nodes': ['spec.unschedulable'],
  'apps/replicasets': ['status.replicas'],
  'batch/jobs': ['status.successful'],
};

test('each kind is selected by its own fields and by no others', () => {
  for (const [key, paths] of Object.entries(SELECTABLE)) {
    for (const path of paths) assert.equal(isSelectable(infoOf(key), path), true, `${key} ${path}`);
    assert.equal(isSelectable(infoOf(key), 'spec.nothing'), false, key);
  }
  assert.equal(isSelectable(infoOf('/configmaps'), 'type'), false);
  assert.equal(isSelectable(infoOf('apps/deployments'), 'status.replicas'), false);
});

test('every kind is selected by name, and by namespace where it has one', () => {
  for (const key of ['/configmaps', '/nodes', 'apps/deployments']) {
    assert.equal(isSelectable(infoOf(key), 'metadata.name'), true, key);
  }
  assert.equal(isSelectable(infoOf('/configmaps'), 'metadata.namespace'), true);
  assert.equal(isSelectable(infoOf('/nodes'), 'metadata.namespace'), false);
  assert.equal(isSelectable(infoOf('/configmaps'), 'metadata.uid'), false);
});

function read(key: string, path: string, fields: Partial<KubeObject>): string {
  const info = infoOf(key);
  return fieldGetter(info)({ apiVersion: 'v1', kind: info.kind, metadata: { name: 'one' }, ...fields }, path);
}

test('a field is read as text; an absent one is empty', () => {
  assert.equal(read('/pods', 'spec.nodeName', { spec: { nodeName: 'node-a' } }), 'node-a');
  assert.equal(read('/pods', 'spec.nodeName', { spec: {} }), '');
  assert.equal(read('/pods', 'status.phase', {}), '');
  assert.equal(read('/pods', 'status.phase', { status: null }), '');
  assert.equal(read('/pods', 'status.phase', { status: { phase: null } }), '');
  assert.equal(read('/pods', 'status.phase.more', { status: { phase: 'Running' } }), '');
  assert.equal(read('apps/replicasets', 'status.replicas', { status: { replicas: 3 } }), '3');
  assert.equal(read('/namespaces', 'name', {}), 'one');
  assert.equal(read('/configmaps', 'metadata.name', {}), 'one');
});

test('booleans that nobody set read as false', () => {
  assert.equal(read('/nodes', 'spec.unschedulable', { spec: {} }), 'false');
  assert.equal(read('/nodes', 'spec.unschedulable', {}), 'false');
  assert.equal(read('/nodes', 'spec.unschedulable', { spec: { unschedulable: true } }), 'true');
  assert.equal(read('/pods', 'spec.hostNetwork', { spec: {} }), 'false');
});

test('a Job is successful as often as its Pods succeeded', () => {
  assert.equal(read('batch/jobs', 'status.successful', { status: { succeeded: 2 } }), '2');
  assert.equal(read('batch/jobs', 'status.successful', {}), '0');
});

test('the source of an Event is its component, in the old form or in the new', () => {
  assert.equal(read('/events', 'source', { source: { component: 'kubelet' } }), 'kubelet');
  assert.equal(read('/events', 'source', { reportingComponent: 'scheduler' }), 'scheduler');
  assert.equal(read('/events', 'source', {}), '');
  const both = { source: { component: 'kubelet' }, reportingComponent: 'scheduler' };
  assert.equal(read('/events', 'source', both), 'kubelet');
  assert.equal(read('/events', 'reportingComponent', both), 'scheduler');
  assert.equal(read('/events', 'reportingComponent', { source: { component: 'kubelet' } }), 'kubelet');
  assert.equal(read('/events', 'reportingComponent', {}), '');
});
