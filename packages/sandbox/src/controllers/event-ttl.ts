import type { Controller } from '../store/store.ts';
import { ignoreNotFound, messageOf } from './common/errors.ts';
import type { ControllerOptions } from './common/loop.ts';
import { timeOf } from './common/time.ts';
import { EVENTS } from './common/types.ts';

/** Milliseconds that an Event is kept after it was last counted up, as by the API server's --event-ttl. */
const KEPT = 3_600_000;
const SWEEP = 60_000;

/** Forgets old Events, so that a long-lived sandbox does not fill up with them. */
export function eventTtl({ report }: ControllerOptions = {}): Controller {
  return (store, clock) => {
    let cancel: () => void;
    const sweep = () => {
      try {
        for (const event of store.list(EVENTS)) {
          const { namespace, name, uid, creationTimestamp } = event.metadata;
          const last = timeOf(event.lastTimestamp) ?? timeOf(event.eventTime) ?? timeOf(creationTimestamp);
          if (last === undefined || last + KEPT > clock.now()) continue;
          ignoreNotFound(() => store.delete(EVENTS, namespace, name, { preconditions: { uid } }));
        }
      } catch (error) {
        report?.('event-ttl', 'sweep', messageOf(error));
      }
      cancel = clock.after(SWEEP, sweep);
    };
    cancel = clock.after(SWEEP, sweep);
    return () => cancel();
  };
}
