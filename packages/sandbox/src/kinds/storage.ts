import type { KubeObject } from '@toolcrib/kube';
import { equalJson } from '../apimachinery/json.ts';
import { timestamp } from '../apimachinery/time.ts';
import { forbiddenField, required } from '../store/meta-rules.ts';
import type { Strategy } from '../store/strategy.ts';
import { byDefault } from './pods/spec-defaults.ts';

const CLASSES = { group: 'storage.k8s.io', version: 'v1', resource: 'storageclasses' };
const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';
const CLAIM_MUTABLE = ['resources', 'volumeAttributesClassName'];

export const claimStrategy: Strategy = {
  generation: 'none',
  setDefaults: ({ spec }) => byDefault(spec, 'volumeMode', 'Filesystem'),
  prepareForCreate(claim, { store }) {
    claim.status = { phase: 'Pending' };
    addFinalizer(claim, 'kubernetes.io/pvc-protection');
    if (
      claim.spec.storageClassName !== undefined ||
      claim.metadata.annotations?.['volume.beta.kubernetes.io/storage-class']
    )
      return;
    const chosen = store
      .list(CLASSES)
      .find(({ metadata }) => metadata.annotations?.[DEFAULT_CLASS] === 'true');
    if (chosen) claim.spec.storageClassName = chosen.metadata.name;
  },
  validate({ spec }) {
    const faults = [];
    if (!spec.accessModes?.length)
      faults.push(required('spec.accessModes', 'at least 1 access mode is required'));
    if (spec.resources?.requests?.storage === undefined) faults.push(required('spec.resources[storage]'));
    return faults;
  },
  validateUpdate(claim, old) {
    const rest = (spec: Record<string, unknown>) => {
      const kept = Object.entries(spec).filter(([field]) => !CLAIM_MUTABLE.includes(field));
      return Object.fromEntries(kept);
    };
    const before = rest(old.spec);
    // Binding sets the volume once.
    if (before.volumeName === undefined) before.volumeName = claim.spec.volumeName;
    if (before.storageClassName === undefined) before.storageClassName = claim.spec.storageClassName;
    if (equalJson(rest(claim.spec), before)) return [];
    return [
      forbiddenField(
        'spec',
        'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n',
      ),
    ];
  },
};

export const volumeStrategy: Strategy = {
  generation: 'none',
  setDefaults({ spec }) {
    byDefault(spec, 'persistentVolumeReclaimPolicy', 'Retain');
    byDefault(spec, 'volumeMode', 'Filesystem');
    if (spec.hostPath) byDefault(spec.hostPath, 'type', '');
  },
  prepareForStatusUpdate(volume, old, { now }) {
    if (volume.status?.phase === old.status?.phase) return;
    volume.status = { ...volume.status, lastPhaseTransitionTime: timestamp(now) };
  },
  prepareForCreate(volume, { now }) {
    volume.status = { phase: 'Pending', lastPhaseTransitionTime: timestamp(now) };
    addFinalizer(volume, 'kubernetes.io/pv-protection');
  },
  validate({ spec }) {
    const faults = [];
    if (!spec.accessModes?.length) faults.push(required('spec.accessModes'));
    if (!spec.capacity) faults.push(required('spec.capacity'));
    return faults;
  },
};

// The StorageObjectInUseProtection admission plugin.
function addFinalizer(object: { metadata: { finalizers?: string[] } }, name: string): void {
  const before = object.metadata.finalizers ?? [];
  if (!before.includes(name)) object.metadata.finalizers = [...before, name];
}

export const storageClassStrategy: Strategy = {
  generation: 'none',
  setDefaults(object) {
    byDefault(object, 'reclaimPolicy', 'Delete');
    byDefault(object, 'volumeBindingMode', 'Immediate');
  },
  validate: (object) => (object.provisioner ? [] : [required('provisioner')]),
  validateUpdate: (object, old) =>
    (['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode'] as const)
      .filter((field) => !equalJson(object[field], old[field]))
      .map((field) => forbiddenField(field, `updates to ${field} are forbidden.`)),
};

export const driverStrategy: Strategy = {
  generation: 'none',
  unconditionalUpdate: false,
  setDefaults(driver) {
    driver.spec ??= {};
    byDefault(driver.spec, 'attachRequired', true);
    byDefault(driver.spec, 'podInfoOnMount', false);
    byDefault(driver.spec, 'volumeLifecycleModes', ['Persistent']);
    byDefault(driver.spec, 'storageCapacity', false);
    byDefault(driver.spec, 'fsGroupPolicy', 'ReadWriteOnceWithFSType');
    byDefault(driver.spec, 'requiresRepublish', false);
    byDefault(driver.spec, 'seLinuxMount', false);
  },
  // Counted from the first change on, not from the start.
  prepareForUpdate(driver, old) {
    if (!equalJson(driver.spec, old.spec)) driver.metadata.generation = (old.metadata.generation ?? 0) + 1;
  },
};

/** Stored as protobuf, where an empty list is none. */
function noDrivers(node: KubeObject): void {
  if (!node.spec.drivers?.length) node.spec.drivers = null;
}

export const storageNodeStrategy: Strategy = {
  generation: 'none',
  unconditionalUpdate: false,
  prepareForCreate: noDrivers,
  prepareForUpdate: noDrivers,
};
