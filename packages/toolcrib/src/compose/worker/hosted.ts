import type { Hosted } from '@toolcrib/guard/port/host';
import { log } from '../log.ts';
import type { Recalls } from '../recalls.ts';
import type { Opened } from './opened.ts';
import type { Way } from './way.ts';

/**
 * A way as the door's thread asks it.
 * @param elsewhere requests that the door still has from an earlier thread. Their outcomes come here: as if they had been ours
 * @param stopping who waits for a person is told
 * @param closed once all that was opened is closed
 */
export function hosted(
  { thinking, deps, windows, settle }: Pick<Way, 'thinking' | 'deps' | 'windows' | 'settle'>,
  opened: Pick<Opened, 'journal' | 'close'>,
  recalling: Pick<Recalls, 'answered'>,
  elsewhere: Set<string>,
  { stopping, closed }: { stopping(): void; closed(): void },
): Hosted {
  const adopt = async (id: string): Promise<void> => {
    const all = await opened.journal.requests({ state: 'kept' }, undefined, deps.damaged);
    const kept = all.find((request) => request.id === id);
    if (kept) deps.onTheWay.handedOver(kept);
  };
  return {
    ...thinking,
    recalled: recalling.answered,
    settled(id, outcome) {
      if (!elsewhere.delete(id)) return thinking.settled(id, outcome);
      adopt(id)
        .catch((error: unknown) => log('an outcome could not be looked up', { id, why: String(error) }))
        .finally(() => thinking.settled(id, outcome));
    },
    stopping,
    async close() {
      windows.close();
      settle.close();
      await thinking.close();
      await opened.close();
      closed();
    },
  };
}
