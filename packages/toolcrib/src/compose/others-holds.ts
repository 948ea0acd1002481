import { isCurrent } from '@toolcrib/guard/hold/life';
import { withNo, withYes } from '@toolcrib/guard/hold/said';
import type { Lease } from '@toolcrib/guard/lease/lease';
import { type AnsweredFrom, type Clock, type Hold, type Journal, ToolcribError } from '@toolcrib/model';
import type { Answer } from './desk-messages.ts';
import { answerHold } from './hold-answers.ts';

/** Holds at the desks of other guards that live, over the same journal. They can be answered here; their guards alone use the yes. */
export interface OthersHolds {
  list(): Promise<Hold[]>;
  get(code: string): Promise<Hold | undefined>;
  /** @throws ToolcribError `not-found`, `conflict`, `usage` */
  answer(code: string, body: Answer, from?: AnsweredFrom): Promise<Hold>;
}

export function othersHolds({
  journal,
  clock,
  lease,
  passMs,
}: {
  journal: Pick<Journal, 'hold' | 'holds' | 'saveHold'>;
  clock: Pick<Clock, 'now'>;
  lease: Pick<Lease, 'isOurs'>;
  passMs(): number;
}): OthersHolds {
  // What no guard owns lies at nobody's desk.
  const isTheirs = (hold: Hold) =>
    hold.guard !== undefined && !lease.isOurs(hold) && isCurrent(hold, clock.now());

  const get = async (code: string): Promise<Hold | undefined> => {
    const hold = await journal.hold(code);
    return hold && isTheirs(hold) ? hold : undefined;
  };

  return {
    async list() {
      const states = ['open', 'approved', 'denied'] as const;
      const all = await Promise.all(states.map((state) => journal.holds({ state })));
      return all
        .flat()
        .filter(isTheirs)
        .map(({ revision: _, ...hold }) => hold);
    },
    get,
    async answer(code, body, from) {
      const stored = await get(code);
      const desk: Parameters<typeof answerHold>[0] = {
        get: () => stored,
        async answer(_code, given, pass) {
          if (!stored) return 'unknown';
          const { state } = stored;
          const isNo = given.as === 'denied';
          const can = state === 'open' ? stored.expiresAt > clock.now() : isNo && state === 'approved';
          if (!can) return 'closed';
          const part = isNo ? withNo(given, clock.now()) : withYes(stored, given, clock.now(), pass);
          try {
            // Over nothing that was written since it was read.
            await journal.saveHold({ ...stored, ...part });
          } catch (error) {
            if (error instanceof ToolcribError && error.code === 'conflict') return 'closed';
            throw error;
          }
          return { ...stored, ...part };
        },
      };
      return answerHold(desk, code, body, from, passMs());
    },
  };
}
