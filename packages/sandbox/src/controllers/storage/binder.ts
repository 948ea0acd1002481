import type { Body, KubeObject } from '@toolcrib/kube';
import { type ControllerOptions, controlLoop, type Tools } from '../common/loop.ts';
import { PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, STORAGE_CLASSES } from '../common/types.ts';
import { semanticallyEqual } from '../common/values.ts';
import { keyOf, keyOfObject } from '../common/view.ts';
import { bestMatch, classOf, isReservedFor, mismatch } from './matching.ts';
import { createStandardClass, DEFAULT_CLASS, provision } from './provisioner.ts';
import { reclaimVolume, settleProvisionerFinalizer, setVolumePhase } from './volumes.ts';

const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed';
const BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller';
const NAME = 'persistentvolume-controller';

/** Binds claims to volumes, makes volumes for them, and reclaims volumes (source: pkg/controller/volume/persistentvolume). */
export function volumeBinder(options: ControllerOptions = {}) {
  return controlLoop({
    ...options,
    name: NAME,
    watch: [
      {
        type: PERSISTENT_VOLUME_CLAIMS,
        keys: ({ object }, { view }) => [
          keyOfObject(object),
          ...view
            .list(PERSISTENT_VOLUMES)
            .filter((volume) => claimOf(volume) === keyOfObject(object))
            .map(keyOfObject),
        ],
      },
      {
        type: PERSISTENT_VOLUMES,
        keys: ({ object }, tools) => [keyOfObject(object), ...interested(object, tools)],
      },
      {
        type: STORAGE_CLASSES,
        keys: (_, { view }) => view.list(PERSISTENT_VOLUME_CLAIMS).filter(isUnbound).map(keyOfObject),
      },
    ],
    start: createStandardClass,
    sync({ namespace, name }, tools) {
      if (namespace === undefined) {
        const volume = tools.view.get(PERSISTENT_VOLUMES, undefined, name);
        if (volume) syncVolume(volume, tools);
        return;
      }
      const claim = tools.view.get(PERSISTENT_VOLUME_CLAIMS, namespace, name);
      if (!claim) return;
      if (isUnbound(claim)) syncUnbound(claim, tools);
      else syncBound(claim, tools);
    },
  });
}

function isUnbound(claim: KubeObject): boolean {
  return claim.metadata.annotations?.[BIND_COMPLETED] === undefined;
}

/** The key of the claim that the volume is for, or reserved for. */
function claimOf(volume: KubeObject): string | undefined {
  const ref = volume.spec?.claimRef;
  return ref && keyOf(ref.namespace, ref.name);
}

/** The claims that a changed volume concerns: the one it is for, those that name it, those that look for any. */
function interested(volume: KubeObject, { view }: Tools): string[] {
  const own = claimOf(volume);
  const others = view
    .list(PERSISTENT_VOLUME_CLAIMS)
    .filter((claim) =>
      claim.spec?.volumeName ? claim.spec.volumeName === volume.metadata.name : isUnbound(claim),
    )
    .map(keyOfObject);
  return own ? [own, ...others] : others;
}

function syncUnbound(claim: KubeObject, tools: Tools): void {
  if (claim.metadata.deletionTimestamp) return;
  const wanted: string | undefined = claim.spec?.volumeName;
  const volume = wanted ? namedVolume(wanted, claim, tools) : anyVolume(claim, tools);
  if (volume) bind(volume, claim, tools);
  else setClaimPhase(claim, 'Pending', tools);
}

/** The volume that the claim names, where it can have it. */
function namedVolume(wanted: string, claim: KubeObject, { view, record }: Tools): KubeObject | undefined {
  const volume = view.get(PERSISTENT_VOLUMES, undefined, wanted);
  if (!volume || isReservedFor(volume, claim)) return volume;
  if (volume.spec?.claimRef) {
    record(claim, 'Warning', 'FailedBinding', `volume "${wanted}" already bound to a different claim.`);
    return undefined;
  }
  const why = mismatch(volume, claim);
  if (why === undefined) return volume;
  record(claim, 'Warning', 'VolumeMismatch', `Cannot bind to requested volume "${wanted}": ${why}`);
  return undefined;
}

/** The volume that serves the claim best. Where there is none, one is made, which comes by itself. */
function anyVolume(claim: KubeObject, tools: Tools): KubeObject | undefined {
  const volume = bestMatch(claim, tools.view.list(PERSISTENT_VOLUMES));
  if (volume) return volume;
  if (classOf(claim) !== '') provision(claim, tools);
  else if (claim.spec?.storageClassName !== undefined || !assignDefaultClass(claim, tools)) {
    const message = 'no persistent volumes available for this claim and no storage class is set';
    tools.record(claim, 'Normal', 'FailedBinding', message);
  }
  return undefined;
}

/** @returns whether there is a default class */
function assignDefaultClass(claim: KubeObject, { store, view }: Tools): boolean {
  const standard = view
    .list(STORAGE_CLASSES)
    .find((item) => item.metadata.annotations?.[DEFAULT_CLASS] === 'true');
  if (standard)
    store.modify(PERSISTENT_VOLUME_CLAIMS, claim.metadata.namespace, claim.metadata.name, ({ spec }) => {
      spec.storageClassName = standard.metadata.name;
    });
  return standard !== undefined;
}

/** A claim that was bound once never looks for another volume: if its own is gone or another's, it is Lost. */
function syncBound(claim: KubeObject, tools: Tools): void {
  const wanted: string | undefined = claim.spec?.volumeName;
  if (!wanted) {
    const message = 'Bound claim has lost reference to PersistentVolume. Data on the volume is lost!';
    lose(claim, 'ClaimLost', message, tools);
    return;
  }
  const volume = tools.view.get(PERSISTENT_VOLUMES, undefined, wanted);
  if (!volume) {
    const message = 'Bound claim has lost its PersistentVolume. Data on the volume is lost!';
    lose(claim, 'ClaimLost', message, tools);
    return;
  }
  const ref = volume.spec?.claimRef;
  if (!ref || ref.uid === claim.metadata.uid) {
    bind(volume, claim, tools);
    return;
  }
  const message = 'Two claims are bound to the same volume, this one is bound incorrectly';
  lose(claim, 'ClaimMisbound', message, tools);
}

function lose(claim: KubeObject, reason: string, message: string, tools: Tools): void {
  if (claim.status?.phase === 'Lost') return;
  setClaimPhase(claim, 'Lost', tools);
  tools.record(claim, 'Warning', reason, message);
}

/** The four writes that make a binding: volume, its status, claim, its status; each only where it is missing. */
function bind(volume: KubeObject, claim: KubeObject, tools: Tools): void {
  const { store } = tools;
  const { namespace, name, uid, resourceVersion } = claim.metadata;
  const ref = volume.spec?.claimRef;
  const byController = !isReservedFor(volume, claim);
  if (ref?.uid !== uid || byController) {
    store.modify(PERSISTENT_VOLUMES, undefined, volume.metadata.name, (fresh) => {
      fresh.spec.claimRef = {
        kind: 'PersistentVolumeClaim',
        namespace,
        name,
        uid,
        apiVersion: 'v1',
        resourceVersion,
      };
      if (byController) annotate(fresh, BOUND_BY_CONTROLLER);
    });
  }
  setVolumePhase(volume, 'Bound', tools);
  const pointed = claim.spec?.volumeName === volume.metadata.name;
  if (!pointed || isUnbound(claim)) {
    store.modify(PERSISTENT_VOLUME_CLAIMS, namespace, name, (fresh) => {
      if (!pointed) {
        fresh.spec.volumeName = volume.metadata.name;
        annotate(fresh, BOUND_BY_CONTROLLER);
      }
      annotate(fresh, BIND_COMPLETED);
    });
  }
  setClaimPhase(claim, 'Bound', tools, volume);
}

function annotate(object: KubeObject, key: string): void {
  object.metadata.annotations = { ...object.metadata.annotations, [key]: 'yes' };
}

function setClaimPhase(
  claim: KubeObject,
  phase: 'Pending' | 'Bound' | 'Lost',
  { store }: Tools,
  volume?: KubeObject,
): void {
  const next = (status: Body): Body => {
    const { accessModes, capacity, ...rest } = status;
    if (!volume) return { ...rest, phase };
    return {
      ...rest,
      phase,
      accessModes: volume.spec?.accessModes,
      capacity: capacity ?? volume.spec?.capacity,
    };
  };
  if (semanticallyEqual(next(claim.status), claim.status)) return;
  const { namespace, name } = claim.metadata;
  const put = (fresh: KubeObject) => void (fresh.status = next(fresh.status));
  store.modify(PERSISTENT_VOLUME_CLAIMS, namespace, name, put, { subresource: 'status' });
}

function syncVolume(volume: KubeObject, tools: Tools): void {
  settleProvisionerFinalizer(volume, tools);
  const ref = volume.spec?.claimRef;
  // A claimRef without a UID only reserves the volume.
  if (!ref?.uid) {
    setVolumePhase(volume, 'Available', tools);
    return;
  }
  const there = tools.view.get(PERSISTENT_VOLUME_CLAIMS, ref.namespace, ref.name);
  const claim = there?.metadata.uid === ref.uid ? there : undefined;
  if (!claim) {
    reclaimVolume(volume, tools);
    return;
  }
  // The claim is looked at by itself: it takes this one, or has it.
  if (!claim.spec?.volumeName || claim.spec.volumeName === volume.metadata.name) return;
  const made = volume.metadata.annotations?.['pv.kubernetes.io/provisioned-by'] !== undefined;
  if (made && volume.spec?.persistentVolumeReclaimPolicy === 'Delete') {
    reclaimVolume(volume, tools);
    return;
  }
  unbind(volume, tools);
}

/** The claim has taken another volume: this one is free again; what a person put on it stays reserved. */
function unbind(volume: KubeObject, { store }: Tools): void {
  store.modify(PERSISTENT_VOLUMES, undefined, volume.metadata.name, (fresh) => {
    if (fresh.metadata.annotations?.[BOUND_BY_CONTROLLER] !== undefined) {
      delete fresh.spec.claimRef;
      delete fresh.metadata.annotations[BOUND_BY_CONTROLLER];
    } else {
      delete fresh.spec.claimRef?.uid;
    }
  });
}
