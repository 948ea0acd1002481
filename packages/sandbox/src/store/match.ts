import type { KubeObject } from '@toolcrib/kube';
import { matchesLabels } from '@toolcrib/kube';
import type { FieldGetter } from './fields.ts';
import type { ListQuery } from './store.ts';

/** A test of objects against a list's namespace and selectors. */
export function matchesQuery(query: ListQuery, fieldOf: FieldGetter): (object: KubeObject) => boolean {
  const { namespace, labels = [], fields = [] } = query;
  return (object) => {
    if (namespace !== undefined && object.metadata.namespace !== namespace) return false;
    if (labels.length > 0 && !matchesLabels(labels, object.metadata.labels)) return false;
    return fields.every(
      ({ path, operator, value }) => (fieldOf(object, path) === value) === (operator === '='),
    );
  };
}
