import { combineVerdicts, ToolcribError } from '@toolcrib/model';
import { publishChecklist } from '../publish/publish.ts';
import { resolveTarget } from '../sources/target.ts';
import { checked, type PublishInput, publishInput } from './input.ts';
import type { Publishable } from './outcome.ts';
import { passedOvers, policyChooser } from './policy-for.ts';

/** @throws ToolcribError `usage` where it is no clone on this disk */
export async function vetPublish(
  asked: PublishInput,
  progress: (text: string) => void = () => undefined,
): Promise<Publishable> {
  const { spec, git, files, at, registry, ...by } = checked(publishInput, asked);
  const context = { now: () => at ?? Date.now(), ...(registry === undefined ? {} : { registry }), progress };
  const target = await resolveTarget({ spec, git, files }, context);
  if ('clone' in target || target.git === undefined)
    throw new ToolcribError('usage', `${spec} is no clone on this disk, so it can't be looked through`, {
      next: 'toolcrib vet . --publish',
    });
  const over = passedOvers();
  const policy = await policyChooser(by, over.add)(target);
  const items = await publishChecklist(target, policy, context);
  return {
    name: target.subject.name,
    items,
    policy,
    verdict: combineVerdicts(items.map((item) => item.verdict)),
    passedOver: over.all,
  };
}
