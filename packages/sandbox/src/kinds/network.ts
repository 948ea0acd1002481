import type { Body } from '@toolcrib/kube';
import { equalJson } from '../apimachinery/json.ts';
import { forbiddenField } from '../store/meta-rules.ts';
import type { Strategy } from '../store/strategy.ts';
import { byDefault } from './pods/spec-defaults.ts';

export const networkPolicyStrategy: Strategy = {
  generation: 'spec',
  setDefaults({ spec }) {
    byDefault(spec, 'podSelector', {});
    byDefault(spec, 'policyTypes', spec.egress?.length ? ['Ingress', 'Egress'] : ['Ingress']);
    const rules: Body[] = [...(spec.ingress ?? []), ...(spec.egress ?? [])];
    for (const { ports = [] } of rules) for (const port of ports) byDefault(port, 'protocol', 'TCP');
  },
};

export const ingressStrategy: Strategy = {
  generation: 'spec',
  prepareForCreate(ingress) {
    ingress.status = { loadBalancer: {} };
  },
};

export const ingressClassStrategy: Strategy = { generation: 'spec' };

export const endpointsStrategy: Strategy = {
  generation: 'none',
  setDefaults(object) {
    for (const { ports = [] } of object.subsets ?? [])
      for (const port of ports) byDefault(port, 'protocol', 'TCP');
  },
};

export const endpointSliceStrategy: Strategy = {
  generation: 'all-and-labels',
  setDefaults(object) {
    for (const port of object.ports ?? []) {
      byDefault(port, 'name', '');
      byDefault(port, 'protocol', 'TCP');
    }
  },
  validateUpdate: (object, old) =>
    equalJson(object.addressType, old.addressType)
      ? []
      : [forbiddenField('addressType', 'field is immutable')],
};
