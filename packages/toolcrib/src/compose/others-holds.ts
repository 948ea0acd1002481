import { isCurrent } from '@toolcrib/guard/hold/life';
import { withNo } from '@toolcrib/guard/hold/said';
import type { Lease } from '@toolcrib/guard/lease/lease';
import {
  type AnsweredFrom,
  type Clock,
  type Hold,
  type Journal,
  type LeftOut,
  nameText,
  shellWord,
  ToolcribError,
} from '@toolcrib/model';
import { whyOver } from '../laptop/api/over.ts';
import { unknownCode } from '../laptop/api/schema.ts';
import type { Answer } from './desk-messages.ts';
import { answerHold } from './hold-answers.ts';

/** Holds at the desks of other guards that live, over the same journal. A no can be said here, a yes at their own guard alone. */
export interface OthersHolds {
  list(): Promise<Hold[]>;
  get(code: string): Promise<Hold | undefined>;
  /** One that was closed since its guard had ended: who said yes to it finds out what became of that. */
  closed(code: string): Promise<Hold | undefined>;
  /** @throws ToolcribError `not-found`, `conflict`, `usage` */
  answer(code: string, body: Answer, from?: AnsweredFrom): Promise<Hold>;
}

export function othersHolds({
  journal,
  clock,
  lease,
  damaged,
}: {
  journal: Pick<Journal, 'hold' | 'holds' | 'saveHold'>;
  clock: Pick<Clock, 'now'>;
  lease: Pick<Lease, 'isOurs'>;
  /** Told of those that can't be read: they are left out. */
  damaged: LeftOut;
}): OthersHolds {
  // What no guard owns lies at nobody's desk.
  const isTheirs = (hold: Hold) =>
    hold.guard !== undefined && !lease.isOurs(hold) && isCurrent(hold, clock.now());

  const read = async (code: string): Promise<Hold | undefined> => {
    const hold = await journal.hold(code);
    return hold && isTheirs(hold) ? hold : undefined;
  };

  return {
    async list() {
      const states = ['open', 'approved', 'denied'] as const;
      const all = await Promise.all(states.map((state) => journal.holds({ state }, undefined, damaged)));
      return all.flat().filter(isTheirs).map(asTold);
    },
    async get(code) {
      const hold = await read(code);
      return hold && asTold(hold);
    },
    async closed(code) {
      const hold = await journal.hold(code);
      return hold?.state === 'expired' ? asTold(hold) : undefined;
    },
    async answer(code, body, from) {
      const stored = await read(code);
      if (!stored) throw unknownCode(code);
      // Whose process it is that says yes only the hold's own guard can tell: it knows the runs that may have asked for it.
      if (body.as !== 'denied') throw whyOver(stored, clock.now()) ?? saidElsewhere(stored, body);
      const desk: Parameters<typeof answerHold>[0] = {
        get: () => stored,
        async answer(_code, given) {
          const { state } = stored;
          const can = state === 'open' ? stored.expiresAt > clock.now() : state === 'approved';
          if (!can || given.as !== 'denied') return 'closed';
          const part = withNo(given, clock.now());
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
      // A no is a pass for nothing.
      return asTold(await answerHold(desk, code, body, from, 0));
    },
  };
}

/** Without what is the journal's own. */
function asTold({ revision: _, ...hold }: Hold): Hold {
  return hold;
}

function saidElsewhere({ code, guard, context }: Hold, { as, withoutNet }: Answer): ToolcribError {
  const net = withoutNet === undefined ? '' : ` --without-net ${shellWord(withoutNet)}`;
  return new ToolcribError(
    'conflict',
    `${code} is held by another guard (${guard}, for the context ${nameText(context)}): only a no to it can be said here.`,
    {
      next: `Say yes at the guard that holds it, where that was started (its TOOLCRIB_HOME): toolcrib approve ${code} --${as}${net}`,
    },
  );
}
