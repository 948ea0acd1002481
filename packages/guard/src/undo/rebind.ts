import type { KubeObject } from '@toolcrib/kube';
import { messageOf } from '@toolcrib/model';
import { giveFieldsBack } from './field-owners.ts';
import type { Run } from './running.ts';
import type { ClaimAt, Result, UndoStep, VolumeAt } from './steps.ts';
import { waitFor } from './wait.ts';

const VOLUMES = { group: '', version: 'v1', resource: 'persistentvolumes' };
const POLICY = [['f:spec', 'f:persistentVolumeReclaimPolicy']];
const CLAIMS = { group: '', version: 'v1', resource: 'persistentvolumeclaims' };

/**
 * Sets the volume to Retain and reads that back: what is still on its way out then leaves the data. Where that is
 * refused, the rest goes on: the claim comes back empty then, and says so.
 */
export async function retainStep(
  run: Run,
  { volume: { name, uid } }: Extract<UndoStep, { do: 'retain' }>,
): Promise<Result[]> {
  const what = `PersistentVolume ${name}`;
  const patch = { metadata: { uid }, spec: { persistentVolumeReclaimPolicy: 'Retain' } };
  try {
    await run.cluster.patch(VOLUMES, { name }, patch, {}, run.as);
  } catch (error) {
    const why = messageOf(error);
    return [{ what, result: 'failed', note: `could not be set to Retain, so its data may go: ${why}` }];
  }
  const now = await run.cluster.get(VOLUMES, { name }, run.as);
  const kept =
    now?.metadata.uid === uid &&
    now.metadata.deletionTimestamp === undefined &&
    now.spec?.persistentVolumeReclaimPolicy === 'Retain';
  return kept ? [] : [{ what, result: 'failed', note: 'it was on its way out already, with its data' }];
}

/**
 * Takes the old claim's UID out of the volume, pinned to both UIDs. Only once that claim is gone: a volume that lets
 * go of a claim in use is lost to it.
 * @returns whether the volume is there to be bound
 */
export async function letGo(
  run: Run,
  { name, uid }: VolumeAt,
  claimUid: string | undefined,
): Promise<boolean> {
  const volume = await run.cluster.get(VOLUMES, { name }, run.as);
  if (volume?.metadata.uid !== uid || volume.metadata.deletionTimestamp !== undefined) return false;
  const holds: string | undefined = volume.spec?.claimRef?.uid;
  if (holds === undefined || holds !== claimUid) return true;
  const patch = [
    { op: 'test', path: '/metadata/uid', value: uid },
    { op: 'test', path: '/spec/claimRef/uid', value: claimUid },
    { op: 'remove', path: '/spec/claimRef/uid' },
    ...(volume.spec?.claimRef?.resourceVersion === undefined
      ? []
      : [{ op: 'remove', path: '/spec/claimRef/resourceVersion' }]),
  ];
  await run.cluster.patch(VOLUMES, { name }, patch, { type: 'json' }, run.as);
  // A claim that comes before the volume's controller has seen this waits for its next round (15 s and more).
  const patient = { ...run.waiting, limit: Math.min(run.waiting.limit, 10_000) };
  await waitFor(patient, `PersistentVolume ${name} is not available`, async () => {
    const now = await run.cluster.get(VOLUMES, { name }, run.as);
    return now?.status?.phase !== 'Released';
  });
  return true;
}

/** The Pods that keep a claim from going: it stands while one of them uses it. Empty where that can't be told. */
export async function usersOf(run: Run, { namespace, name }: ClaimAt): Promise<string[]> {
  const pods = await run.cluster
    .list({ group: '', version: 'v1', resource: 'pods' }, { namespace }, run.as)
    .catch((): KubeObject[] => []);
  type Volume = { name: string; persistentVolumeClaim?: { claimName: string }; ephemeral?: unknown };
  return pods
    .filter(({ status }) => status?.phase !== 'Succeeded' && status?.phase !== 'Failed')
    .filter(({ metadata, spec }) =>
      (spec?.volumes ?? []).some(
        (one: Volume) =>
          one.persistentVolumeClaim?.claimName === name ||
          (one.ephemeral !== undefined && `${metadata.name}-${one.name}` === name),
      ),
    )
    .map(({ metadata }) => metadata.name);
}

/** Waits until both sides say that they are bound. */
export async function awaitBoundStep(
  run: Run,
  { claim, volume, snapshot }: Extract<UndoStep, { do: 'await-bound' }>,
): Promise<Result[]> {
  if (run.missing.has(claim.was ?? '') || run.missingVolumes.has(volume)) return [];
  const { namespace, name } = claim;
  const what = `PersistentVolumeClaim ${namespace}/${name}`;
  let nudged = run.waiting.now();
  let wrote = false;
  const phase = await waitFor(run.waiting, `${what} is not bound to volume ${volume}`, async () => {
    const now = await run.cluster.get(CLAIMS, { namespace, name }, run.as);
    if (!now || now.spec?.volumeName !== volume) return 'gone';
    if (now.status?.phase === 'Bound' || now.status?.phase === 'Lost') return now.status.phase as string;
    if (run.waiting.now() - nudged > 1_500) {
      nudged = run.waiting.now();
      wrote = true;
      await nudge(run, { namespace, name }, now.metadata.uid);
    }
    return undefined;
  });
  // Of what was written and taken away again the map of annotations stays ours.
  if (wrote) await giveFieldsBack(run, CLAIMS, snapshot, 'all');
  if (phase === 'Bound') return [];
  const note = phase === 'Lost' ? `its volume ${volume} is lost to it` : 'it did not come back';
  return [{ what, result: 'failed', note }];
}

/**
 * The volume controller's two workers race over a claim that names its volume: one marks the volume Bound, the other
 * fails on that and leaves the claim Pending until its next round, 15 s later. Any change of the claim wakes it.
 */
async function nudge(
  run: Run,
  claim: { namespace: string; name: string },
  uid: string | undefined,
): Promise<void> {
  for (const value of ['nudge', null]) {
    const patch = { metadata: { uid, annotations: { 'toolcrib.dev/restoring': value } } };
    await run.cluster.patch(CLAIMS, claim, patch, {}, run.as);
  }
}

/** The volume's own reclaim policy, where it is bound again; otherwise the volume could be taken away. */
export async function reclaimStep(
  run: Run,
  { volume: { name, uid }, to, boundTo, snapshot }: Extract<UndoStep, { do: 'reclaim' }>,
): Promise<Result[]> {
  const what = `PersistentVolume ${name}`;
  if (run.missingVolumes.has(name)) return [];
  if (run.missing.has(boundTo.was ?? ''))
    return [
      { what, result: 'skipped', note: 'its claim did not come back, so it keeps Retain, and its data' },
    ];
  const [volume, claim] = await Promise.all([
    run.cluster.get(VOLUMES, { name }, run.as),
    run.cluster.get(CLAIMS, { namespace: boundTo.namespace, name: boundTo.name }, run.as),
  ]);
  if (volume?.metadata.uid !== uid)
    return [{ what, result: 'conflict', note: 'it is gone or another one now' }];
  const bound = claim?.status?.phase === 'Bound' && volume.spec?.claimRef?.uid === claim.metadata.uid;
  if (!bound) return [{ what, result: 'failed', note: 'it is not bound again, so it keeps Retain' }];
  if (volume.spec?.persistentVolumeReclaimPolicy === to) return [];
  const patch = { metadata: { uid }, spec: { persistentVolumeReclaimPolicy: to } };
  await run.cluster.patch(VOLUMES, { name }, patch, {}, run.as);
  if (snapshot) await giveFieldsBack(run, { ...VOLUMES, namespaced: false }, snapshot, POLICY);
  return [{ what, result: 'done', note: `reclaim policy ${to} again` }];
}
