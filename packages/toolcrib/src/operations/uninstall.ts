import { z } from 'zod';
import { uninstallPlanSchema } from '../uninstall/plan.ts';
import { operation } from './operation.ts';

export const uninstall = operation({
  name: 'uninstall',
  title:
    'Stops the guard and removes everything that is toolcrib’s own. The person’s files are left as they are.',
  looks: false,
  reaches: 'terminal',
  input: z.strictObject({
    /** Also the journal with its snapshots: no undo afterwards. */
    purge: z.boolean().default(false),
  }),
  output: uninstallPlanSchema,
  async run(context, { purge }) {
    const { uninstall } = await import('../uninstall/uninstall.ts');
    return uninstall(context.here(), context.holdings, purge);
  },
});
