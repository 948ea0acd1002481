import { homedir, userInfo } from 'node:os';
import type { z } from 'zod';
import { pathsOf } from '../../laptop/paths.ts';
import type { Operation } from '../../operations/operation.ts';

export const paths = () => pathsOf(process.env, homedir());

/** The guard's API, without starting it. */
export async function guard() {
  const { guardClient } = await import('../../laptop/api/client.ts');
  return guardClient(paths().socket);
}

interface Place {
  env: Record<string, string | undefined>;
  home: string;
}

/**
 * Carries out one operation for who sits at this terminal: nothing of it outlives it.
 * @param tell told on the way
 * @param where another environment than this terminal's
 */
export async function call<In extends z.ZodObject, Out extends z.ZodType, Event extends z.ZodType>(
  operation: Operation<In, Out, Event>,
  input: z.input<In>,
  tell?: (event: z.output<Event>) => void,
  where: Place = { env: process.env, home: homedir() },
): Promise<z.output<Out>> {
  const [{ openCommand }, { perform }] = await Promise.all([
    import('../../compose/command.ts'),
    import('../../operations/operation.ts'),
  ]);
  const { context, close } = await openCommand({
    ...where,
    asker: { person: userInfo().username, pid: process.pid },
    terminal: true,
  });
  try {
    return await perform(operation, context, input, tell);
  } finally {
    await close();
  }
}

/** The guard in this very process, to its end. @throws ToolcribError where it can't start: `conflict` where one runs already … */
export async function guardHere(): Promise<void> {
  const { guardUntilSignal } = await import('../../compose/guard.ts');
  return guardUntilSignal();
}
