import { messageOf } from '@toolcrib/model';
import type { Check, Diagnosis, Finding, Patient } from './check.ts';
import { clients } from './clients.ts';
import { clock } from './clock.ts';
import { clusters } from './clusters.ts';
import { connections } from './connections.ts';
import { desktop } from './desktop.ts';
import { disk } from './disk.ts';
import { environment } from './environment.ts';
import { guard } from './guard.ts';
import { journal } from './journal.ts';
import { key } from './key.ts';
import { kubectl } from './kubectl.ts';
import { rules } from './rules.ts';
import { sentence } from './sentence.ts';
import { shellFiles } from './shell-files.ts';
import { softened } from './softened.ts';
import { thisTerminal } from './this-terminal.ts';
import { versions } from './versions.ts';

export { terminalState } from './this-terminal.ts';

/** In the order in which they are told. */
export const checks: readonly Check[] = [
  thisTerminal,
  kubectl,
  clients,
  environment,
  shellFiles,
  desktop,
  connections,
  guard,
  clusters,
  rules,
  softened,
  journal,
  key,
  disk,
  clock,
  versions,
];

/** Milliseconds. So long one check may take, whatever it asks: all of them are asked at once. */
const LIMIT = 15_000;

/** Asks all of them; one that fails, or never ends, is told as not known, and takes none of the others with it. */
export async function diagnose(
  patient: Patient,
  { limit = LIMIT, asked = checks }: { limit?: number; asked?: readonly Check[] } = {},
): Promise<Diagnosis> {
  const results = await Promise.all(
    asked.map(async (check) => ({
      name: check.name,
      aside: check.aside ?? false,
      findings: await within(limit, check, patient),
    })),
  );
  const found = results.flatMap(({ findings }) => findings).map(({ state }) => state);
  const open = results.some(
    ({ aside, findings }) => !aside && findings.some(({ state }) => state === 'unknown'),
  );
  const verdict =
    found.includes('finding') || found.includes('fault') ? 'findings' : open ? 'not-told' : 'all-guarded';
  return { verdict, terminal: terminalOf(results), checks: results };
}

async function within(limit: number, check: Check, patient: Patient): Promise<Finding[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Finding[]>((resolve) => {
    const text = `Nothing was found out within ${limit / 1000} s.`;
    timer = setTimeout(() => resolve([{ state: 'unknown', text }]), limit);
  });
  try {
    return await Promise.race([check.look(patient), late]);
  } catch (error) {
    return [{ state: 'unknown', text: sentence(messageOf(error)) }];
  } finally {
    clearTimeout(timer);
  }
}

/** By the checks that send a request. */
function terminalOf(results: Diagnosis['checks']): Diagnosis['terminal'] {
  const tried = results
    .filter(({ name }) => name === thisTerminal.name || name === kubectl.name)
    .flatMap(({ findings }) => findings.map(({ state }) => state));
  if (tried.includes('finding')) return 'outside';
  return tried.includes('guarded') && !tried.includes('unknown') ? 'guarded' : 'unknown';
}
