import type { Journal, RequestState } from '@toolcrib/model';
import type { Lease, Owned } from './lease.ts';

/** What goes out by a record in these, or may. */
const GOES: readonly RequestState[] = ['held', 'kept', 'without-net'];

/**
 * The journal as a guard writes it: each request and softening is its own from then on, unless it is another living guard's.
 * A lease that ran out is renewed before anything is kept by it. Holds come with their guard from the desk.
 */
export function stampedJournal(journal: Journal, lease: Lease): Journal {
  const stamped = <T extends Owned>(record: T): T =>
    record.guard === undefined || lease.isOurs(record) ? { ...record, guard: lease.guard() } : record;
  const ready = async (goes: boolean): Promise<void> => {
    if (goes && !lease.runs()) await lease.renew();
  };
  return {
    ...journal,
    async saveRequest(request) {
      await ready(GOES.includes(request.state));
      await journal.saveRequest(stamped(request));
    },
    async keep(snapshot, request) {
      await ready(true);
      await journal.keep(snapshot, stamped(request));
    },
    async together({ keep = [], requests = [], ...rest }) {
      await ready(keep.length > 0);
      await journal.together({
        ...rest,
        keep: keep.map(({ snapshot, request }) => ({ snapshot, request: stamped(request) })),
        requests: requests.map(stamped),
      });
    },
    async saveSoften(record, by) {
      await ready(record.state === 'started');
      await journal.saveSoften(stamped(record), by);
    },
  };
}
