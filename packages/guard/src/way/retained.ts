// Step: forward
import { type Cluster, type Journal, type Notifier, type SoftenRecord, ToolcribError } from '@toolcrib/model';
import type { Lease } from '../lease/lease.ts';
import { leasedCluster, STOOD_STILL } from '../lease/leased-cluster.ts';
import type { Outcome } from '../request.ts';
import { settleRetained } from '../soften/index.ts';
import type { Clusters } from './asking.ts';
import type { Log } from './log.ts';
import { type Softenings, saveSoftening } from './softening-records.ts';

export interface Claims extends Clusters {
  lease: Lease;
  journal: Pick<Journal, 'softenings' | 'saveSoften'>;
  softenings: Pick<Softenings, 'underWay'>;
  notifier: Notifier;
  log: Log;
}

/**
 * What the cluster said to the delete of a claim whose volumes had been set to Retain. Softened is only what it took;
 * where it certainly refused, the volumes get their own policies back. Where nothing is certain the record stays `started`
 * and the volumes stay on Retain: `resumeSoftenings` looks at it once nothing can arrive any more. To be called after the
 * request was written down.
 */
export async function settleClaim(deps: Claims, record: SoftenRecord, outcome: Outcome): Promise<void> {
  const { underWay } = deps.softenings;
  try {
    if (isUnsure(outcome) || 'failed' in outcome) return;
    const done = 'said' in outcome && outcome.said === 'yes';
    const why =
      'said' in outcome ? `the cluster said ${outcome.status} to the delete.` : `${outcome.notSent}.`;
    const end: SoftenRecord = done
      ? { ...record, state: 'softened' }
      : await settleRetained(await ownCluster(deps, record), record, why);
    await saveSoftening(deps.journal, end);
    tellClaim(deps, end);
  } catch (error) {
    deps.log('volumes could not be given back their policy yet', { act: record.actId, why: String(error) });
  } finally {
    underWay.delete(record.requestId);
  }
}

/** This guard may have stood still since it sent the delete: what its heir settles it does not. @throws ToolcribError `conflict` */
async function ownCluster(
  { journal, clusterFor, lease }: Claims,
  { context, actId, requestId }: SoftenRecord,
): Promise<Cluster> {
  const cluster = await clusterFor(context);
  const stored = (await journal.softenings({ actId })).find((one) => one.requestId === requestId);
  if (stored && !lease.isOurs(stored)) throw new ToolcribError('conflict', STOOD_STILL);
  return leasedCluster(cluster, lease);
}

/** Neither a certain yes nor a certain no: it may have been carried out, or be carried out later. */
export function isUnsure(outcome: Outcome): boolean {
  return 'failed' in outcome || ('said' in outcome && outcome.said === 'unknown');
}

export function tellClaim(
  deps: Pick<Claims, 'notifier'>,
  { owner, volumes = [], state, note }: SoftenRecord,
): void {
  const claim = `${owner.kind} ${owner.namespace === undefined ? '' : `${owner.namespace}/`}${owner.name}`;
  const names = volumes.map(({ name }) => name).join(', ');
  if (state === 'softened')
    deps.notifier.tell({
      kind: 'softened',
      title: `Softened: ${claim}`,
      text: `what it had on ${names} is kept`,
    });
  if (state === 'failed')
    deps.notifier.tell({
      kind: 'failed',
      title: `Not softened: ${claim}`,
      text: note ?? 'nothing was deleted',
    });
}
