import { contextNameOf, type Mode, mayArriveMs } from '@toolcrib/model';
import { parseYamlFile } from '@toolcrib/model/yaml-file';
import { type PolicyRule, ruleFaults, rulesInForce } from './rules.ts';
import { type GuardPolicyFile, guardPolicySchema } from './schema.ts';

export { builtInRules } from './built-in.ts';
export type { PolicyRule } from './rules.ts';
export { type Facts, ruleWords } from './vocabulary.ts';

/** A loaded policy, ready to decide. */
export interface GuardPolicy {
  modeFor(context: string, namespace: string | undefined): Mode;
  /** How long after it was sent a request may still be carried out. Milliseconds. */
  mayArriveMs(context: string): number;
  /** In the order in which they are asked. */
  rules: PolicyRule[];
  /** Names of the built-in rules that a person took away. */
  disabled: string[];
  /** Milliseconds. */
  waitMs: number;
  passMs: number;
  softenMs: number;
  keepMs: number;
}

/**
 * Reads `guard.yaml`.
 * @throws ToolcribError `bad-file` with line and column, also where a rule can't be used
 */
export function loadPolicy(text: string, name: string): GuardPolicy {
  return compile(parseYamlFile(text, name, guardPolicySchema.superRefine(ruleFaults)));
}

/** What holds where there is no file: every cluster is observed, the built-in rules say what would be held. */
export function defaultPolicy(): GuardPolicy {
  const file = guardPolicySchema.parse({
    apiVersion: 'toolcrib.dev/v1alpha1',
    kind: 'GuardPolicy',
    spec: {},
  });
  return compile(file);
}

function compile(file: GuardPolicyFile): GuardPolicy {
  const { clusters, hold, soften, journal, disable } = file.spec;
  const clusterOf = (context: string) => {
    // By the person's name of it: the guard's own may carry a mark (two terminals' files, one name).
    const names = [context, contextNameOf(context)];
    return clusters.find((candidate) => names.some((name) => matchesGlob(candidate.context, name)));
  };
  return {
    mayArriveMs: (context) => mayArriveMs(clusterOf(context)?.requestTimeoutSeconds),
    modeFor(context, namespace) {
      const cluster = clusterOf(context);
      if (!cluster) return 'observe';
      const excepted = namespace && cluster.exceptNamespaces?.some((glob) => matchesGlob(glob, namespace));
      return excepted ? 'observe' : cluster.mode;
    },
    rules: rulesInForce(file.spec),
    disabled: disable,
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
  const last = String(rest.pop());
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}
