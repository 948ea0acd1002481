import assert from 'node:assert/strict';
import type { Body, KubeObject } from '@toolcrib/kube';
import { JOBS, PODS } from '../../common/types.ts';
import { quietCluster, startAlone } from '../../testing/alone.ts';
import { labelled } from '../../testing/cluster.ts';
import { jobController } from '../job.ts';
import { indexOf } from '../job-pods.ts';

/** A Job `work` and its controller alone, from 10:00:05 on; what its Pods do a test says. It stands at 10:00:10. */
export function playedJob(spec: Body = {}, restartPolicy = 'Never', status?: Body) {
  const cluster = quietCluster();
  const { store, clock } = cluster;
  const pod = labelled('job');
  store.create(JOBS, {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'work', namespace: 'shop' },
    spec: { template: { ...pod, spec: { ...pod.spec, restartPolicy } }, ...spec },
  });
  const setStatus = (type: typeof JOBS, name: string, more: Body) =>
    store.modify(type, 'shop', name, (fresh) => void (fresh.status = { ...fresh.status, ...more }), {
      subresource: 'status',
    });
  if (status) setStatus(JOBS, 'work', status);
  startAlone(cluster, jobController);
  const settle = () => clock.advance(0);
  const says = (name: string, more: Body) => {
    setStatus(PODS, name, more);
    settle();
  };
  const live = () =>
    cluster.pods().filter(({ status: { phase } }) => phase === 'Pending' || phase === 'Running');
  return {
    cluster,
    settle,
    says,
    /** Pods that wait or run, those on their way out too. */
    live,
    names: () => live().map((item: KubeObject) => item.metadata.name),
    indexes: () => live().map(indexOf).sort(),
    /** The Pod ends now. */
    ends(name: string, phase: 'Succeeded' | 'Failed') {
      const finishedAt = new Date(clock.now()).toISOString();
      says(name, { phase, containerStatuses: [{ name: 'main', state: { terminated: { finishedAt } } }] });
    },
    /** Keeps a Pod that is deleted from going at once. */
    hold: (name: string) =>
      store.modify(PODS, 'shop', name, ({ metadata }) => {
        metadata.finalizers = [...(metadata.finalizers ?? []), 'example.com/hold'];
      }),
    letGo(name: string) {
      store.modify(PODS, 'shop', name, ({ metadata }) => {
        metadata.finalizers = (metadata.finalizers ?? []).filter((item) => item !== 'example.com/hold');
      });
      settle();
    },
    remove(name: string) {
      store.delete(PODS, 'shop', name);
      settle();
    },
    edit(change: (job: KubeObject) => void) {
      store.modify(JOBS, 'shop', 'work', change);
      settle();
    },
    status: () => cluster.get(JOBS, 'work').status,
    /** The conditions that are true, with their reasons. */
    conditions: () =>
      (cluster.get(JOBS, 'work').status.conditions ?? [])
        .filter((item: Body) => item.status === 'True')
        .map((item: Body) => `${item.type} ${item.reason}: ${item.message}`),
    told: () =>
      cluster
        .events('work')
        .filter(({ reason }) => !/^Successful/.test(reason))
        .map(({ type, reason, message }) => `${type} ${reason}: ${message}`),
  };
}

/** The names, which must be as many. */
export function some<const N extends number>(
  names: string[],
  count: N,
): string[] & { 0: string; 1: string; 2: string } {
  assert.equal(names.length, count);
  return names as string[] & { 0: string; 1: string; 2: string };
}
