import type { ActDeps } from '@toolcrib/guard/undo/act';
import { finishByItself } from '@toolcrib/guard/undo/finish';
import { type SoftenRecord, ToolcribError } from '@toolcrib/model';

/**
 * How the guard finishes a softened act by itself.
 * @returns `why` is written down; `due`: only where its time has come
 * @throws ToolcribError (what is returned) `api` where something of it could not be deleted
 */
export function finishing({
  journal,
  clusterFor,
  clock,
  ...deps
}: Pick<ActDeps, 'journal' | 'clusterFor' | 'clock'> & {
  windowMs(): number;
  /** Whether a create is on its way that takes over what was left. */
  isBeingAdopted(softened: SoftenRecord): boolean;
}): (softened: SoftenRecord, why: string, due?: boolean) => Promise<void> {
  return async (softened, why, due = false) => {
    const by = `the guard (${why})`;
    const options = { windowMs: deps.windowMs(), due, adopting: () => deps.isBeingAdopted(softened) };
    const { results } = await finishByItself({ journal, clusterFor, clock, by }, softened, options);
    const failed = results.find(({ result }) => result === 'failed');
    if (failed) throw new ToolcribError('api', `${failed.what}: ${failed.note ?? 'it could not be deleted'}`);
  };
}
