import type { Body } from '@toolcrib/kube';
import type { Cells } from './column.ts';
import { age, NONE, UNKNOWN, UNSET } from './column.ts';

const ROLE = 'node-role.kubernetes.io/';

export const nodeCells: Cells = ({ metadata, spec = {}, status = {} }, now) => {
  const ready = (status.conditions ?? []).find(({ type }: Body) => type === 'Ready');
  const states = [ready ? (ready.status === 'True' ? 'Ready' : 'NotReady') : 'Unknown'];
  if (spec.unschedulable) states.push('SchedulingDisabled');
  const roles = Object.entries(metadata.labels ?? {})
    .map(([key, value]) =>
      key.startsWith(ROLE) ? key.slice(ROLE.length) : key === 'kubernetes.io/role' ? value : '',
    )
    .filter((role) => role !== '')
    .sort();
  const address = (wanted: string) =>
    (status.addresses ?? []).find(({ type }: Body) => type === wanted)?.address ?? NONE;
  const info = status.nodeInfo ?? {};
  return [
    metadata.name,
    states.join(','),
    roles.length > 0 ? [...new Set(roles)].join(',') : NONE,
    age(metadata.creationTimestamp, now),
    info.kubeletVersion ?? '',
    address('InternalIP'),
    address('ExternalIP'),
    info.osImage || UNKNOWN,
    info.kernelVersion || UNKNOWN,
    info.containerRuntimeVersion || UNKNOWN,
  ];
};

export const namespaceCells: Cells = ({ metadata, status = {} }, now) => [
  metadata.name,
  status.phase ?? '',
  age(metadata.creationTimestamp, now),
];

export const eventCells: Cells = (event, now) => {
  const { metadata, involvedObject = {}, source = {}, series } = event;
  const first = age(event.firstTimestamp || event.eventTime, now);
  const last = series
    ? age(series.lastObservedTime, now)
    : event.lastTimestamp
      ? age(event.lastTimestamp, now)
      : first;
  const kind = (involvedObject.kind ?? '').toLowerCase();
  const component = source.component || event.reportingComponent || '';
  const host = source.host || event.reportingInstance || '';
  return [
    last,
    event.type ?? '',
    event.reason ?? '',
    involvedObject.name ? `${kind}/${involvedObject.name}` : kind,
    involvedObject.fieldPath ?? '',
    host ? `${component}, ${host}` : component,
    (event.message ?? '').trim(),
    first,
    series?.count ?? (event.count || 1),
    metadata.name,
  ];
};

export const configMapCells: Cells = ({ metadata, data = {}, binaryData = {} }, now) => [
  metadata.name,
  Object.keys(data).length + Object.keys(binaryData).length,
  age(metadata.creationTimestamp, now),
];

export const secretCells: Cells = ({ metadata, type, data = {} }, now) => [
  metadata.name,
  type,
  Object.keys(data).length,
  age(metadata.creationTimestamp, now),
];

export const serviceAccountCells: Cells = ({ metadata }, now) => [
  metadata.name,
  age(metadata.creationTimestamp, now),
];

export const podTemplateCells: Cells = ({ metadata, template }) => {
  const containers: Body[] = template?.spec?.containers ?? [];
  const labels = Object.entries(template?.metadata?.labels ?? {}).map(([key, value]) => `${key}=${value}`);
  return [
    metadata.name,
    containers.map(({ name }) => name).join(','),
    containers.map(({ image }) => image).join(','),
    labels.length > 0 ? labels.sort().join(',') : NONE,
  ];
};

export const budgetCells: Cells = ({ metadata, spec, status = {} }, now) => [
  metadata.name,
  spec.minAvailable === undefined ? 'N/A' : String(spec.minAvailable),
  spec.maxUnavailable === undefined ? 'N/A' : String(spec.maxUnavailable),
  status.disruptionsAllowed ?? 0,
  age(metadata.creationTimestamp, now),
];

function metricText({ type, resource, pods, containerResource }: Body, at: number, statuses: Body[]): string {
  const source = resource ?? containerResource;
  if (source) {
    const current = statuses[at]?.[type === 'Resource' ? 'resource' : 'containerResource']?.current;
    if (source.target?.averageValue)
      return `${source.name}: ${current?.averageValue ?? UNKNOWN}/${source.target.averageValue}`;
    const now = current?.averageUtilization === undefined ? UNKNOWN : `${current.averageUtilization}%`;
    const target =
      source.target?.averageUtilization === undefined ? '<auto>' : `${source.target.averageUtilization}%`;
    return `${source.name}: ${now}/${target}`;
  }
  if (pods)
    return `${statuses[at]?.pods?.current?.averageValue ?? UNKNOWN}/${pods.target?.averageValue ?? ''}`;
  return '<unknown type>';
}

export const autoscalerCells: Cells = ({ metadata, spec, status = {} }, now) => {
  const metrics: Body[] = spec.metrics ?? [];
  const texts = metrics.map((metric, at) => metricText(metric, at, status.currentMetrics ?? []));
  const shown = texts.slice(0, 2).join(', ');
  return [
    metadata.name,
    `${spec.scaleTargetRef?.kind}/${spec.scaleTargetRef?.name}`,
    texts.length === 0 ? NONE : texts.length > 2 ? `${shown} + ${texts.length - 2} more...` : shown,
    spec.minReplicas === undefined ? UNSET : String(spec.minReplicas),
    spec.maxReplicas ?? 0,
    status.currentReplicas ?? 0,
    age(metadata.creationTimestamp, now),
  ];
};

export const roleBindingCells: Cells = ({ metadata, roleRef, subjects }, now) => {
  const of = (kind: string) => ((subjects ?? []) as Body[]).filter((subject) => subject.kind === kind);
  return [
    metadata.name,
    `${roleRef?.kind}/${roleRef?.name}`,
    age(metadata.creationTimestamp, now),
    of('User')
      .map(({ name }) => name)
      .join(', '),
    of('Group')
      .map(({ name }) => name)
      .join(', '),
    of('ServiceAccount')
      .map(({ name, namespace }) => `${namespace}/${name}`)
      .join(', '),
  ];
};

export const leaseCells: Cells = ({ metadata, spec }, now) => [
  metadata.name,
  spec?.holderIdentity ?? '',
  age(metadata.creationTimestamp, now),
];

export const priorityClassCells: Cells = (object, now) => [
  object.metadata.name,
  object.value ?? 0,
  object.globalDefault ?? false,
  age(object.metadata.creationTimestamp, now),
  object.preemptionPolicy ?? '',
];

export const quotaCells: Cells = ({ metadata, status = {} }, now) => {
  const names = Object.keys(status.hard ?? {}).sort();
  const text = (chosen: string[]) =>
    chosen.map((name) => `${name}: ${status.used?.[name] ?? '0'}/${status.hard[name]}`).join(', ');
  const isLimit = (name: string) => name.startsWith('limits.');
  return [
    metadata.name,
    text(names.filter((name) => !isLimit(name))),
    text(names.filter(isLimit)),
    age(metadata.creationTimestamp, now),
  ];
};
