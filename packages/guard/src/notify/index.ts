import type { Notifier } from '@toolcrib/model';
import { clientProcesses, processLives } from './client-process.ts';
import { desktop } from './desktop.ts';
import { waitingTerminal } from './terminal.ts';

/** Tells every given place; one that fails takes nothing from the others, and nothing from the request. */
export function tellAll(
  notifiers: readonly Notifier[],
  log: (line: string, detail?: Record<string, unknown>) => void,
): Notifier {
  return {
    tell(news) {
      for (const notifier of notifiers) {
        try {
          notifier.tell(news);
        } catch (error) {
          log('a notice could not be given', { why: String(error) });
        }
      }
    },
  };
}

export { clientProcesses, desktop, processLives, waitingTerminal };
