import { messageOf } from '@toolcrib/model';
import type { Check, Finding } from './check.ts';
import { hasJournal } from './journal.ts';
import { sentence } from './sentence.ts';

/** What was let go so that it can be taken back, and is not finished. */
export const softened = {
  name: 'softened',
  aside: true,
  async look({ guard, holdings, paths }) {
    if (guard) {
      const found = guard.softened.map(({ what, actId, state }): Finding => {
        const next = `toolcrib finish ${actId}, or toolcrib undo ${actId}`;
        if (state === 'overdue')
          return {
            state: 'fault',
            text: `${what}: overdue, so nothing of it is done by itself any more.`,
            next,
          };
        if (state === 'by-hand')
          return { state: 'note', text: `${what}: kept until it is finished or undone by hand.`, next };
        return { state: 'note', text: `${what}: can be undone until it is finished by itself.`, next };
      });
      return found.length > 0 ? found : [{ state: 'fine', text: 'Nothing is softened and unfinished.' }];
    }
    if (!hasJournal(paths)) return [{ state: 'fine', text: 'Nothing is softened: there is no journal yet.' }];
    try {
      const { unfinished } = await holdings();
      if (unfinished === 0) return [{ state: 'fine', text: 'Nothing is softened and unfinished.' }];
      return [
        {
          state: 'fault',
          text: `${unfinished} softened ${unfinished === 1 ? 'act is' : 'acts are'} not finished, and no guard runs that would do so.`,
          next: 'toolcrib guard start; toolcrib log lists them',
        },
      ];
    } catch (error) {
      return [{ state: 'unknown', text: sentence(`What is softened is not known: ${messageOf(error)}`) }];
    }
  },
} satisfies Check;
