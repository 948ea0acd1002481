import { messageOf, nameText, ToolcribError } from '@toolcrib/model';
import type { Check, Finding, Patient } from './check.ts';
import { type PolicyLines, policyLines } from './policy-lines.ts';
import { sentence } from './sentence.ts';

/** So many names stand in one line. */
const TOLD = 12;

/** Which clusters there are, in which mode, and what says so. */
export const clusters = {
  name: 'clusters',
  aside: true,
  ownWords: true,
  async look({ person, paths, guard }) {
    if (!person)
      return [{ state: 'unknown', text: 'The kubeconfig can’t be read, so its clusters are not known.' }];
    if (person.contextNames.length === 0)
      return [{ state: 'note', text: 'There is no context in the kubeconfig: nothing can be guarded yet.' }];
    const lines = linesOf(paths.policy);
    const found =
      'state' in lines ? [lines, ...byGuard(guard)] : byFile(lines, person.contextNames, paths.policy);
    return [...found, ...notThere(guard, person.contextNames)];
  },
} satisfies Check;

/** What a file that can't be used is told as. */
export function linesOf(path: string): PolicyLines | Finding {
  try {
    return policyLines(path);
  } catch (error) {
    const next = error instanceof ToolcribError && error.next ? error.next : 'Mend the file.';
    return { state: 'fault', text: sentence(`guard.yaml can’t be used: ${messageOf(error)}`), next };
  }
}

function byFile(
  { policy, there, clusterOf }: PolicyLines,
  names: readonly string[],
  path: string,
): Finding[] {
  const groups = Map.groupBy(names, (name) => {
    const entry = clusterOf(name);
    const why = entry
      ? `as ${path}:${entry.line} says of ${nameText(entry.glob)}`
      : there
        ? `since no line of ${path} says more`
        : `since there is no ${path}`;
    return `${policy.modeFor(name, undefined)} ${why}`;
  });
  return [...groups].map(([says, of]) => {
    const [mode = '', ...why] = says.split(' ');
    const found: Finding = { state: 'note', text: `${mode}: ${shown(of)}, ${why.join(' ')}.` };
    return there ? found : { ...found, next: 'toolcrib setup' };
  });
}

/** As the running guard has them, where the file can't tell. */
function byGuard(guard: Patient['guard']): Finding[] {
  if (!guard) return [{ state: 'unknown', text: 'No guard runs that could tell the modes in force.' }];
  const groups = Map.groupBy(guard.contexts, ({ mode }) => mode);
  return [...groups].map(([mode, of]) => ({
    state: 'note',
    text: `${mode}: ${shown(of.map(({ context }) => context))}, by what the running guard read last.`,
  }));
}

/** Of which a guard that runs does not know yet. */
function notThere(guard: Patient['guard'], names: readonly string[]): Finding[] {
  const missing = names.filter((name) => guard && !guard.contexts.some(({ context }) => context === name));
  if (missing.length === 0) return [];
  return [
    {
      state: 'note',
      text: `The running guard has no door for ${shown(missing)} yet.`,
      next: 'eval "$(toolcrib on)", in the terminal that has it',
    },
  ];
}

function shown(names: readonly string[]): string {
  const more = names.length > TOLD ? ` and ${names.length - TOLD} more` : '';
  return names.slice(0, TOLD).map(nameText).join(', ') + more;
}
