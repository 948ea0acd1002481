import type { Body } from '@toolcrib/kube';
import type { FieldFault } from '../../apimachinery/api-error.ts';
import { required } from '../../store/meta-rules.ts';
import type { Strategy } from '../../store/strategy.ts';
import { byDefault, defaultPodSpec } from '../pods/spec-defaults.ts';
import { validatePodSpec } from '../pods/validate-spec.ts';
import { immutable, notNegative } from './selector.ts';

function defaultJobSpec(spec: Body): void {
  if (spec.template?.spec) defaultPodSpec(spec.template.spec);
}

/** A generated selector: the Job's own UID, on the selector and on the template (registry/batch/job). */
function generateSelector(spec: Body, name: string, uid: string): void {
  if (spec.manualSelector) return;
  const template = spec.template;
  template.metadata = template.metadata ?? {};
  template.metadata.labels = {
    ...template.metadata.labels,
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'job-name': name,
  };
  spec.selector = {
    ...spec.selector,
    matchLabels: { ...spec.selector?.matchLabels, 'batch.kubernetes.io/controller-uid': uid },
  };
}

function jobRestartPolicy(template: Body, path: string): FieldFault[] {
  const policy = template?.spec?.restartPolicy;
  if (policy === 'Never' || policy === 'OnFailure') return [];
  return [required(`${path}.spec.restartPolicy`, 'valid values: "OnFailure", "Never"')];
}

export const jobStrategy: Strategy = {
  setDefaults(object) {
    const { spec } = object;
    defaultJobSpec(spec);
    if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1;
    byDefault(spec, 'parallelism', 1);
    byDefault(spec, 'backoffLimit', spec.backoffLimitPerIndex === undefined ? 6 : 2147483647);
    byDefault(spec, 'completionMode', 'NonIndexed');
    byDefault(spec, 'suspend', false);
    byDefault(spec, 'podReplacementPolicy', spec.podFailurePolicy ? 'Failed' : 'TerminatingOrFailed');
    byDefault(spec, 'manualSelector', false);
    const labels = spec.template?.metadata?.labels;
    if (labels && Object.keys(object.metadata.labels ?? {}).length === 0)
      object.metadata.labels = { ...labels };
  },
  prepareForCreate(object) {
    generateSelector(object.spec, object.metadata.name, object.metadata.uid ?? '');
    object.metadata.labels = { ...object.spec.template.metadata.labels, ...object.metadata.labels };
    object.status = {};
  },
  validate: ({ spec }) => [
    ...notNegative(spec, ['parallelism', 'completions', 'backoffLimit', 'activeDeadlineSeconds']),
    ...validatePodSpec(spec.template?.spec ?? {}, 'spec.template.spec'),
    ...jobRestartPolicy(spec.template, 'spec.template'),
  ],
  validateUpdate: (object, old) =>
    immutable(object, old, [
      ...(object.spec.completionMode === 'Indexed' ? [] : ['completions']),
      'selector',
      ...(old.spec.suspend === true ? [] : ['template']),
      'completionMode',
    ]),
};

export const cronJobStrategy: Strategy = {
  setDefaults({ spec }) {
    if (spec.jobTemplate?.spec) defaultJobSpec(spec.jobTemplate.spec);
    byDefault(spec, 'concurrencyPolicy', 'Allow');
    byDefault(spec, 'suspend', false);
    byDefault(spec, 'successfulJobsHistoryLimit', 3);
    byDefault(spec, 'failedJobsHistoryLimit', 1);
  },
  prepareForCreate(object) {
    object.status = {};
  },
  validate({ spec }) {
    const template = spec.jobTemplate?.spec?.template;
    const faults = jobRestartPolicy(template, 'spec.jobTemplate.spec.template');
    if (!spec.schedule) faults.push(required('spec.schedule'));
    return [...faults, ...validatePodSpec(template?.spec ?? {}, 'spec.jobTemplate.spec.template.spec')];
  },
};
