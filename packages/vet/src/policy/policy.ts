import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { ToolcribError } from '@toolcrib/model';
import { parseYamlFile } from '@toolcrib/model/yaml-file';
import { parse } from 'yaml';
import { CRITERIA } from '../criteria/index.ts';
import type { Subject } from '../facts/evidence.ts';
import type { Exception, ResolvedPolicy } from './resolved.ts';
import { checkRule } from './rules.ts';
import { type TrustPolicyFile, trustPolicySchema } from './schema.ts';

export interface TrustPolicy {
  /** The policy as it applies to one subject. @throws ToolcribError `usage` for a job the policy does not name */
  resolve(subject: Subject, job?: string): ResolvedPolicy;
}

/**
 * @param name for error texts
 * @param shownAs what packs and reports call it
 * @throws ToolcribError `bad-file` with line and column
 */
export function loadTrustPolicy(text: string, name: string, shownAs: string = name): TrustPolicy {
  const { spec } = parseYamlFile(text, name, trustPolicySchema);
  for (const wanted of [spec.default, ...Object.values(spec.jobs)])
    if (!Object.hasOwn(spec.profiles, wanted))
      throw new ToolcribError(
        'bad-file',
        `${name}: there is no profile "${wanted}"; there are ${Object.keys(spec.profiles).join(', ')}`,
      );
  for (const profile of Object.values(spec.profiles)) for (const rule of profile.rules) checkRule(rule, name);
  // As it was written: once parsed, what was left out can't be told from what is the default.
  const written = (parse(text) as { spec: Written }).spec;
  const source = { path: shownAs, sha256: createHash('sha256').update(text).digest('hex') };
  return {
    resolve: (subject, job) => ({ source, ...resolve(spec, written, name, subject, job) }),
  };
}

type Thresholds = Record<string, object | undefined>;
type Written = { thresholds?: Thresholds; profiles: Record<string, { thresholds?: Thresholds }> };

function resolve(
  spec: TrustPolicyFile['spec'],
  written: Written,
  name: string,
  subject: Subject,
  job?: string,
): ResolvedPolicy {
  const wanted = job === undefined ? spec.default : new Map(Object.entries(spec.jobs)).get(job);
  const found = Object.entries(spec.profiles).find(([profile]) => profile === wanted);
  if (found === undefined)
    throw new ToolcribError('usage', `${name} names no job "${job}"`, {
      next: `name it under spec.jobs, or take one of: ${Object.keys(spec.jobs).join(', ')}`,
    });
  const [chosen, profile] = found;
  const merged = CRITERIA.map(({ id, threshold }) => {
    const own = written.profiles[chosen]?.thresholds?.[id];
    return [id, threshold.parse({ ...written.thresholds?.[id], ...own })] as const;
  });
  return {
    ...(job === undefined ? {} : { job }),
    profile: chosen,
    require: profile.require,
    inform: profile.inform,
    thresholds: Object.fromEntries(merged),
    rules: profile.rules,
    exceptions: spec.exceptions.filter(({ tool }) => speaksOf(tool, subject)),
  };
}

/** An exception names a tool by its name or its purl without version; nothing looser, so that it can't spread. */
function speaksOf(tool: string, subject: Subject): boolean {
  return tool === subject.name || tool === subject.purl;
}

/**
 * The policy without the exceptions that have ended by now: looking at the past (`--at`, an old pack) brings none of
 * them back.
 *
 * @param now the reader's clock
 */
export function inForce(policy: ResolvedPolicy, now: number): ResolvedPolicy {
  return { ...policy, exceptions: policy.exceptions.filter(({ expires }) => expires >= dayOf(now)) };
}

/** Whether two policies demand the same: where they stand and what the job is called demands nothing. */
export function demandsSame(one: ResolvedPolicy, other: ResolvedPolicy): boolean {
  const plain = (policy: ResolvedPolicy) =>
    JSON.parse(JSON.stringify({ ...policy, job: undefined, source: undefined })) as unknown;
  return isDeepStrictEqual(plain(one), plain(other));
}

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** The exception that waives a criterion at a moment; its last day counts whole, in UTC. */
export function exceptionFor(policy: ResolvedPolicy, criterion: string, now: number): Exception | undefined {
  const today = dayOf(now);
  return policy.exceptions.find(
    (exception) => exception.criterion === criterion && exception.expires >= today,
  );
}
