import type { KubeObject } from '@toolcrib/kube';
import { equalJson } from '../apimachinery/json.ts';
import { invalidValue, required } from '../store/meta-rules.ts';
import type { Strategy } from '../store/strategy.ts';
import { byDefault } from './pods/spec-defaults.ts';

export const namespaceStrategy: Strategy = {
  generation: 'none',
  setDefaults(namespace) {
    const { name } = namespace.metadata;
    if (name)
      namespace.metadata.labels = { ...namespace.metadata.labels, 'kubernetes.io/metadata.name': name };
    if (namespace.status) byDefault(namespace.status, 'phase', 'Active');
  },
  prepareForCreate(namespace) {
    const finalizers: string[] = namespace.spec?.finalizers ?? [];
    if (!finalizers.includes('kubernetes')) finalizers.push('kubernetes');
    namespace.spec = { ...namespace.spec, finalizers };
    namespace.status = { phase: 'Active' };
  },
};

export const nodeStrategy: Strategy = {
  generation: 'none',
  prepareForCreate(node, { manager }) {
    // A Node that registers itself or is made by a person waits for its first sign of life (TaintNodesByCondition).
    if (!manager) return;
    const taints: { key: string }[] = node.spec?.taints ?? [];
    const key = 'node.kubernetes.io/not-ready';
    if (taints.some((taint) => taint.key === key)) return;
    node.spec = { ...node.spec, taints: [...taints, { key, effect: 'NoSchedule' }] };
  },
};

const RBAC = 'rbac.authorization.k8s.io';

function defaultSubjects(binding: KubeObject): void {
  if (binding.roleRef && !binding.roleRef.apiGroup) binding.roleRef.apiGroup = RBAC;
  for (const subject of binding.subjects ?? []) {
    if (!subject.apiGroup && (subject.kind === 'User' || subject.kind === 'Group')) subject.apiGroup = RBAC;
  }
}

export const bindingStrategy: Strategy = {
  generation: 'none',
  setDefaults: defaultSubjects,
  validate: ({ roleRef }) => (roleRef?.name ? [] : [required('roleRef.name')]),
  validateUpdate: (object, old) =>
    equalJson(object.roleRef, old.roleRef)
      ? []
      : [invalidValue('roleRef', object.roleRef, 'cannot change roleRef')],
};

/** Stored as protobuf, where an empty list is none. */
function noRules(role: KubeObject): void {
  if (!role.rules?.length) role.rules = null;
}

export const roleStrategy: Strategy = {
  generation: 'none',
  prepareForCreate: noRules,
  prepareForUpdate: noRules,
};

export const priorityClassStrategy: Strategy = {
  generation: 'spec',
  setDefaults: (object) => byDefault(object, 'preemptionPolicy', 'PreemptLowerPriority'),
};
