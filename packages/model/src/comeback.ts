import type { Deaths, KubeObject } from '@toolcrib/kube';
import { controllerOf, groupVersionOf, isFinishedPod, isOverJob, jobFailsBy, remakes } from '@toolcrib/kube';

/** What the question "does it come back, and how" is worked out from: how things stood *before* the act. */
export interface BeforeTheAct {
  /** An object as it stood before, by UID. */
  get(uid: string): KubeObject | undefined;
  /** Whether a controller is there to do its work: it stays, or (for an undo) comes back first. */
  works(controller: KubeObject): boolean;
  /**
   * How many Pods of a Job that stays die and are not in its status yet; `anew` where the Job itself is made again, and so
   * starts over. 0 unless said otherwise.
   */
  deaths?(job: KubeObject): number | Deaths | 'anew';
  /** Whether it never goes. */
  stays?(object: KubeObject): boolean;
  /** Whether a reference of this object still counts: its owner is the one that it names. */
  isOwner?(controller: KubeObject, object: KubeObject): boolean;
  /** The volume behind a claim; `unseen` where the claim names one that could not be looked at. */
  volumeOf?(claim: KubeObject): KubeObject | 'unseen' | undefined;
}

/** `by`: the controller that makes it again. `spent`: it had done its work, and doing it again would be no restoring. */
export type Comeback =
  | { loss: 'returns'; by: KubeObject }
  | { loss: 'restorable' }
  | { loss: 'lost'; why: string; spent?: true };

/**
 * The one promise: what becomes of an object that goes. The guard's radius asks it before anything is sent, and the
 * undo's plan asks it again over what was kept, so that what was said is what is done.
 *
 * It `returns` only where a controller of Kubernetes' own, which works, is known to make it again. An operator is never
 * taken for granted: what a custom resource controls is `restorable`, and is restored from what was kept.
 */
export function comebackOf(before: BeforeTheAct, object: KubeObject): Comeback {
  const by = remakerOf(before, object);
  if (by) return { loss: 'returns', by };
  const what = `${groupVersionOf(object.apiVersion).group}/${object.kind}`;
  if (what === '/Pod' && isFinishedPod(object)) return { loss: 'lost', why: 'it had finished', spent: true };
  const job = what === '/Pod' ? jobOf(before, object) : undefined;
  if (job) return { loss: 'lost', why: whyNoOther(before, job) };
  if (what === 'batch/Job' && isOverJob(object)) {
    return { loss: 'lost', why: 'it had finished; made again it would run again', spent: true };
  }
  if (what === '/PersistentVolume' && object.spec?.persistentVolumeReclaimPolicy !== 'Retain') {
    const policy = object.spec?.persistentVolumeReclaimPolicy ?? 'not known';
    return { loss: 'lost', why: `reclaim policy ${policy}: its data goes with it` };
  }
  if (what === '/PersistentVolumeClaim' && before.volumeOf?.(object) === 'unseen') {
    return { loss: 'lost', why: `its volume ${object.spec?.volumeName} was not seen: taken for lost` };
  }
  return { loss: 'restorable' };
}

/**
 * The controller that makes an object again: one that works, or one that another makes again, which then does. It ends: no kind
 * makes one from which it is made itself.
 */
export function remakerOf(before: BeforeTheAct, object: KubeObject): KubeObject | undefined {
  const reference = controllerOf(object);
  const controller = reference && before.get(reference.uid);
  if (!controller || before.isOwner?.(controller, object) === false) return undefined;
  if (!remakes(controller, object, before.deaths?.(controller) ?? 0)) return undefined;
  // While its Pod stays, the claim of an ephemeral volume never goes for good, and is never made again.
  if (controller.kind === 'Pod' && before.stays?.(controller)) return undefined;
  if (before.works(controller)) return controller;
  return remakerOf(before, controller) ? controller : undefined;
}

/** The Job that stays, and to which a Pod that it does not make again can't be given back: one too many. */
function jobOf(before: BeforeTheAct, pod: KubeObject): KubeObject | undefined {
  const reference = controllerOf(pod);
  const job = reference && before.get(reference.uid);
  if (job?.kind !== 'Job' || groupVersionOf(job.apiVersion).group !== 'batch') return undefined;
  return before.works(job) && before.deaths?.(job) !== 'anew' ? job : undefined;
}

function whyNoOther(before: BeforeTheAct, job: KubeObject): string {
  const deaths = before.deaths?.(job) ?? 0;
  return deaths !== 'anew' && jobFailsBy(job, deaths)
    ? `Job ${job.metadata.name} fails with it, and makes no other`
    : `Job ${job.metadata.name} makes no other`;
}
