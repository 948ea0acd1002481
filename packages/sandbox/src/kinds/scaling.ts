import { selectorMatches } from '@toolcrib/kube';
import type { FieldFault } from '../apimachinery/api-error.ts';
import { invalidValue, required } from '../store/meta-rules.ts';
import type { Strategy } from '../store/strategy.ts';
import { byDefault } from './pods/spec-defaults.ts';

export const autoscalerStrategy: Strategy = {
  generation: 'none',
  setDefaults({ spec }) {
    byDefault(spec, 'minReplicas', 1);
    byDefault(spec, 'metrics', [
      {
        type: 'Resource',
        resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
      },
    ]);
  },
  prepareForCreate(object) {
    object.status = { desiredReplicas: 0, currentMetrics: null };
  },
  validate({ spec }): FieldFault[] {
    const faults: FieldFault[] = [];
    if (!(spec.maxReplicas > 0)) {
      faults.push({
        type: 'FieldValueInvalid',
        field: 'spec.maxReplicas',
        body: `Invalid value: ${spec.maxReplicas ?? 0}: must be greater than 0`,
      });
    }
    if (!spec.scaleTargetRef?.name) faults.push(required('spec.scaleTargetRef.name'));
    return faults;
  },
};

export const budgetStrategy: Strategy = {
  generation: 'spec',
  unconditionalUpdate: false,
  prepareForCreate(object) {
    object.status = { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 };
  },
  validate({ spec }): FieldFault[] {
    if (spec.minAvailable !== undefined && spec.maxUnavailable !== undefined) {
      // The server quotes its internal struct.
      const { minAvailable, selector = null, maxUnavailable, unhealthyPodEvictionPolicy = null } = spec;
      const quoted = {
        MinAvailable: minAvailable,
        Selector: selector,
        MaxUnavailable: maxUnavailable,
        UnhealthyPodEvictionPolicy: unhealthyPodEvictionPolicy,
      };
      return [invalidValue('spec', quoted, 'minAvailable and maxUnavailable cannot be both set')];
    }
    selectorMatches(spec.selector, {});
    return [];
  },
};
