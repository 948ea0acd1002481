import { messageOf, ToolcribError } from '@toolcrib/model';
import type { GuardStatus } from '../laptop/api/schema.ts';
import type { Patient } from '../laptop/doctor/check.ts';
import type { Context } from './context.ts';

/** The terminal that asks, for the checks. What can't be had of it the checks themselves say, each where it matters. */
export async function patient(context: Context): Promise<Patient> {
  const { clock, holdings } = context;
  const [status, person] = await Promise.all([
    asked(context).catch((error: unknown) => ({ silence: messageOf(error) })),
    context.kubeconfigs().catch(() => undefined),
  ]);
  return { ...context.here(), ...status, person, holdings, now: () => clock.now() };
}

async function asked(context: Context): Promise<{ guard?: GuardStatus }> {
  const guard = await context.guard();
  try {
    return { guard: await guard.status() };
  } catch (error) {
    if (error instanceof ToolcribError && error.code === 'not-running') return {};
    throw error;
  }
}
