import type { SoftenRecord } from '../../model/index.ts';
import type { Outcome } from '../request.ts';
import { settleRetained } from '../soften/index.ts';
import type { WayDeps } from './deps.ts';
import { saveSoftening } from './softenings.ts';

/** A claim's delete whose answer did not come may still arrive for so long: its volumes stay on Retain. Milliseconds. */
export const MAY_ARRIVE = 60_000;

/**
 * What the cluster said to the delete of a claim whose volumes had been set to Retain. Softened is only what it took;
 * where it refused, the volumes get their own policies back.
 */
export async function settleClaim(deps: WayDeps, record: SoftenRecord, outcome: Outcome): Promise<void> {
  const { underWay } = deps.softenings;
  const id = record.requestId;
  if ('failed' in outcome) {
    // It stays `started`, and is looked at once nothing can arrive any more.
    deps.clock.after(MAY_ARRIVE, () => underWay.delete(id));
    return;
  }
  try {
    const done = 'status' in outcome && outcome.status < 300;
    const why =
      'status' in outcome ? `the cluster said ${outcome.status} to the delete.` : `${outcome.notSent}.`;
    const end: SoftenRecord = done
      ? { ...record, state: 'softened' }
      : await settleRetained(await deps.clusterFor(record.context), record, why);
    await saveSoftening(deps.journal, end);
    tellClaim(deps, end);
  } catch (error) {
    deps.log('volumes could not be given back their policy yet', { act: record.actId, why: String(error) });
  } finally {
    underWay.delete(id);
  }
}

export function tellClaim(
  deps: Pick<WayDeps, 'notifier'>,
  { owner, volumes = [], state, note }: SoftenRecord,
): void {
  const claim = `${owner.kind} ${owner.namespace}/${owner.name}`;
  const names = volumes.map(({ name }) => name).join(', ');
  if (state === 'softened')
    deps.notifier.tell({
      kind: 'softened',
      title: `Softened: ${claim}`,
      text: `its volume is kept (${names})`,
    });
  if (state === 'failed')
    deps.notifier.tell({
      kind: 'failed',
      title: `Not softened: ${claim}`,
      text: note ?? 'nothing was deleted',
    });
}
