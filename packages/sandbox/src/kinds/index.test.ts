import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import type { Strategy } from '../store/strategy.ts';
import { infoOf } from '../testing/infos.ts';
import { contextFor } from '../testing/write-context.ts';
import { strategyOf } from './index.ts';

/** What shows which rules a kind has: the kinds whose objects count generations, and how. */
const GENERATIONS: Record<string, Strategy['generation']> = {
  '/configmaps': 'none',
  '/endpoints': 'none',
  '/events': 'none',
  '/limitranges': 'none',
  '/namespaces': 'none',
  '/nodes': 'none',
  '/persistentvolumeclaims': 'none',
  '/persistentvolumes': 'none',
  '/pods': undefined,
  '/podtemplates': 'all',
  '/resourcequotas': 'none',
  '/secrets': 'none',
  '/serviceaccounts': 'none',
  '/services': 'none',
  'apiextensions.k8s.io/customresourcedefinitions': 'spec',
  'apps/controllerrevisions': 'none',
  'apps/daemonsets': undefined,
  'apps/deployments': 'spec-or-annotations',
  'apps/replicasets': undefined,
  'apps/statefulsets': undefined,
  'autoscaling/horizontalpodautoscalers': 'none',
  'batch/cronjobs': undefined,
  'batch/jobs': undefined,
  'coordination.k8s.io/leases': 'none',
  'discovery.k8s.io/endpointslices': 'all-and-labels',
  'networking.k8s.io/ingressclasses': 'spec',
  'networking.k8s.io/ingresses': 'spec',
  'networking.k8s.io/networkpolicies': 'spec',
  'policy/poddisruptionbudgets': 'spec',
  'rbac.authorization.k8s.io/clusterrolebindings': 'none',
  'rbac.authorization.k8s.io/clusterroles': 'none',
  'rbac.authorization.k8s.io/rolebindings': 'none',
  'rbac.authorization.k8s.io/roles': 'none',
  'scheduling.k8s.io/priorityclasses': 'spec',
  'storage.k8s.io/csidrivers': 'none',
  'storage.k8s.io/csinodes': 'none',
  'storage.k8s.io/storageclasses': 'none',
  'storage.k8s.io/volumeattachments': 'none',
};

test('each kind counts generations in its own way', () => {
  for (const [key, generation] of Object.entries(GENERATIONS)) {
    assert.equal(strategyOf(infoOf(key)).generation, generation, key);
  }
});

test('some kinds are updated by version only', () => {
  const strict = Object.keys(GENERATIONS).filter(
    (key) => strategyOf(infoOf(key)).unconditionalUpdate === false,
  );
  assert.deepEqual(strict, [
    'coordination.k8s.io/leases',
    'policy/poddisruptionbudgets',
    'storage.k8s.io/csidrivers',
    'storage.k8s.io/csinodes',
    'storage.k8s.io/volumeattachments',
  ]);
});

test('an object is brought into the server’s own form before its defaults are filled in', () => {
  const deployment: KubeObject = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', labels: {} },
    spec: {
      paused: false,
      template: {
        spec: { containers: [{ name: 'a', image: 'i:1', resources: { limits: { cpu: '1000m' } } }] },
      },
    },
  };
  strategyOf(infoOf('apps/deployments')).setDefaults?.(deployment);
  assert.equal('paused' in deployment.spec, false);
  assert.equal('labels' in deployment.metadata, false);
  assert.equal(deployment.spec.replicas, 1);
  assert.deepEqual(deployment.spec.template.spec.containers[0].resources, { limits: { cpu: '1' } });
});

test('owners and finalizers are checked for every kind, before its own rules', () => {
  const claim: KubeObject = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'one', finalizers: ['mine'] },
    spec: {},
  };
  const info = infoOf('/persistentvolumeclaims');
  const faults = strategyOf(info).validate?.(claim, contextFor(info)) ?? [];
  assert.deepEqual(
    faults.map(({ field }) => field),
    ['metadata.finalizers[0]', 'spec.accessModes', 'spec.resources[storage]'],
  );
  const account = { ...claim, kind: 'ServiceAccount' };
  const plain = infoOf('/serviceaccounts');
  assert.equal(strategyOf(plain).validate?.(account, contextFor(plain)).length, 1);
});

test('a kind that nobody has rules for is plain storage, in its own form', () => {
  const info = { ...infoOf('/configmaps'), resource: 'replicationcontrollers' };
  const strategy = strategyOf(info);
  const object: KubeObject = {
    apiVersion: 'v1',
    kind: 'ReplicationController',
    metadata: { name: 'x', labels: {} },
  };
  strategy.setDefaults?.(object);
  assert.equal('labels' in object.metadata, false);
  assert.deepEqual(strategy.validate?.(object, contextFor(info)), []);
  assert.equal(strategyOf(info), strategy);
});
