import { z } from 'zod';
import { planUninstall, uninstallPlanSchema } from '../uninstall/plan.ts';
import { operation } from './operation.ts';

export const uninstallPlan = operation({
  name: 'uninstall-plan',
  title: 'What an uninstall would remove, and what would stay and why. Only looks.',
  looks: true,
  reaches: 'terminal',
  input: z.strictObject({
    /** Also the journal with its snapshots: no undo afterwards. */
    purge: z.boolean().default(false),
  }),
  output: uninstallPlanSchema,
  run(context, { purge }) {
    const here = context.here();
    return planUninstall(here.paths, context.holdings, purge, here);
  },
});
