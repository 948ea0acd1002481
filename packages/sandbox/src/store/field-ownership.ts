import type { KubeObject, ResourceInfo, Schema } from '@toolcrib/kube';
import { managedFieldsAfterUpdate } from '@toolcrib/kube';
import { zeroObject } from '../apimachinery/canonicalise.ts';
import { timestamp } from '../apimachinery/time.ts';
import type { Manager } from './store.ts';

const KUBELET = new Set(['pods', 'nodes']);

/** Whose fields they are when no manager is named: the control plane's own writes. */
function controlPlane(info: ResourceInfo, subresource: string | undefined): Manager {
  const name = subresource && KUBELET.has(info.resource) ? 'kubelet' : 'kube-controller-manager';
  return { name, operation: 'Update', ...(subresource ? { subresource } : {}) };
}

/** Writes that the server makes on its way and that no manager owns, such as a Pod's binding. */
export const NOBODY: Manager = { name: '', operation: 'Update' };

/** What the API server writes of its own accord: the first objects, and the status of definitions. */
export const API_SERVER: Manager = { name: 'kube-apiserver', operation: 'Update' };

/** Brings `metadata.managedFields` up to date with a write; an apply has done it already. */
export function trackOwnership(
  object: KubeObject,
  old: KubeObject | undefined,
  write: {
    info: ResourceInfo;
    schema: Schema | undefined;
    manager?: Manager;
    subresource?: string;
    now: number;
  },
): void {
  const { info, schema, now, subresource } = write;
  const manager = write.manager ?? controlPlane(info, subresource);
  if (manager.operation === 'Apply') return;
  if (manager === NOBODY) {
    if (old?.metadata.managedFields) object.metadata.managedFields = old.metadata.managedFields;
    return;
  }
  // A new object is compared with the empty one of its kind, whose structs are there already.
  const fields = managedFieldsAfterUpdate(old ?? zeroObject(object), object, {
    schema,
    manager,
    time: timestamp(now),
    hasStatus: info.subresources.includes('status'),
  });
  if (fields.length > 0) object.metadata.managedFields = fields;
  else delete object.metadata.managedFields;
}
