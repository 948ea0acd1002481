import type { Body, KubeObject } from '@toolcrib/kube';
import { CRON_JOBS, JOBS } from '../../common/types.ts';
import { quietCluster, startAlone } from '../../testing/alone.ts';
import { labelled, type TestCluster } from '../../testing/cluster.ts';
import { cronJobController } from '../cronjob.ts';

export function template(annotations: Record<string, string> = {}): Body {
  const { spec } = labelled('job');
  return { metadata: { labels: { app: 'job' }, annotations }, spec: { ...spec, restartPolicy: 'Never' } };
}

export function createCronJob(cluster: TestCluster, spec: Body = {}): KubeObject {
  return cluster.store.create(CRON_JOBS, {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'nightly', namespace: 'shop' },
    spec: { schedule: '*/5 * * * *', jobTemplate: { spec: { template: template() } }, ...spec },
  });
}

export const jobs = (cluster: TestCluster) => cluster.store.list(JOBS, { namespace: 'shop' });

export const MINUTE = 60;

/** The controller of CronJobs alone: what becomes of its Jobs a test says. It begins at 10:00:10. */
export function played(spec: Body = {}, edit: (cluster: TestCluster) => void = () => {}) {
  const cluster = quietCluster();
  createCronJob(cluster, spec);
  edit(cluster);
  startAlone(cluster, cronJobController);
  const nameAt = (time: string) => `nightly-${Date.parse(`2026-11-02T${time}:00Z`) / 60_000}`;
  const says = (name: string, status: Body) => {
    cluster.store.modify(JOBS, 'shop', name, (job) => void (job.status = { ...job.status, ...status }), {
      subresource: 'status',
    });
    cluster.clock.advance(0);
  };
  const ended = (name: string, type: 'Complete' | 'Failed', more: Body = {}) =>
    says(name, { conditions: [{ type, status: 'True' }], ...more });
  const status = () => cluster.get(CRON_JOBS, 'nightly').status;
  const active = () => (status().active ?? []).map((ref: { name: string }) => ref.name);
  const told = () =>
    cluster.events('nightly').map(({ type, reason, message }) => `${type} ${reason}: ${message}`);
  const minutes = (count: number) => cluster.settle(count * MINUTE);
  return { cluster, nameAt, says, ended, status, active, told, minutes };
}
