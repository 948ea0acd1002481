import type { SetupPlan } from '../../laptop/first-use/plan.ts';
import { bold, clean, table } from './terminal.ts';

/** The contexts, with the mode that each would have, and why. */
export function modesText({ contexts, unread }: SetupPlan): string {
  if (unread !== undefined) return `Your contexts are not known: ${clean(unread)}`;
  if (contexts.length === 0) return 'There is no context in your kubeconfig yet.';
  return table([
    ['CONTEXT', 'MODE', ''],
    ...contexts.map(({ name, mode, why }) => [clean(name), mode, clean(why)]),
  ]);
}

/** What is there already, or can't be done, a line each. */
export function keptText({ policy, contexts, shell }: SetupPlan): string[] {
  const lines: string[] = [];
  if (policy.state === 'kept') {
    lines.push(`${policy.path} is there, and is kept as it is.`);
    if (policy.why !== undefined) lines.push(`It can't be used, though: ${clean(policy.why)}`);
    for (const { name, mode, now, why } of contexts)
      if (now !== undefined && now !== mode)
        lines.push(`  ${clean(name)}: ${now} by it; proposed would be ${mode} (${clean(why)}).`);
  }
  if (policy.state === 'cannot') lines.push(`${policy.path} can't be written: ${clean(policy.why ?? '')}.`);
  for (const [what, part] of partsOf(shell)) {
    if (part.state === 'there') lines.push(`${what}: there already, in ${shell.file}.`);
    if (part.state === 'by-hand') lines.push(`${what}: a line of your own in ${shell.file} does it.`);
    if (part.state === 'cannot') lines.push(`${what}: not added, ${clean(shell.why ?? '')}.`);
    if (part.state === 'cannot' && part.lines.length > 0)
      lines.push('  By hand:', ...part.lines.map((line) => `    ${line}`));
  }
  return lines;
}

const partsOf = ({ hook, completion }: SetupPlan['shell']) =>
  [
    ['The guard in each new terminal', hook],
    ['Completion at TAB', completion],
  ] as const;

/** Where lines are added: a link is told as one. */
export function fileText({ file, leadsTo }: SetupPlan['shell']): string {
  return leadsTo === undefined ? String(file) : `${file} (a link: ${leadsTo} is changed)`;
}

/** All that would be written, for where nobody can be asked. */
export function planText(plan: SetupPlan): string {
  const { policy, shell } = plan;
  const added = partsOf(shell).flatMap(([, part]) => (part.state === 'offered' ? part.lines : []));
  return [
    modesText(plan),
    ...(policy.state === 'offered' ? ['', bold(`Would write ${policy.path}:`), policy.text.trimEnd()] : []),
    ...(added.length > 0 ? ['', bold(`Would add to ${fileText(shell)}:`), ...added] : []),
    ...kept(plan),
  ].join('\n');
}

function kept(plan: SetupPlan): string[] {
  const lines = keptText(plan);
  return lines.length > 0 ? ['', ...lines] : [];
}
