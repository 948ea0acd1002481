import { undoSchema } from '@toolcrib/model/records/undo';
import { z } from 'zod';
import { actDeps } from './act-deps.ts';
import { operation } from './operation.ts';
import { mustBeAPersons } from './own-yes.ts';
import { progressSchema } from './progress.ts';

export const finish = operation({
  name: 'finish',
  title: 'Completes a softened act now: what was left running of it, or kept, goes.',
  looks: false,
  reaches: 'cluster',
  input: z.strictObject({
    act: z.string(),
    /** Also where its time has long passed; else that is the error `overdue`. */
    overdue: z.boolean().optional(),
    /** A person's word that it is the cluster in which the act was done, where that can't be told. */
    sameCluster: z.boolean().optional(),
  }),
  output: z.array(undoSchema),
  event: progressSchema,
  async run(context, { act, overdue, sameCluster }, tell) {
    // What was kept back goes by it.
    await mustBeAPersons(context, 'finished');
    const { softenMs } = await context.policy();
    const deps = { ...(await actDeps(context)), sameCluster };
    const { finishAct } = await import('@toolcrib/guard/undo/finish');
    return finishAct(deps, act, {
      windowMs: softenMs,
      confirmed: overdue,
      progress: (news) => tell({ type: 'result', ...news }),
    });
  },
});
