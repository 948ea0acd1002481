import type { Patient } from '../laptop/doctor/check.ts';
import type { Context } from './context.ts';

/** The terminal that asks, for the checks. What can't be had of it the checks themselves say, each where it matters. */
export async function patient(context: Context): Promise<Patient> {
  const guard = await context.guard();
  const [status, person] = await Promise.all([
    guard.status().catch(() => undefined),
    context.kubeconfigs().catch(() => undefined),
  ]);
  return { ...context.here(), guard: status, person };
}
