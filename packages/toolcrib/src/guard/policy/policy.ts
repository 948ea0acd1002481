import { contextNameOf, type DecisionVerb, type Mode, ToolcribError } from '../../model/index.ts';
import { compileRule, type Rule, type RuleVocabulary } from '../../model/rule.ts';
import { parseYamlFile } from '../../model/yaml-file.ts';
import { type GuardPolicyFile, guardPolicySchema } from './schema.ts';

export interface PolicyRule {
  name: string;
  when: Rule;
  verdict: DecisionVerb;
  reason?: string;
}

/** A loaded policy, ready to decide. */
export interface GuardPolicy {
  modeFor(context: string, namespace: string | undefined): Mode;
  rules: PolicyRule[];
  /** Milliseconds. */
  waitMs: number;
  passMs: number;
  softenMs: number;
  keepMs: number;
}

/** What a rule can see. docs/guard.md explains each. */
export const ruleVocabulary = {
  radius: [
    'state',
    'objects',
    'pods',
    'podsNotReplaced',
    'workloads',
    'workloadsLeftWithoutPods',
    'claims',
    'volumesLost',
  ],
  effect: ['verb', 'group', 'resource', 'namespace', 'name', 'propagation', 'gracePeriodSeconds', 'replicas'],
  act: ['soFar', 'expected'],
  caller: ['person', 'tool', 'userAgent', 'command', 'agent'],
  context: null,
} as const satisfies RuleVocabulary;

const sampleFacts = {
  radius: {
    state: 'complete',
    objects: 1,
    pods: 0,
    podsNotReplaced: 0,
    workloads: 0,
    workloadsLeftWithoutPods: 0,
    claims: 0,
    volumesLost: 0,
  },
  effect: {
    verb: 'delete',
    group: '',
    resource: 'pods',
    namespace: 'default',
    name: 'web-0',
    propagation: 'Background',
    gracePeriodSeconds: -1,
    replicas: -1,
  },
  act: { soFar: 1, expected: 1 },
  caller: { person: 'aiko', tool: '', userAgent: '', command: '', agent: false },
  context: 'prod',
} satisfies Facts;

/** The values behind {@link ruleVocabulary}; -1 and '' stand for what the request does not say. */
export interface Facts {
  radius: Record<(typeof ruleVocabulary)['radius'][number], string | number>;
  effect: Record<(typeof ruleVocabulary)['effect'][number], string | number>;
  act: { soFar: number; expected: number };
  caller: Record<(typeof ruleVocabulary)['caller'][number], string | boolean>;
  context: string;
  [name: string]: unknown;
}

/** What decides where nobody wrote rules: data loss, outages, many at once, and what could not be understood. */
export const builtInRules: NonNullable<GuardPolicyFile['spec']['rules']> = [
  {
    name: 'data-loss',
    when: 'radius.volumesLost > 0',
    then: 'hold',
    reason: 'the data of a volume would be gone for good',
  },
  {
    name: 'outage',
    when: 'radius.workloadsLeftWithoutPods > 0',
    then: 'hold',
    reason: 'a workload would be left without Pods',
  },
  {
    name: 'many',
    when: 'effect.verb == "delete" && act.expected > 10 && radius.podsNotReplaced > 0',
    then: 'hold',
    reason: 'many objects at once, and Pods among them that nothing replaces',
  },
  {
    name: 'not-understood',
    when: 'radius.state != "complete" && effect.verb != "evict"',
    then: 'hold',
    reason: 'not everything it would hit could be seen',
  },
];

/**
 * Reads `guard.yaml`.
 * @throws ToolcribError `bad-file` with line and column, or with the rule and what is wrong with it
 */
export function loadPolicy(text: string, name: string): GuardPolicy {
  const file = parseYamlFile(text, name, guardPolicySchema);
  return compile(file, name);
}

/** What holds where there is no file: every cluster is observed, the built-in rules say what would be held. */
export function defaultPolicy(): GuardPolicy {
  const file = guardPolicySchema.parse({
    apiVersion: 'toolcrib.dev/v1alpha1',
    kind: 'GuardPolicy',
    spec: {},
  });
  return compile(file, 'the built-in policy');
}

function compile(file: GuardPolicyFile, name: string): GuardPolicy {
  const { clusters, hold, soften, journal } = file.spec;
  const rules = (file.spec.rules ?? builtInRules).map((rule): PolicyRule => {
    try {
      const when = compileRule(rule.when, ruleVocabulary);
      // A rule that gives no true or false would hold everything later: better said now.
      const probe = when(sampleFacts);
      if ('error' in probe) throw new Error(probe.error);
      return { name: rule.name, when, verdict: rule.then, reason: rule.reason };
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new ToolcribError('bad-file', `${name}: rule ${rule.name}: ${why}`, {
        next: 'docs/guard.md lists what a rule can see.',
        cause,
      });
    }
  });
  return {
    modeFor(context, namespace) {
      // By the person's name of it: the guard's own may carry a mark (two terminals' files, one name).
      const names = [context, contextNameOf(context)];
      const cluster = clusters.find((candidate) =>
        names.some((name) => matchesGlob(candidate.context, name)),
      );
      if (!cluster) return 'observe';
      const excepted = namespace && cluster.exceptNamespaces?.some((glob) => matchesGlob(glob, namespace));
      return excepted ? 'observe' : cluster.mode;
    },
    rules,
    waitMs: hold.waitSeconds * 1000,
    passMs: hold.passSeconds * 1000,
    softenMs: soften.windowMinutes * 60_000,
    keepMs: journal.keepDays * 24 * 3_600_000,
  };
}

/** `*` stands for any characters, all else for itself; linear time. */
export function matchesGlob(glob: string, text: string): boolean {
  const [first = '', ...rest] = glob.split('*');
  if (rest.length === 0) return glob === text;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  const last = rest.pop() ?? '';
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}
