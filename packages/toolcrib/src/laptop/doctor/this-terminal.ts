import { delimiter } from 'node:path';
import { kubeconfigPaths } from '@toolcrib/guard/cluster';
import { nameText, ToolcribError } from '@toolcrib/model';
import { isOwnPath } from '../terminals.ts';
import { arrives } from './arrives.ts';
import { type Age, type Taken, takenBy } from './as-clients.ts';
import type { Check, Finding, Patient } from './check.ts';

const CLIENTS: [Age, string][] = [
  ['today', 'today’s clients'],
  ['old', 'older clients (k9s 0.27)'],
];
const ON = 'eval "$(toolcrib on)"';

/** Whether what is started from this terminal goes through the guard: shown with a request, not with a look at a file. */
export const thisTerminal = {
  name: 'this terminal',
  ownWords: true,
  async look(patient) {
    const { env, home, paths } = patient;
    const listed = kubeconfigPaths(env, home);
    const own = (env.KUBECONFIG ?? '').split(delimiter).filter((path) => isOwnPath(paths, env, path));
    const alone: Finding[] =
      own.length > 0 && listed.length > own.length
        ? [
            {
              state: 'finding',
              text: 'KUBECONFIG is a list, and not all of it is ours: a client of another age takes another file.',
              next: `${ON}, which leaves one file there`,
            },
          ]
        : [];
    const results = await Promise.all(CLIENTS.map(([age, whose]) => asClient(listed, age, whose)));
    return [...alone, ...merged(results)];
  },
} satisfies Check;

/** In a few words, for `guard status`. */
export async function terminalState(
  patient: Patient,
): Promise<{ state: 'guarded' | 'outside' | 'unknown'; why: string; next?: string }> {
  const found = await thisTerminal.look(patient);
  const bad = found.find(({ state }) => state === 'finding');
  if (bad) return { state: 'outside', why: bad.text, next: bad.next };
  const open = found.find(({ state }) => state === 'unknown');
  if (open) return { state: 'unknown', why: open.text, next: open.next };
  return { state: 'guarded', why: found.map(({ text }) => text).join(' ') };
}

async function asClient(files: readonly string[], age: Age, whose: string): Promise<Finding> {
  let taken: Taken | undefined;
  try {
    taken = takenBy(age, files);
  } catch (error) {
    if (!(error instanceof ToolcribError)) throw error;
    return { state: 'unknown', text: error.message, next: error.next };
  }
  if (!taken) {
    return {
      state: 'unknown',
      text: `There is no current context for ${whose}, so no request could show where it goes.`,
      next: 'kubectl config use-context NAME',
    };
  }
  const arrival = await arrives(taken);
  return arrival.arrived
    ? {
        state: 'guarded',
        text: `A request for ${nameText(taken.context)}, as ${whose} send it, arrived at the guard.`,
      }
    : {
        state: 'finding',
        text: `A request for ${nameText(taken.context)}, as ${whose} send it, does not arrive at the guard: ${arrival.why}.`,
        next: arrival.why.includes('ECONNREFUSED') ? 'toolcrib guard start' : ON,
      };
}

/** The same for both is said once. */
function merged(findings: readonly Finding[]): Finding[] {
  const [first, second] = findings;
  const plain = (finding: Finding | undefined) =>
    CLIENTS.reduce((text, [, whose]) => text.replace(whose, 'clients of any age'), finding?.text ?? '');
  if (first && second && first.state === second.state && plain(first) === plain(second))
    return [{ ...first, text: plain(first) }];
  return [...findings];
}
