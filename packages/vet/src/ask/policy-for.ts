import { policyReader } from '../policy/default.ts';
import { inForce } from '../policy/policy.ts';
import type { ResolvedPolicy } from '../policy/resolved.ts';
import { standsIn } from '../policy/stands-in.ts';
import type { Target } from '../sources/source.ts';
import type { PassedOver } from './outcome.ts';

/**
 * The policy for each tool, without the exceptions that have ended. The one of this folder counts for all but those
 * that live here.
 *
 * @param passed is told of a policy that was passed over
 */
export function policyChooser(
  { policy: named, job }: { policy?: string | undefined; job?: string | undefined },
  passed: (over: PassedOver) => void,
): (target: Target) => Promise<ResolvedPolicy> {
  const read = policyReader(named);
  return async ({ subject, git }) => {
    const own = named === undefined && (await standsIn({ subject, dir: git?.dir }));
    const { policy, passedOver, path } = await read(own);
    if (passedOver !== undefined) passed({ file: passedOver, of: subject.name, instead: path });
    return inForce(policy.resolve(subject, job), Date.now());
  };
}

/** Each said once, however many tools it is about. */
export function passedOvers(): { all: PassedOver[]; add(over: PassedOver): void } {
  const all: PassedOver[] = [];
  return {
    all,
    add(over) {
      if (!all.some(({ file, of }) => file === over.file && of === over.of)) all.push(over);
    },
  };
}
