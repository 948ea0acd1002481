import type { Decision, Radius } from '@toolcrib/model';

/**
 * How bad a request would be, as one number to compare those of one act by: first whether a rule speaks against it, then
 * data, then workloads, then how many objects go.
 */
export function badness({ then, wouldBe }: Decision, { counts, state }: Radius): number {
  const verdict = wouldBe ?? then;
  const against = verdict === 'deny' || verdict === 'hold' ? 2 : verdict === 'warn' ? 1 : 0;
  const parts = [
    against,
    counts.volumesLost,
    counts.workloadsLeftWithoutPods,
    state === 'complete' ? 0 : 1,
    counts.objects,
  ];
  // Each part has a thousand steps: more of one kind is no worse than that.
  return parts.reduce((sum, part) => sum * 1000 + Math.min(part, 999), 0);
}
