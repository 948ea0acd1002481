import type { Run } from './running.ts';
import type { Result, UndoStep } from './steps.ts';
import { waitFor } from './wait.ts';

const VOLUMES = { group: '', version: 'v1', resource: 'persistentvolumes' };
const CLAIMS = { group: '', version: 'v1', resource: 'persistentvolumeclaims' };

/** Keeps the volume (Retain), and takes the old claim's UID out of it, pinned to both UIDs. */
export async function rebindStep(run: Run, step: Extract<UndoStep, { do: 'rebind' }>): Promise<Result[]> {
  const { name, uid } = step.volume;
  const what = `PersistentVolume ${name}`;
  const volume = await run.cluster.get(VOLUMES, { name }, run.as);
  if (volume?.metadata.uid !== uid)
    return [{ what, result: 'conflict', note: 'it is gone or another one now' }];
  if (volume.spec?.persistentVolumeReclaimPolicy !== 'Retain') {
    const patch = { metadata: { uid }, spec: { persistentVolumeReclaimPolicy: 'Retain' } };
    await run.cluster.patch(VOLUMES, { name }, patch, {}, run.as);
  }
  if (volume.spec?.claimRef?.uid === undefined) return [];
  if (volume.spec.claimRef.uid !== step.claimUid) {
    return [{ what, result: 'unchanged', note: 'it is bound to a newer claim' }];
  }
  const patch = [
    { op: 'test', path: '/metadata/uid', value: uid },
    { op: 'test', path: '/spec/claimRef/uid', value: step.claimUid },
    { op: 'remove', path: '/spec/claimRef/uid' },
    ...(volume.spec.claimRef.resourceVersion === undefined
      ? []
      : [{ op: 'remove', path: '/spec/claimRef/resourceVersion' }]),
  ];
  await run.cluster.patch(VOLUMES, { name }, patch, { type: 'json' }, run.as);
  // A claim that comes before the volume's controller has seen this waits for its next round (15 s and more).
  const patient = { ...run.waiting, limit: Math.min(run.waiting.limit, 10_000) };
  await waitFor(patient, `${what} is not available`, async () => {
    const now = await run.cluster.get(VOLUMES, { name }, run.as);
    return now?.status?.phase !== 'Released';
  });
  return [{ what, result: 'done', note: 'let go of the claim that was' }];
}

/** Waits until both sides say that they are bound. */
export async function awaitBoundStep(
  run: Run,
  { claim, volume }: Extract<UndoStep, { do: 'await-bound' }>,
): Promise<Result[]> {
  const what = `PersistentVolumeClaim ${claim.namespace}/${claim.name}`;
  let nudged = run.waiting.now();
  const phase = await waitFor(run.waiting, `${what} is not bound to volume ${volume}`, async () => {
    const now = await run.cluster.get(CLAIMS, claim, run.as);
    if (!now || now.spec?.volumeName !== volume) return 'gone';
    if (now.status?.phase === 'Bound' || now.status?.phase === 'Lost') return now.status.phase as string;
    if (run.waiting.now() - nudged > 1_500) {
      nudged = run.waiting.now();
      await nudge(run, claim, now.metadata.uid);
    }
    return undefined;
  });
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
  { volume: { name, uid }, to, boundTo }: Extract<UndoStep, { do: 'reclaim' }>,
): Promise<Result[]> {
  const what = `PersistentVolume ${name}`;
  const [volume, claim] = await Promise.all([
    run.cluster.get(VOLUMES, { name }, run.as),
    run.cluster.get(CLAIMS, boundTo, run.as),
  ]);
  if (volume?.metadata.uid !== uid)
    return [{ what, result: 'conflict', note: 'it is gone or another one now' }];
  const bound = claim?.status?.phase === 'Bound' && volume.spec?.claimRef?.uid === claim.metadata.uid;
  if (!bound) return [{ what, result: 'failed', note: 'it is not bound again, so it keeps Retain' }];
  if (volume.spec?.persistentVolumeReclaimPolicy === to) return [];
  const patch = { metadata: { uid }, spec: { persistentVolumeReclaimPolicy: to } };
  await run.cluster.patch(VOLUMES, { name }, patch, {}, run.as);
  return [{ what, result: 'done', note: `reclaim policy ${to} again` }];
}
