import type { FieldFault } from '../apimachinery/api-error.ts';
import { invalidValue } from '../store/meta-rules.ts';
import type { Strategy } from '../store/strategy.ts';

export const eventStrategy: Strategy = {
  generation: 'none',
  garbageCollected: false,
  validate({ metadata, involvedObject = {} }): FieldFault[] {
    // Events of cluster-scoped objects stand in the namespace default.
    const { namespace } = involvedObject;
    const wanted = namespace || 'default';
    if (metadata.namespace === wanted || (!namespace && metadata.namespace === 'kube-system')) return [];
    return [invalidValue('involvedObject.namespace', namespace ?? '', 'does not match event.namespace')];
  },
};
