import { type Cluster, ToolcribError } from '@toolcrib/model';
import type { Lease } from './lease.ts';

/** What is not sent, since this guard can't know any more whether it is its to send. */
export const STOOD_STILL =
  'this guard stood still for so long that another may have taken this over; it was not sent';

/** Whether what was begun as a guard is still that guard's. @param guard whose it was when it was begun */
export async function stillOurs(lease: Lease, guard: string): Promise<boolean> {
  if (lease.guard() !== guard) return false;
  return lease.runs() || ((await lease.renew()) && lease.guard() === guard);
}

/**
 * The same cluster, for what this guard carries out by itself of its own records: it changes nothing any more once its lease has
 * ended, and can't be renewed. To be made anew for each piece of work.
 * @param guard as which that was begun; else as which this one goes on now
 */
export function leasedCluster(cluster: Cluster, lease: Lease, guard = lease.guard()): Cluster {
  const mayChange = async (): Promise<void> => {
    if (await stillOurs(lease, guard)) return;
    throw new ToolcribError('conflict', STOOD_STILL, { next: 'toolcrib log tells what becomes of it.' });
  };
  return {
    ...cluster,
    async request(request) {
      if (request.method !== 'GET' && request.method !== 'HEAD') await mayChange();
      return cluster.request(request);
    },
    async create(...args) {
      await mayChange();
      return cluster.create(...args);
    },
    async patch(...args) {
      await mayChange();
      return cluster.patch(...args);
    },
    async replace(...args) {
      await mayChange();
      return cluster.replace(...args);
    },
    async delete(...args) {
      await mayChange();
      return cluster.delete(...args);
    },
  };
}
