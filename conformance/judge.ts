import { compare } from './compare.ts';
import accepted from './data/accepted.json' with { type: 'json' };
import listedUnserved from './data/unserved.json' with { type: 'json' };
import { normalise } from './normalise.ts';
import type { Difference, Outcome, Result } from './result.ts';
import type { Step } from './step.ts';
import type { Observation, Run } from './types.ts';

/** A divergence that a simulator should have, and where exactly it shows. */
interface Acceptance {
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

/** A request that the sandbox does not serve yet, and how it says so. */
interface Unserved {
  step: string;
  /** Method and path; `*` stands for one name in it. */
  request: string;
  status: 404 | 405 | 501;
}

const unserved = listedUnserved as Unserved[];

/** Where the step could not be carried on on the real control plane, the playbook is wrong. */
export function judge(step: Step, real: Run, simulated: Run): Verdict {
  const { observed: testbed, stopped } = real;
  const { observed: sandbox } = simulated;
  const differences = compare(normalise(testbed, real.trail), normalise(sandbox, simulated.trail));
  if (stopped !== undefined) {
    const failure = {
      path: 'the playbook itself stops on the real control plane',
      at: -1,
      testbed: stopped,
      sandbox: undefined,
    };
    return { outcome: 'failed', differences: [failure, ...differences] };
  }
  if (differences.length === 0) return { outcome: 'identical', differences };
  const notServed = new Set<number>();
  for (const { at } of differences) {
    if (isListedAsUnserved(step, testbed[at], sandbox[at])) notServed.add(at);
  }
  const listed = acceptances.filter((acceptance) => acceptance.step === step.id);
  const isAccepted = (path: string) =>
    listed.some(({ where }) => where.some((pattern) => new RegExp(pattern).test(path)));
  if (!differences.every(({ at, path }) => notServed.has(at) || isAccepted(path)))
    return { outcome: 'failed', differences };
  if (notServed.size > 0) {
    const said = [...notServed].map((at) => `${sandbox[at]?.what}: ${sandbox[at]?.status}`);
    return { outcome: 'unserved', differences, reason: said.join(', ') };
  }
  return { outcome: 'accepted', differences, reason: listed.map(({ reason }) => reason).join(' ') };
}

/** What an API server says, word for word, of what it does not have; a sandbox that says less is no honest one. */
const HONEST: Record<Unserved['status'], { reason?: string; message: RegExp }> = {
  404: { reason: 'NotFound', message: /^the server could not find the requested resource$/ },
  405: { reason: 'MethodNotAllowed', message: /does not allow this method on the requested resource/ },
  501: { reason: 'NotImplemented', message: /^the sandbox does not serve / },
};

/** Whether the sandbox answers a listed request, and no other, with the listed status and its words; the real one does not. */
function isListedAsUnserved(
  step: Step,
  real: Observation | undefined,
  mine: Observation | undefined,
): boolean {
  if (!real || !mine || real.what !== mine.what) return false;
  const entry = unserved.find(({ step: id, request }) => id === step.id && asRegex(request).test(mine.what));
  if (!entry || mine.status !== entry.status) return false;
  return isHonest(mine.body, entry.status) && !isHonest(real.body, entry.status);
}

function isHonest(body: unknown, status: Unserved['status']): boolean {
  // A path that no group serves is answered in plain text, by the real one too.
  if (typeof body === 'string') return status === 404 && /^404 page not found\s*$/.test(body);
  const { kind, code, reason, message } = (body ?? {}) as Record<string, unknown>;
  const honest = HONEST[status];
  return (
    kind === 'Status' && code === status && reason === honest.reason && honest.message.test(String(message))
  );
}

function asRegex(request: string): RegExp {
  const parts = request.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^/]+')}$`);
}

/** Entries of the two lists that fit no step of the playbook, or are not needed any more. */
export function idleEntries(results: readonly Pick<Result, 'step' | 'outcome'>[]): string[] {
  const outcomes = new Map(results.map(({ step, outcome }) => [step.id, outcome]));
  const idle = (step: string, outcome: Outcome) => outcomes.get(step) !== outcome;
  return [
    ...acceptances.filter(({ step }) => idle(step, 'accepted')).map(({ step }) => `accepted: ${step}`),
    ...unserved.filter(({ step }) => idle(step, 'unserved')).map(({ step }) => `not served yet: ${step}`),
  ];
}
