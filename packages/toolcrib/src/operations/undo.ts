import { undoSchema } from '@toolcrib/model/records/undo';
import { z } from 'zod';
import { actDeps } from './act-deps.ts';
import { operation } from './operation.ts';
import { mustBeAPersons } from './own-yes.ts';
import { progressSchema } from './progress.ts';

export const undo = operation({
  name: 'undo',
  title: 'Brings back what an act took; never overwrites what stands there now. Needs no guard.',
  looks: false,
  reaches: 'cluster',
  input: z.strictObject({
    act: z.string(),
    /** A person's word that it is the cluster in which the act was done, where that can't be told. */
    sameCluster: z.boolean().optional(),
  }),
  output: undoSchema,
  event: progressSchema,
  async run(context, { act, sameCluster }, tell) {
    if (sameCluster) await mustBeAPersons(context, 'undone');
    const deps = await actDeps(context);
    const { undoAct } = await import('@toolcrib/guard/undo/act');
    return undoAct({ ...deps, sameCluster, tell: (text) => tell({ type: 'waits', text }) }, act, (news) =>
      tell({ type: 'result', ...news }),
    );
  },
});
