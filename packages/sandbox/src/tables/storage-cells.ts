import type { Cells } from './column.ts';
import { age, UNSET } from './column.ts';

const MODES: Record<string, string> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

function accessModes(modes: string[] | undefined): string {
  return Object.entries(MODES)
    .filter(([mode]) => modes?.includes(mode))
    .map(([, short]) => short)
    .join(',');
}

const CLASS = 'volume.beta.kubernetes.io/storage-class';

export const claimCells: Cells = ({ metadata, spec, status = {} }, now) => [
  metadata.name,
  metadata.deletionTimestamp !== undefined ? 'Terminating' : (status.phase ?? ''),
  spec.volumeName ?? '',
  spec.volumeName ? (status.capacity?.storage ?? '0') : '',
  spec.volumeName ? accessModes(status.accessModes) : '',
  metadata.annotations?.[CLASS] ?? spec.storageClassName ?? '',
  spec.volumeAttributesClassName ?? UNSET,
  age(metadata.creationTimestamp, now),
  spec.volumeMode ?? UNSET,
];

export const volumeCells: Cells = ({ metadata, spec, status = {} }, now) => [
  metadata.name,
  spec.capacity?.storage ?? '0',
  accessModes(spec.accessModes),
  spec.persistentVolumeReclaimPolicy,
  metadata.deletionTimestamp !== undefined ? 'Terminating' : (status.phase ?? ''),
  spec.claimRef ? `${spec.claimRef.namespace}/${spec.claimRef.name}` : '',
  metadata.annotations?.[CLASS] ?? spec.storageClassName ?? '',
  spec.volumeAttributesClassName ?? UNSET,
  status.reason ?? '',
  age(metadata.creationTimestamp, now),
  spec.volumeMode ?? UNSET,
];

export const storageClassCells: Cells = (object, now) => {
  const { metadata, provisioner, reclaimPolicy, volumeBindingMode, allowVolumeExpansion } = object;
  const isDefault = metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true';
  return [
    isDefault ? `${metadata.name} (default)` : metadata.name,
    provisioner,
    reclaimPolicy ?? 'Delete',
    volumeBindingMode ?? 'Immediate',
    allowVolumeExpansion ?? false,
    age(metadata.creationTimestamp, now),
  ];
};

export const attachmentCells: Cells = ({ metadata, spec, status = {} }, now) => [
  metadata.name,
  spec.attacher,
  spec.source?.persistentVolumeName ?? '',
  spec.nodeName,
  status.attached ?? false,
  age(metadata.creationTimestamp, now),
];

export const csiNodeCells: Cells = ({ metadata, spec }, now) => [
  metadata.name,
  (spec?.drivers ?? []).length,
  age(metadata.creationTimestamp, now),
];

export const csiDriverCells: Cells = ({ metadata, spec }, now) => [
  metadata.name,
  spec.attachRequired ?? true,
  spec.podInfoOnMount ?? false,
  spec.storageCapacity ?? false,
  spec.tokenRequests
    ? spec.tokenRequests.map(({ audience }: { audience: string }) => audience).join(',')
    : UNSET,
  spec.requiresRepublish ?? false,
  spec.volumeLifecycleModes?.join(',') || '<none>',
  age(metadata.creationTimestamp, now),
];
