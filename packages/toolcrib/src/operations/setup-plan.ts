import { messageOf } from '@toolcrib/model';
import { planSetup, setupChoiceSchema, setupPlanSchema } from '../laptop/first-use/plan.ts';
import type { Context } from './context.ts';
import { operation } from './operation.ts';

export const setupPlan = operation({
  name: 'setup-plan',
  title:
    'What a first use would write, and where: modes for the clusters, lines for new terminals. Only looks.',
  looks: true,
  reaches: 'terminal',
  input: setupChoiceSchema,
  output: setupPlanSchema,
  run: async (context, choice) => planSetup(context.here(), await contextNames(context), choice),
});

/** As the person's files call them, or why they can't be had: setup goes on without them. */
export async function contextNames(
  context: Pick<Context, 'kubeconfigs'>,
): Promise<readonly string[] | { unread: string }> {
  try {
    const { contextNames: labels, nameOf } = await context.kubeconfigs();
    return labels.map((label) => nameOf(label));
  } catch (error) {
    return { unread: messageOf(error) };
  }
}
