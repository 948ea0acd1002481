import { version } from '../version.ts';
import type { Check, Finding } from './check.ts';
import { sentence } from './sentence.ts';

/** The guard itself: whether it runs, and what it says of itself. */
export const guard = {
  name: 'guard',
  aside: true,
  ownWords: true,
  async look({ guard: status, silence }) {
    if (!status) {
      if (silence === undefined)
        return [
          {
            state: 'note',
            text: 'The guard does not run; turning a terminal on starts it.',
            next: 'eval "$(toolcrib on)"',
          },
        ];
      return [
        {
          state: 'unknown',
          text: sentence(`The guard can't be asked: ${silence}`),
          next: 'toolcrib guard stop, then toolcrib guard start',
        },
      ];
    }
    const found: Finding[] = [
      {
        state: 'fine',
        text: `Guard ${status.version} runs: process ${status.pid}, port ${status.port}, ${counted(status.contexts.length, 'context')}.`,
      },
    ];
    if (status.version !== version)
      found.push({
        state: 'fault',
        text: `The guard that runs is ${status.version}, and this command is ${version}.`,
        next: 'toolcrib guard stop, then toolcrib guard start',
      });
    if (status.policy.error)
      found.push({
        state: 'fault',
        text: sentence(
          `guard.yaml is not in force as it is now, but as it was before: ${status.policy.error}`,
        ),
        next: 'Mend the file: it counts from the next request on.',
      });
    if (status.ending)
      found.push({
        state: 'note',
        text: `The guard was asked to end, and waits for ${counted(status.ending.requests, 'request')}.`,
      });
    if (status.held > 0)
      found.push({
        state: 'note',
        text: `${counted(status.held, 'request')} held: somebody waits for an answer.`,
        next: 'toolcrib held',
      });
    if (status.unsettled > 0)
      found.push({
        state: 'note',
        text: `Of ${counted(status.unsettled, 'request')} it is not certain what became.`,
        next: 'toolcrib log',
      });
    return found;
  },
} satisfies Check;

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;
