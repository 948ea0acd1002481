import type { Run } from './running.ts';
import type { Result, UndoStep } from './steps.ts';
import { statusOf, waitFor } from './wait.ts';

const VOLUMES = { group: '', version: 'v1', resource: 'persistentvolumes' };

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

/** The volume's own reclaim policy, once it is bound again; before that the volume could be taken away. */
export async function reclaimStep(run: Run, step: Extract<UndoStep, { do: 'reclaim' }>): Promise<Result[]> {
  const { name, uid } = step.volume;
  const what = `PersistentVolume ${name}`;
  if (step.boundTo) {
    const { boundTo } = step;
    await waitFor(run.waiting, `it is not bound again, so it keeps Retain`, async () => {
      const volume = await run.cluster.get(VOLUMES, { name }, run.as);
      const claim = volume?.spec?.claimRef;
      return (
        volume?.status?.phase === 'Bound' &&
        claim?.namespace === boundTo.namespace &&
        claim?.name === boundTo.name
      );
    });
  }
  const volume = await run.cluster.get(VOLUMES, { name }, run.as);
  if (volume?.metadata.uid !== uid)
    return [{ what, result: 'conflict', note: 'it is gone or another one now' }];
  if (volume.spec?.persistentVolumeReclaimPolicy === step.to) return [];
  try {
    const patch = { metadata: { uid }, spec: { persistentVolumeReclaimPolicy: step.to } };
    await run.cluster.patch(VOLUMES, { name }, patch, {}, run.as);
  } catch (error) {
    if (statusOf(error) !== 409) throw error;
    return [{ what, result: 'conflict', note: 'it is another one now' }];
  }
  return [{ what, result: 'done', note: `reclaim policy ${step.to} again` }];
}
