import type { Body } from '../actor.ts';
import { category } from '../step.ts';
import {
  behaviour,
  cronJob,
  daemonSet,
  deployment,
  job,
  podSpec,
  replicaSet,
  service,
  statefulSet,
} from './objects.ts';
import { atRest, items, lastLine, started } from './states.ts';

const image = (name: string) => ({
  spec: { template: { spec: { containers: [{ name: 'main', image: name }] } } },
});
const template = (app: string, annotations = {}) => ({
  metadata: { labels: { app }, annotations },
  spec: podSpec(),
});

export const scaleAndRollout = category('scale and rollout', {
  'a Deployment comes up': async (t) => {
    await t.post('deployments', deployment('web', 2), { quiet: true });
    await t.settled('deployments', 'web', atRest);
    await t.settled('replicasets', undefined, items(1, atRest));
  },
  'its Pods': async (t) => {
    await started(t, 'deployments', deployment('web', 1));
    await t.settled(
      'pods',
      undefined,
      items(1, (item) => item.status.phase === 'Running' && item.status.conditions.length >= 5),
    );
  },
  'a StatefulSet comes up, one after another': async (t) => {
    await t.post('statefulsets', statefulSet('db', 2), { quiet: true });
    await t.settled('statefulsets', 'db', atRest);
    await t.settled(
      'pods',
      undefined,
      items(2, (item) => item.status.phase === 'Running'),
    );
    await t.settled('controllerrevisions', undefined, items(1));
  },
  'a DaemonSet comes up on every Node': async (t) => {
    await t.post('daemonsets', daemonSet('agent'), { quiet: true });
    await t.settled('daemonsets', 'agent', atRest);
    const pods = await t.until('pods', undefined, items(3));
    t.fact('a Pod’s affinity and tolerations', [
      pods.items[0].spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
        ?.nodeSelectorTerms[0].matchFields[0].key,
      pods.items[0].spec.tolerations,
    ]);
    t.fact('Nodes', new Set(pods.items.map((item: Body) => item.spec.nodeName)).size);
  },
  'the scale subresource reads and writes': async (t) => {
    await started(t, 'deployments', deployment('web', 1));
    const { body } = await t.get('deployments', 'web', { sub: 'scale' });
    await t.put('deployments', 'web', { ...body, spec: { replicas: 2 } }, { sub: 'scale' });
    // The next answer tells how many there are just then.
    await t.until('deployments', 'web', (now) => now.spec.replicas === 2 && atRest(now));
    await t.patch('deployments', 'web', 'merge', { spec: { replicas: 3 } }, { sub: 'scale' });
    await t.until('deployments', 'web', (now) => now.spec.replicas === 3 && atRest(now));
  },
  'scale: negative, and of the wrong kind': async (t) => {
    await t.post('deployments', deployment('web', 0), { quiet: true });
    await t.patch('deployments', 'web', 'merge', { spec: { replicas: -1 } }, { sub: 'scale' });
    await t.patch('deployments', 'none', 'merge', { spec: { replicas: 1 } }, { sub: 'scale' });
  },
  'a new image: the old ReplicaSet stays at 0': async (t) => {
    await started(t, 'deployments', deployment('web', 2));
    await t.patch('deployments', 'web', 'strategic', image('other:2'), { quiet: true });
    await t.until('deployments', 'web', atRest);
    const sets = await t.until(
      'replicasets',
      undefined,
      (list) =>
        list.items.length === 2 &&
        list.items.some((item: Body) => item.spec.replicas === 0 && item.status.replicas === 0),
    );
    t.fact(
      'ReplicaSets',
      sets.items.map((item: Body) => [item.spec.replicas, item.metadata.annotations]).sort(),
    );
  },
  'a rollout that can’t come up: maxSurge and maxUnavailable hold': async (t) => {
    await started(t, 'deployments', deployment('web', 4, { progressDeadlineSeconds: 600 }));
    await t.patch(
      'deployments',
      'web',
      'strategic',
      { spec: { template: { metadata: { annotations: behaviour({ ready: false }) } } } },
      { quiet: true },
    );
    const stuck = await t.until(
      'deployments',
      'web',
      (now) =>
        now.status.observedGeneration === now.metadata.generation &&
        now.status.updatedReplicas === 2 &&
        now.status.replicas === 5 &&
        now.status.availableReplicas === 3,
    );
    t.fact('status', {
      replicas: stuck.status.replicas,
      updated: stuck.status.updatedReplicas,
      available: stuck.status.availableReplicas,
      unavailable: stuck.status.unavailableReplicas,
    });
  },
  'undo goes back to the old template': async (t) => {
    await started(t, 'deployments', deployment('web', 1));
    await t.patch('deployments', 'web', 'strategic', image('other:2'), { quiet: true });
    await t.until('deployments', 'web', atRest);
    await t.kubectl('rollout undo deployment/web');
    await t.until(
      'deployments',
      'web',
      (now) => now.spec.template.spec.containers[0].image !== 'other:2' && atRest(now),
    );
    await t.kubectl('rollout history deployment/web');
  },
  'paused: no rollout': async (t) => {
    await started(t, 'deployments', deployment('web', 1));
    await t.kubectl('rollout pause deployment/web');
    await t.patch('deployments', 'web', 'strategic', image('other:2'), { quiet: true });
    const paused = await t.until(
      'deployments',
      'web',
      (now) =>
        now.status.observedGeneration === now.metadata.generation &&
        now.status.conditions.some((one: Body) => one.reason === 'DeploymentPaused'),
    );
    t.fact('status', [
      paused.status.updatedReplicas,
      paused.status.conditions.find((one: Body) => one.type === 'Progressing')?.message,
    ]);
    await t.kubectl('rollout resume deployment/web');
    t.fact('last line', await lastLine(t, 'rollout status deployment/web --timeout=30s'));
  },
  'Recreate stops the old ones first': async (t) => {
    await started(t, 'deployments', deployment('web', 2, { strategy: { type: 'Recreate' } }));
    await t.patch('deployments', 'web', 'strategic', image('other:2'), { quiet: true });
    const done = await t.until('deployments', 'web', atRest);
    t.fact('status', done.status.replicas);
  },
  'a StatefulSet rolls its Pods, the last one first': async (t) => {
    await started(t, 'statefulsets', statefulSet('db', 2));
    await t.patch('statefulsets', 'db', 'strategic', image('other:2'), { quiet: true });
    await t.settled(
      'statefulsets',
      'db',
      (now) =>
        (atRest(now) && now.status.observedGeneration === 2 && now.status.updatedReplicas === undefined) ||
        (atRest(now) && now.status.updatedReplicas === 2),
    );
    const pods = await t.until(
      'pods',
      undefined,
      items(2, (item) => item.spec.containers[0].image === 'other:2'),
    );
    t.fact(
      'images',
      pods.items.map((item: Body) => item.spec.containers[0].image),
    );
    const { body } = await t.get('controllerrevisions', undefined, { quiet: true });
    t.fact('revisions', body.items.map((item: Body) => item.revision).sort());
  },
  'a partition keeps the first ones': async (t) => {
    await started(
      t,
      'statefulsets',
      statefulSet('db', 2, { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } } }),
    );
    await t.patch('statefulsets', 'db', 'strategic', image('other:2'), { quiet: true });
    const set = await t.until(
      'statefulsets',
      'db',
      (now) =>
        now.status.updatedReplicas === 1 &&
        now.status.readyReplicas === 2 &&
        now.status.availableReplicas === 2 &&
        now.status.currentRevision !== now.status.updateRevision &&
        now.status.currentReplicas === 1,
    );
    t.fact('status', { current: set.status.currentReplicas, updated: set.status.updatedReplicas });
    const pods = await t.until('pods', undefined, items(2));
    t.fact(
      'images',
      pods.items.map((item: Body) => item.spec.containers[0].image),
    );
  },
  'OnDelete waits for a person': async (t) => {
    await started(t, 'statefulsets', statefulSet('db', 1, { updateStrategy: { type: 'OnDelete' } }));
    await t.patch('statefulsets', 'db', 'strategic', image('other:2'), { quiet: true });
    await t.until(
      'statefulsets',
      'db',
      (now) =>
        now.status.observedGeneration === 2 && now.status.currentRevision !== now.status.updateRevision,
    );
    const before = await t.until('pods', undefined, items(1));
    t.fact('image', before.items[0].spec.containers[0].image);
    await t.delete('pods', 'db-0', undefined, { quiet: true });
    const after = await t.until(
      'pods',
      'db-0',
      (now) => now.status.phase === 'Running' && now.metadata.uid !== before.items[0].metadata.uid,
    );
    t.fact('image afterwards', after.spec.containers[0].image);
  },
  'a StatefulSet shrinks from its end': async (t) => {
    await started(t, 'statefulsets', statefulSet('db', 3, { podManagementPolicy: 'Parallel' }));
    await t.patch('statefulsets', 'db', 'merge', { spec: { replicas: 1 } }, { quiet: true });
    const pods = await t.until('pods', undefined, items(1));
    t.fact('left', pods.items[0].metadata.name);
    await t.settled('statefulsets', 'db', (now) => atRest(now) && now.status.currentReplicas === 1);
  },
  'a ReplicaSet replaces a Pod that was deleted': async (t) => {
    await started(t, 'replicasets', replicaSet('web', 1));
    const before = await t.until('pods', undefined, items(1));
    await t.delete('pods', before.items[0].metadata.name, undefined, { quiet: true });
    const after = await t.until(
      'pods',
      undefined,
      items(
        1,
        (item) => item.status.phase === 'Running' && item.metadata.uid !== before.items[0].metadata.uid,
      ),
    );
    t.fact('another', after.items.length);
  },
  'a Job completes': async (t) => {
    await t.post('jobs', job('one', {}, behaviour({ runs: 'a moment' })), { quiet: true });
    await t.settled('jobs', 'one', (now) =>
      now.status.conditions?.some((one: Body) => one.type === 'Complete' && one.status === 'True'),
    );
  },
  'a Job fails at its backoff limit': async (t) => {
    await t.post('jobs', job('one', { backoffLimit: 0 }, behaviour({ runs: 'a moment', exit: 3 })), {
      quiet: true,
    });
    await t.settled('jobs', 'one', (now) =>
      now.status.conditions?.some((one: Body) => one.type === 'Failed' && one.status === 'True'),
    );
  },
  'a Job is suspended and resumed': async (t) => {
    await t.post('jobs', job('one', { suspend: true }, behaviour({ runs: 'a moment' })), { quiet: true });
    await t.settled('jobs', 'one', (now) =>
      now.status.conditions?.some((one: Body) => one.type === 'Suspended' && one.status === 'True'),
    );
    await t.patch('jobs', 'one', 'merge', { spec: { suspend: false } }, { quiet: true });
    await t.settled('jobs', 'one', (now) =>
      now.status.conditions?.some((one: Body) => one.type === 'Complete' && one.status === 'True'),
    );
  },
  'a CronJob started by hand': async (t) => {
    await t.post('cronjobs', cronJob('tick', { suspend: true }), { quiet: true });
    await t.kubectl('create job one --from=cronjob/tick');
    const one = await t.until('jobs', 'one', (now) =>
      now.status.conditions?.some((condition: Body) => condition.type === 'Complete'),
    );
    t.fact('owner and annotations', [one.metadata.ownerReferences, one.metadata.annotations]);
  },
  'endpoints follow the Pods that are ready': async (t) => {
    await t.post('services', service('web'), { quiet: true });
    await started(t, 'deployments', deployment('web', 2));
    const ready = (list: Body) => list.items[0].endpoints.filter((one: Body) => one.conditions.ready);
    const slices = await t.until(
      'endpointslices',
      undefined,
      (list) => list.items.length === 1 && ready(list).length === 2,
    );
    t.fact('ports and labels', [
      slices.items[0].ports,
      slices.items[0].metadata.labels,
      slices.items[0].metadata.ownerReferences?.[0].kind,
    ]);
    await t.patch('deployments', 'web', 'merge', { spec: { replicas: 0 } }, { quiet: true });
    await t.until('endpointslices', undefined, (list) => (list.items[0].endpoints ?? []).length === 0);
    t.fact('empty', true);
  },
  'an unready Pod is no endpoint': async (t) => {
    await t.post('services', service('web'), { quiet: true });
    await t.post(
      'deployments',
      deployment('web', 1, { template: template('web', behaviour({ ready: false })) }),
      { quiet: true },
    );
    const slices = await t.until(
      'endpointslices',
      undefined,
      (list) => list.items[0]?.endpoints?.length === 1,
    );
    t.fact('conditions', slices.items[0].endpoints[0].conditions);
  },
});
