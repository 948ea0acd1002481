import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Body, KubeObject } from '@toolcrib/kube';
import type { Strategy } from '../../store/strategy.ts';
import { infoOf } from '../../testing/infos.ts';
import { contextFor } from '../../testing/write-context.ts';
import {
  controllerRevisionStrategy,
  daemonSetStrategy,
  deploymentStrategy,
  replicaSetStrategy,
  statefulSetStrategy,
} from './apps.ts';

const context = contextFor(infoOf('apps/deployments'));
const GENERATION = 'deprecated.daemonset.template.generation';

function workload(kind: string, spec: Body, metadata: Partial<KubeObject['metadata']> = {}): KubeObject {
  return { apiVersion: 'apps/v1', kind, metadata: { name: 'one', ...metadata }, spec };
}

function defaulted(strategy: Strategy, kind: string, spec: Body): Body {
  const object = workload(kind, spec);
  strategy.setDefaults?.(object);
  return object.spec;
}

test('a Deployment has one replica, rolls by a quarter, and has ten minutes for it', () => {
  assert.deepEqual(defaulted(deploymentStrategy, 'Deployment', {}), {
    replicas: 1,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } },
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
  });
  const recreate = defaulted(deploymentStrategy, 'Deployment', {
    strategy: { type: 'Recreate' },
    replicas: 0,
  });
  assert.deepEqual([recreate.strategy, recreate.replicas], [{ type: 'Recreate' }, 0]);
  const own = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } };
  assert.deepEqual(defaulted(deploymentStrategy, 'Deployment', { strategy: own }).strategy, own);
});

test('a ReplicaSet has one replica', () => {
  assert.deepEqual(defaulted(replicaSetStrategy, 'ReplicaSet', {}), { replicas: 1 });
});

test('a StatefulSet goes in order, rolls, and retains its claims', () => {
  assert.deepEqual(defaulted(statefulSetStrategy, 'StatefulSet', {}), {
    podManagementPolicy: 'OrderedReady',
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
    persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
    replicas: 1,
    revisionHistoryLimit: 10,
  });
  const strategyOf = (updateStrategy: Body) =>
    defaulted(statefulSetStrategy, 'StatefulSet', { updateStrategy }).updateStrategy;
  assert.deepEqual(strategyOf({ type: 'OnDelete' }), { type: 'OnDelete' });
  // Whoever names the type gets no partition with it.
  assert.deepEqual(strategyOf({ type: 'RollingUpdate' }), { type: 'RollingUpdate' });
  assert.deepEqual(strategyOf({ type: 'RollingUpdate', rollingUpdate: {} }).rollingUpdate, { partition: 0 });
});

test('claims of a StatefulSet are whole claims', () => {
  const { volumeClaimTemplates } = defaulted(statefulSetStrategy, 'StatefulSet', {
    volumeClaimTemplates: [
      { metadata: { name: 'data' }, spec: {} },
      { spec: { volumeMode: 'Block' }, status: { phase: 'X' } },
    ],
  });
  assert.deepEqual(volumeClaimTemplates, [
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data' },
      spec: { volumeMode: 'Filesystem' },
      status: { phase: 'Pending' },
    },
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      spec: { volumeMode: 'Block' },
      status: { phase: 'X' },
    },
  ]);
});

test('a DaemonSet replaces one Pod at a time', () => {
  assert.deepEqual(defaulted(daemonSetStrategy, 'DaemonSet', {}), {
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
    revisionHistoryLimit: 10,
  });
  const { updateStrategy } = defaulted(daemonSetStrategy, 'DaemonSet', {
    updateStrategy: { type: 'OnDelete' },
  });
  assert.deepEqual(updateStrategy, { type: 'OnDelete' });
});

test('the Pods of each are defaulted', () => {
  const kinds: [Strategy, string][] = [
    [deploymentStrategy, 'Deployment'],
    [replicaSetStrategy, 'ReplicaSet'],
    [statefulSetStrategy, 'StatefulSet'],
    [daemonSetStrategy, 'DaemonSet'],
  ];
  for (const [strategy, kind] of kinds) {
    const { template } = defaulted(strategy, kind, { template: { spec: {} } });
    assert.equal(template.spec.dnsPolicy, 'ClusterFirst', kind);
  }
});

test('a new workload has an empty status', () => {
  const status = (strategy: Strategy, kind: string) => {
    const object = { ...workload(kind, {}), status: { replicas: 9, x: 1 } };
    strategy.prepareForCreate?.(object, context);
    return object.status;
  };
  assert.deepEqual(status(deploymentStrategy, 'Deployment'), {});
  assert.deepEqual(status(replicaSetStrategy, 'ReplicaSet'), { replicas: 0 });
  assert.deepEqual(status(statefulSetStrategy, 'StatefulSet'), { replicas: 0, availableReplicas: 0 });
  assert.deepEqual(status(daemonSetStrategy, 'DaemonSet'), {
    currentNumberScheduled: 0,
    numberMisscheduled: 0,
    desiredNumberScheduled: 0,
    numberReady: 0,
  });
});

const template = {
  metadata: { labels: { a: 'b' } },
  spec: { restartPolicy: 'Always', containers: [{ name: 'a', image: 'i:1', imagePullPolicy: 'Always' }] },
};
const valid = { selector: { matchLabels: { a: 'b' } }, template, strategy: {} };

test('each is checked as a workload, and a Recreate has no rolling update', () => {
  for (const strategy of [deploymentStrategy, replicaSetStrategy, statefulSetStrategy, daemonSetStrategy]) {
    assert.deepEqual(strategy.validate?.(workload('X', valid), context), []);
    assert.equal(strategy.validate?.(workload('X', { strategy: {} }), context).length, 4);
  }
  const check = (strategy: Body) =>
    deploymentStrategy.validate?.(workload('Deployment', { ...valid, strategy }), context);
  assert.deepEqual(check({ type: 'Recreate' }), []);
  assert.deepEqual(check({ type: 'RollingUpdate', rollingUpdate: {} }), []);
  assert.deepEqual(check({ type: 'Recreate', rollingUpdate: {} }), [
    {
      type: 'FieldValueForbidden',
      field: 'spec.strategy.rollingUpdate',
      body: "Forbidden: may not be specified when strategy `type` is 'Recreate'",
    },
  ]);
});

test('the selector stays', () => {
  for (const strategy of [deploymentStrategy, replicaSetStrategy, daemonSetStrategy]) {
    const check = (spec: Body) =>
      strategy.validateUpdate?.(
        workload('X', spec),
        workload('X', { selector: { a: 1 }, replicas: 1 }),
        context,
      );
    assert.deepEqual(check({ selector: { a: 1 }, replicas: 2 }), []);
    assert.deepEqual(
      check({ selector: { a: 2 } })?.map(({ field }) => field),
      ['spec.selector'],
    );
  }
});

test('of a StatefulSet only a few fields change', () => {
  const old = { serviceName: 's', selector: {}, volumeClaimTemplates: [] };
  const check = (change: Body) =>
    statefulSetStrategy
      .validateUpdate?.(workload('X', { ...old, ...change }), workload('X', old), context)
      ?.map(({ field }) => field);
  for (const field of [
    'replicas',
    'ordinals',
    'template',
    'updateStrategy',
    'revisionHistoryLimit',
    'persistentVolumeClaimRetentionPolicy',
    'minReadySeconds',
  ]) {
    assert.deepEqual(check({ [field]: 9 }), [], field);
  }
  for (const field of ['serviceName', 'selector', 'volumeClaimTemplates', 'podManagementPolicy']) {
    assert.deepEqual(check({ [field]: 9 }), ['spec'], field);
  }
});

test('a status of a Deployment brings no labels', () => {
  const object = workload('Deployment', {}, { labels: { a: 'new' } });
  const labels = { a: 'old' };
  deploymentStrategy.prepareForStatusUpdate?.(object, workload('Deployment', {}, { labels }), context);
  assert.equal(object.metadata.labels, labels);
});

test('a DaemonSet still counts its templates in the annotation of the old API', () => {
  const made = workload('DaemonSet', {}, { generation: 1, annotations: { own: 'x' } });
  daemonSetStrategy.setDefaults?.(made);
  assert.deepEqual(made.metadata.annotations, { own: 'x', [GENERATION]: '0' });
  daemonSetStrategy.prepareForCreate?.(made, context);
  assert.deepEqual(made.metadata.annotations, { own: 'x', [GENERATION]: '1' });
  const later = workload('DaemonSet', {}, { generation: 5 });
  daemonSetStrategy.prepareForCreate?.(later, context);
  assert.equal(later.metadata.annotations?.[GENERATION], '5');
  const bare = workload('DaemonSet', {});
  daemonSetStrategy.prepareForCreate?.(bare, context);
  assert.equal(bare.metadata.annotations?.[GENERATION], '1');
  const generation = (spec: Body) => {
    const object = workload('DaemonSet', spec);
    const old = workload('DaemonSet', { template: 1 }, { annotations: { [GENERATION]: '4' } });
    daemonSetStrategy.prepareForUpdate?.(object, old, context);
    return object.metadata.annotations?.[GENERATION];
  };
  assert.equal(generation({ template: 1, other: 2 }), '4');
  assert.equal(generation({ template: 2 }), '5');
});

test('annotations count for the generation of a Deployment, and revisions have none', () => {
  assert.equal(deploymentStrategy.generation, 'spec-or-annotations');
  assert.equal(controllerRevisionStrategy.generation, 'none');
});
