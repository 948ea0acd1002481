import type { Body } from '@toolcrib/kube';
import type { Cells } from './column.ts';
import { age, formatLabels, formatSelector, humanDuration, NONE } from './column.ts';

function containers(template: Body): [string, string] {
  const all: Body[] = template?.spec?.containers ?? [];
  return [all.map(({ name }) => name).join(','), all.map(({ image }) => image).join(',')];
}

export const deploymentCells: Cells = ({ metadata, spec, status = {} }, now) => [
  metadata.name,
  `${status.readyReplicas ?? 0}/${spec.replicas ?? 0}`,
  status.updatedReplicas ?? 0,
  status.availableReplicas ?? 0,
  age(metadata.creationTimestamp, now),
  ...containers(spec.template),
  formatSelector(spec.selector),
];

export const replicaSetCells: Cells = ({ metadata, spec, status = {} }, now) => [
  metadata.name,
  spec.replicas ?? 0,
  status.replicas ?? 0,
  status.readyReplicas ?? 0,
  age(metadata.creationTimestamp, now),
  ...containers(spec.template),
  formatSelector(spec.selector),
];

export const statefulSetCells: Cells = ({ metadata, spec, status = {} }, now) => [
  metadata.name,
  `${status.readyReplicas ?? 0}/${spec.replicas ?? 0}`,
  age(metadata.creationTimestamp, now),
  ...containers(spec.template),
];

export const daemonSetCells: Cells = ({ metadata, spec, status = {} }, now) => [
  metadata.name,
  status.desiredNumberScheduled ?? 0,
  status.currentNumberScheduled ?? 0,
  status.numberReady ?? 0,
  status.updatedNumberScheduled ?? 0,
  status.numberAvailable ?? 0,
  formatLabels(spec.template?.spec?.nodeSelector),
  age(metadata.creationTimestamp, now),
  ...containers(spec.template),
  formatSelector(spec.selector),
];

export const controllerRevisionCells: Cells = ({ metadata, revision }, now) => {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller);
  const group = owner?.apiVersion.includes('/') ? `.${owner.apiVersion.split('/')[0]}` : '';
  return [
    metadata.name,
    owner ? `${owner.kind.toLowerCase()}${group}/${owner.name}` : NONE,
    revision ?? 0,
    age(metadata.creationTimestamp, now),
  ];
};

const JOB_STATES: [string, string][] = [
  ['Suspended', 'Suspended'],
  ['FailureTarget', 'FailureTarget'],
  ['SuccessCriteriaMet', 'SuccessCriteriaMet'],
];

export const jobCells: Cells = ({ metadata, spec, status = {} }, now) => {
  const has = (type: string) =>
    (status.conditions ?? []).some((item: Body) => item.type === type && item.status === 'True');
  const succeeded = status.succeeded ?? 0;
  const wanted = spec.completions ?? ((spec.parallelism ?? 0) > 1 ? `1 of ${spec.parallelism}` : 1);
  const state = has('Complete')
    ? 'Complete'
    : has('Failed')
      ? 'Failed'
      : metadata.deletionTimestamp !== undefined
        ? 'Terminating'
        : (JOB_STATES.find(([type]) => has(type))?.[1] ?? 'Running');
  const end = status.completionTime ? Date.parse(status.completionTime) : now;
  return [
    metadata.name,
    state,
    `${succeeded}/${wanted}`,
    status.startTime ? humanDuration(end - Date.parse(status.startTime)) : '',
    age(metadata.creationTimestamp, now),
    ...containers(spec.template),
    formatSelector(spec.selector),
  ];
};

export const cronJobCells: Cells = ({ metadata, spec, status = {} }, now) => [
  metadata.name,
  spec.schedule,
  spec.timeZone ?? NONE,
  spec.suspend === undefined ? '<unset>' : spec.suspend ? 'True' : 'False',
  (status.active ?? []).length,
  status.lastScheduleTime ? age(status.lastScheduleTime, now) : NONE,
  age(metadata.creationTimestamp, now),
  ...containers(spec.jobTemplate?.spec?.template),
  formatSelector(spec.jobTemplate?.spec?.selector),
];
