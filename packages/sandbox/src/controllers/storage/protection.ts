import type { KubeObject, ResourceType } from '@toolcrib/kube';
import { ignoreNotFound } from '../common/errors.ts';
import { type ControllerOptions, controlLoop, type Tools } from '../common/loop.ts';
import { PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, PODS } from '../common/types.ts';
import { keyOf, keyOfObject } from '../common/view.ts';

const CLAIM_PROTECTION = 'kubernetes.io/pvc-protection';
export const VOLUME_PROTECTION = 'kubernetes.io/pv-protection';
/** Holds a provisioned volume until what it stands for has been deleted; only while the policy is Delete. */
export const PROVISIONER_FINALIZER = 'external-provisioner.volume.kubernetes.io/finalizer';

/** Holds a deleted claim until no scheduled Pod uses it (source: pkg/controller/volume/pvcprotection). */
export function claimProtection(options: ControllerOptions = {}) {
  return controlLoop({
    ...options,
    name: 'pvc-protection-controller',
    watch: [
      { type: PERSISTENT_VOLUME_CLAIMS, keys: (change) => [keyOfObject(change.object)] },
      {
        type: PODS,
        // One that has ended, or has no Node yet, holds as much as before.
        keys: ({ type, object }) =>
          type === 'DELETED' ? claimNames(object).map((name) => keyOf(object.metadata.namespace, name)) : [],
      },
    ],
    sync({ namespace, name }, tools) {
      const claim = tools.view.get(PERSISTENT_VOLUME_CLAIMS, namespace, name);
      if (!claim) return;
      const held = claim.metadata.deletionTimestamp === undefined || isInUse(claim, tools);
      settle(tools, PERSISTENT_VOLUME_CLAIMS, claim, CLAIM_PROTECTION, held);
    },
  });
}

/** Holds a deleted volume while it is bound (source: pkg/controller/volume/pvprotection). */
export function volumeProtection(options: ControllerOptions = {}) {
  return controlLoop({
    ...options,
    name: 'pv-protection-controller',
    watch: [{ type: PERSISTENT_VOLUMES, keys: (change) => [keyOfObject(change.object)] }],
    sync({ name }, tools) {
      const volume = tools.view.get(PERSISTENT_VOLUMES, undefined, name);
      if (!volume) return;
      const held = volume.metadata.deletionTimestamp === undefined || volume.status?.phase === 'Bound';
      settle(tools, PERSISTENT_VOLUMES, volume, VOLUME_PROTECTION, held);
    },
  });
}

/** A Pod that is not scheduled yet will not be started on a claim in deletion, so it does not hold it. */
function isInUse(claim: KubeObject, { view }: Tools): boolean {
  return view
    .list(PODS, claim.metadata.namespace)
    .some((pod) => pod.spec?.nodeName && claimNames(pod).includes(claim.metadata.name));
}

function claimNames(pod: KubeObject): string[] {
  return (pod.spec?.volumes ?? []).flatMap(
    (volume: { name: string; persistentVolumeClaim?: { claimName?: string }; ephemeral?: unknown }) => {
      const ownClaim = volume.ephemeral && `${pod.metadata.name}-${volume.name}`;
      const name = ownClaim ?? volume.persistentVolumeClaim?.claimName;
      return name ? [String(name)] : [];
    },
  );
}

/** Puts a finalizer on, or takes it off, where that changes anything and can still be done. */
export function settle(
  { store }: Pick<Tools, 'store'>,
  type: ResourceType,
  object: KubeObject,
  finalizer: string,
  held: boolean,
): void {
  const { namespace, name, uid, deletionTimestamp } = object.metadata;
  const has = object.metadata.finalizers?.includes(finalizer) === true;
  // A finalizer can't be added any more once the deletion has begun.
  if (has === held || (held && deletionTimestamp !== undefined)) return;
  ignoreNotFound(() =>
    store.modify(type, namespace, name, (fresh) => {
      if (fresh.metadata.uid !== uid) return;
      const others = (fresh.metadata.finalizers ?? []).filter((item) => item !== finalizer);
      fresh.metadata.finalizers = held ? [...others, finalizer] : others;
      if (fresh.metadata.finalizers.length === 0) delete fresh.metadata.finalizers;
    }),
  );
}
