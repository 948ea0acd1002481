import { compare } from './compare.ts';
import accepted from './data/accepted.json' with { type: 'json' };
import { normalise } from './normalise.ts';
import type { Difference, Observation, Outcome, Step } from './types.ts';

/** A divergence that a simulator should have, and where exactly it shows. */
export interface Acceptance {
  step: string;
  /** Regular expressions over the paths of differences; all of a step's differences must match one. */
  where: string[];
  reason: string;
}

const acceptances: Acceptance[] = accepted;

export interface Verdict {
  outcome: Outcome;
  differences: Difference[];
  reason?: string;
}

/** @param stopped why the step could not be carried on on the real control plane: then the playbook is wrong */
export function judge(step: Step, testbed: Observation[], sandbox: Observation[], stopped?: string): Verdict {
  const differences = compare(normalise(testbed), normalise(sandbox));
  if (stopped !== undefined) {
    const failure = {
      path: 'the playbook itself stops on the real control plane',
      testbed: stopped,
      sandbox: undefined,
    };
    return { outcome: 'failed', differences: [failure, ...differences] };
  }
  if (differences.length === 0) return { outcome: 'identical', differences };
  const unserved = firstUnserved(testbed, sandbox);
  if (unserved !== undefined) return { outcome: 'unserved', differences, reason: unserved };
  const listed = acceptances.filter((acceptance) => acceptance.step === step.id);
  const covered = differences.every(({ path }) =>
    listed.some(({ where }) => where.some((pattern) => new RegExp(pattern).test(path))),
  );
  if (covered)
    return { outcome: 'accepted', differences, reason: listed.map(({ reason }) => reason).join(' ') };
  return { outcome: 'failed', differences };
}

const HONEST =
  /could not find the requested resource|doesn't have a resource type|page not found|does not allow this method|no matches for kind|\(NotImplemented\)/i;

/** What the sandbox said openly that it does not serve, where the real one does. */
function firstUnserved(testbed: Observation[], sandbox: Observation[]): string | undefined {
  for (const [index, mine] of sandbox.entries()) {
    const real = testbed[index];
    if (real === undefined || real.what !== mine.what) return undefined;
    const text = (body: unknown) => (typeof body === 'string' ? body : JSON.stringify(body ?? ''));
    const honestStatus =
      (mine.status === 404 && HONEST.test(text(mine.body)) && !HONEST.test(text(real.body))) ||
      ((mine.status === 405 || mine.status === 501) && real.status !== mine.status);
    if (honestStatus) return `${mine.what}: ${mine.status}`;
    const said = mine.stderr ?? '';
    if (HONEST.test(said) && !HONEST.test(real.stderr ?? ''))
      return `${mine.what}: ${said.trim().split('\n').at(-1)}`;
  }
  return undefined;
}

/** Acceptances that fit no step of the playbook, or are not needed any more. */
export function idleAcceptances(accepted: ReadonlySet<string>, all: ReadonlySet<string>): string[] {
  return acceptances
    .filter(({ step }) => all.has(step) && !accepted.has(step))
    .map(({ step }) => step)
    .concat(acceptances.filter(({ step }) => !all.has(step)).map(({ step }) => step));
}
