import type { Body, KubeObject } from '@toolcrib/kube';
import { podFromTemplate } from '../common/pods.ts';
import { TRACKING_FINALIZER } from './tracking.ts';

const INDEX = 'batch.kubernetes.io/job-completion-index';

export function isIndexed(job: KubeObject): boolean {
  return job.spec?.completionMode === 'Indexed';
}

export function indexOf(pod: KubeObject): number {
  const text = pod.metadata.annotations?.[INDEX];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : -1;
}

/** A Pod of the Job, held by the tracking finalizer; `index` for Indexed Jobs only. */
export function jobPod(job: KubeObject, index?: number): KubeObject {
  const pod = podFromTemplate(job.spec?.template, job);
  pod.metadata.finalizers = [...(pod.metadata.finalizers ?? []), TRACKING_FINALIZER];
  if (index === undefined) return pod;
  const { name } = job.metadata;
  pod.metadata.generateName = `${name}-${index}-`;
  pod.metadata.annotations = { ...pod.metadata.annotations, [INDEX]: String(index) };
  pod.metadata.labels = { ...pod.metadata.labels, [INDEX]: String(index) };
  pod.spec.hostname ??= `${name}-${index}`;
  for (const container of [...(pod.spec.initContainers ?? []), ...pod.spec.containers]) {
    addIndexVariable(container);
  }
  return pod;
}

function addIndexVariable(container: Body): void {
  const env: Body[] = container.env ?? [];
  if (env.some((variable) => variable.name === 'JOB_COMPLETION_INDEX')) return;
  const fieldRef = { apiVersion: 'v1', fieldPath: `metadata.labels['${INDEX}']` };
  container.env = [...env, { name: 'JOB_COMPLETION_INDEX', valueFrom: { fieldRef } }];
}

/** Whole numbers as the API writes them: `0-2,5`. */
export function intervals(numbers: Iterable<number>): string {
  const sorted = [...new Set(numbers)].sort((a, b) => a - b);
  const runs: [first: number, last: number][] = [];
  for (const number of sorted) {
    const run = runs.at(-1);
    if (run && number === run[1] + 1) run[1] = number;
    else runs.push([number, number]);
  }
  return runs
    .map(([first, last]) =>
      first === last ? `${first}` : last === first + 1 ? `${first},${last}` : `${first}-${last}`,
    )
    .join(',');
}

/** The inverse of {@link intervals}; what can't be read is left out. */
export function numbersIn(text: string | undefined): number[] {
  return (text ?? '').split(',').flatMap((part) => {
    const [, start, end = start] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? [];
    if (start === undefined) return [];
    const [first, last] = [Number(start), Number(end)];
    return last - first > 100_000 ? [] : Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}
