import { mayAnswer } from '../cage/lineage.ts';
import type { Context } from './context.ts';

/**
 * What is asked for is a yes of a person's own.
 * @param what was not done where it is none: "finished"
 * @throws ToolcribError `conflict` where who asks belongs to a run: nobody says yes to himself
 */
export async function mustBeAPersons({ asker, runs }: Context, what: string): Promise<void> {
  mayAnswer(asker.pid, await runs(), what);
}
