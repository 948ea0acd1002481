import type { ActDeps } from '@toolcrib/guard/undo/act';
import type { Context } from './context.ts';

/** What undo and finish stand on. */
export async function actDeps(context: Context): Promise<ActDeps> {
  return {
    journal: await context.journal(),
    clusterFor: (name) => context.cluster(name),
    clock: context.clock,
    by: context.asker.person,
    mayArriveMs: async (name) => (await context.policy()).mayArriveMs(name),
  };
}
