import { z } from 'zod';
import { planSetup, setupChoiceSchema } from '../laptop/first-use/plan.ts';
import { operation } from './operation.ts';
import { contextNames } from './setup-plan.ts';

export const setup = operation({
  name: 'setup',
  title: 'Writes what `setup-plan` shows and a person said yes to, or nothing of it.',
  looks: false,
  reaches: 'terminal',
  input: setupChoiceSchema.extend({
    policy: z.boolean().default(false),
    hook: z.boolean().default(false),
    completion: z.boolean().default(false),
  }),
  output: z.object({ wrote: z.array(z.string()) }),
  async run(context, { policy, hook, completion, ...choice }) {
    const { carryOut } = await import('../laptop/first-use/carry-out.ts');
    const here = context.here();
    const plan = planSetup(here, await contextNames(context), choice);
    return { wrote: carryOut(here, plan, { policy, hook, completion }) };
  },
});
