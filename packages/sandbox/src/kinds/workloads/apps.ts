import type { Body, KubeObject } from '@toolcrib/kube';
import { equalJson } from '../../apimachinery/json.ts';
import { forbiddenField } from '../../store/meta-rules.ts';
import type { Strategy } from '../../store/strategy.ts';
import { byDefault, defaultPodSpec } from '../pods/spec-defaults.ts';
import { immutable, validateWorkload } from './selector.ts';

const HISTORY = 10;

function defaultTemplate({ spec }: KubeObject): void {
  if (spec.template?.spec) defaultPodSpec(spec.template.spec);
}

function clearStatus(object: KubeObject): void {
  object.status = object.kind === 'Deployment' ? {} : { replicas: 0 };
  if (object.kind === 'StatefulSet') object.status.availableReplicas = 0;
}

export const deploymentStrategy: Strategy = {
  // Annotations count too: the rollout's revision and change cause stand there.
  generation: 'spec-or-annotations',
  setDefaults(object) {
    const { spec } = object;
    defaultTemplate(object);
    byDefault(spec, 'replicas', 1);
    byDefault(spec, 'strategy', {});
    byDefault(spec.strategy, 'type', 'RollingUpdate');
    if (spec.strategy.type === 'RollingUpdate') {
      byDefault(spec.strategy, 'rollingUpdate', {});
      byDefault(spec.strategy.rollingUpdate, 'maxUnavailable', '25%');
      byDefault(spec.strategy.rollingUpdate, 'maxSurge', '25%');
    }
    byDefault(spec, 'revisionHistoryLimit', HISTORY);
    byDefault(spec, 'progressDeadlineSeconds', 600);
  },
  prepareForCreate: clearStatus,
  validate(object) {
    const faults = validateWorkload(object);
    const { strategy } = object.spec;
    if (strategy.type === 'Recreate' && strategy.rollingUpdate) {
      faults.push(
        forbiddenField(
          'spec.strategy.rollingUpdate',
          "may not be specified when strategy `type` is 'Recreate'",
        ),
      );
    }
    return faults;
  },
  validateUpdate: (object, old) => immutable(object, old, ['selector']),
  prepareForStatusUpdate(object, old) {
    object.metadata.labels = old.metadata.labels;
  },
};

export const replicaSetStrategy: Strategy = {
  setDefaults(object) {
    defaultTemplate(object);
    byDefault(object.spec, 'replicas', 1);
  },
  prepareForCreate: clearStatus,
  validate: validateWorkload,
  validateUpdate: (object, old) => immutable(object, old, ['selector']),
};

const STATEFUL_MUTABLE = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
];

export const statefulSetStrategy: Strategy = {
  setDefaults(object) {
    const { spec } = object;
    defaultTemplate(object);
    byDefault(spec, 'podManagementPolicy', 'OrderedReady');
    byDefault(spec, 'updateStrategy', {});
    if (!spec.updateStrategy.type) {
      spec.updateStrategy.type = 'RollingUpdate';
      byDefault(spec.updateStrategy, 'rollingUpdate', {});
    }
    if (spec.updateStrategy.rollingUpdate) byDefault(spec.updateStrategy.rollingUpdate, 'partition', 0);
    byDefault(spec, 'persistentVolumeClaimRetentionPolicy', {});
    byDefault(spec.persistentVolumeClaimRetentionPolicy, 'whenDeleted', 'Retain');
    byDefault(spec.persistentVolumeClaimRetentionPolicy, 'whenScaled', 'Retain');
    byDefault(spec, 'replicas', 1);
    byDefault(spec, 'revisionHistoryLimit', HISTORY);
    for (const claim of spec.volumeClaimTemplates ?? []) defaultClaimTemplate(claim);
  },
  prepareForCreate: clearStatus,
  validate: validateWorkload,
  validateUpdate(object, old) {
    const rest = ({ spec }: KubeObject) =>
      Object.fromEntries(Object.entries(spec).filter(([field]) => !STATEFUL_MUTABLE.includes(field)));
    if (equalJson(rest(object), rest(old))) return [];
    return [
      forbiddenField(
        'spec',
        "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
      ),
    ];
  },
};

function defaultClaimTemplate(claim: Body): void {
  claim.apiVersion = 'v1';
  claim.kind = 'PersistentVolumeClaim';
  byDefault(claim, 'status', {});
  byDefault(claim.status, 'phase', 'Pending');
  byDefault(claim.spec, 'volumeMode', 'Filesystem');
}

// Users of the old API saw the template's generation here; the server still writes it (apps/v1 conversion).
const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

function templateGeneration({ metadata }: KubeObject): number {
  return Number(metadata.annotations?.[TEMPLATE_GENERATION] ?? 0);
}

function setTemplateGeneration({ metadata }: KubeObject, generation: number): void {
  metadata.annotations = { ...metadata.annotations, [TEMPLATE_GENERATION]: String(generation) };
}

export const daemonSetStrategy: Strategy = {
  setDefaults(object) {
    const { spec } = object;
    defaultTemplate(object);
    byDefault(spec, 'updateStrategy', {});
    byDefault(spec.updateStrategy, 'type', 'RollingUpdate');
    if (spec.updateStrategy.type === 'RollingUpdate') {
      byDefault(spec.updateStrategy, 'rollingUpdate', {});
      byDefault(spec.updateStrategy.rollingUpdate, 'maxUnavailable', 1);
      byDefault(spec.updateStrategy.rollingUpdate, 'maxSurge', 0);
    }
    byDefault(spec, 'revisionHistoryLimit', HISTORY);
    setTemplateGeneration(object, templateGeneration(object));
  },
  prepareForCreate(object) {
    object.status = {
      currentNumberScheduled: 0,
      numberMisscheduled: 0,
      desiredNumberScheduled: 0,
      numberReady: 0,
    };
    setTemplateGeneration(object, object.metadata.generation ?? 1);
  },
  prepareForUpdate(object, old) {
    const before = templateGeneration(old);
    const changed = !equalJson(object.spec.template, old.spec.template);
    setTemplateGeneration(object, changed ? before + 1 : before);
  },
  validate: validateWorkload,
  validateUpdate: (object, old) => immutable(object, old, ['selector']),
};

export const controllerRevisionStrategy: Strategy = { generation: 'none' };
