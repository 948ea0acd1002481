import { messageOf } from '@toolcrib/model';
import type { Check, Diagnosis, Finding, Patient } from './check.ts';
import { connections } from './connections.ts';
import { desktop } from './desktop.ts';
import { environment } from './environment.ts';
import { kubectl } from './kubectl.ts';
import { shellFiles } from './shell-files.ts';
import { thisTerminal } from './this-terminal.ts';

export type { Finding } from './check.ts';
export { terminalState } from './this-terminal.ts';

/** In the order in which they are told. */
export const checks: readonly Check[] = [
  thisTerminal,
  kubectl,
  environment,
  shellFiles,
  desktop,
  connections,
];

/** Asks all of them; one that fails is told as not known, and takes none of the others with it. */
export async function diagnose(patient: Patient): Promise<Diagnosis> {
  const results = await Promise.all(
    checks.map(async ({ name, look }) => ({
      name,
      findings: await look(patient).catch((error: unknown): Finding[] => [
        { state: 'unknown', text: messageOf(error) },
      ]),
    })),
  );
  const all = results.flatMap(({ findings }) => findings);
  const any = (state: Finding['state']) => all.some((finding) => finding.state === state);
  const verdict = any('finding') ? 'findings' : any('unknown') ? 'not-told' : 'all-guarded';
  return { verdict, checks: results };
}
