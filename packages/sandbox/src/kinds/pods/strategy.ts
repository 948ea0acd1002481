import type { Body, KubeObject } from '@toolcrib/kube';
import type { FieldFault } from '../../apimachinery/api-error.ts';
import { cloneJson, equalJson } from '../../apimachinery/json.ts';
import { forbiddenField } from '../../store/meta-rules.ts';
import type { Strategy } from '../../store/strategy.ts';
import { admitPod } from './admission.ts';
import { qosClass } from './quality.ts';
import { byDefault, defaultPodSpec } from './spec-defaults.ts';
import { validatePodSpec } from './validate-spec.ts';

const MUTABLE =
  '`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

export const podStrategy: Strategy = {
  uncounted: ['nodeName'],
  setDefaults(pod) {
    defaultPodSpec(pod.spec);
    byDefault(pod.spec, 'enableServiceLinks', true);
    for (const field of ['initContainers', 'containers']) {
      for (const { resources = {} } of pod.spec[field] ?? []) {
        if (resources.limits) resources.requests = { ...resources.limits, ...resources.requests };
      }
    }
  },
  prepareForCreate(pod, context) {
    pod.status = { phase: 'Pending', qosClass: qosClass(pod.spec) };
    admitPod(pod, context);
  },
  prepareForStatusUpdate(pod, old) {
    // Old kubelets corrupt owner references; the class of service is set once.
    pod.metadata.ownerReferences = old.metadata.ownerReferences;
    if (pod.status && !pod.status.qosClass && old.status?.qosClass) pod.status.qosClass = old.status.qosClass;
  },
  validate: (pod) => validatePodSpec(pod.spec, 'spec'),
  validateUpdate(pod, old, { manager }) {
    const munged = cloneJson(pod.spec);
    for (const field of ['initContainers', 'containers']) takeImages(munged[field], old.spec[field]);
    for (const field of ['activeDeadlineSeconds', 'tolerations', 'schedulingGates']) {
      if (old.spec[field] === undefined) delete munged[field];
      else munged[field] = old.spec[field];
    }
    // Binding sets the Node; only the scheduler and the binding subresource may.
    if (manager === undefined && !old.spec.nodeName) delete munged.nodeName;
    const fault = forbiddenField('spec', `pod updates may not change fields other than ${MUTABLE}\n`);
    return equalJson(munged, old.spec) ? [] : [fault];
  },
  gracePeriod(pod, asked) {
    const period = asked ?? pod.spec?.terminationGracePeriodSeconds ?? 0;
    if (!pod.spec?.nodeName || isFinished(pod)) return 0;
    return period < 0 ? 1 : period;
  },
};

function takeImages(containers: Body[] | undefined, old: Body[] | undefined): void {
  for (const [at, container] of (containers ?? []).entries()) {
    const before = old?.[at];
    if (before) container.image = before.image;
  }
}

function isFinished(pod: KubeObject): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

/** PodTemplate objects. */
export const podTemplateStrategy: Strategy = {
  generation: 'all',
  setDefaults: (object) => object.template?.spec && defaultPodSpec(object.template.spec),
  validate: (object): FieldFault[] => validatePodSpec(object.template?.spec ?? {}, 'template.spec'),
};
