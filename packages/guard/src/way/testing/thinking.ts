import type { TestContext } from 'node:test';
import type { RequestRecord } from '@toolcrib/model';
import { anAct, aRequest, aSnapshot } from '../../journal/testing/records.ts';
import type { Outcome } from '../../request.ts';
import { handClock } from '../../testing/hand-clock.ts';
import { loneLease } from '../../testing/lease.ts';
import { openWay, policyOf } from '../../testing/way.ts';
import { memoryCluster } from '../../undo/testing/memory-cluster.ts';
import { requestHandler } from '../request-handler.ts';

export const NOW = 1_000_000;

export const AT = '/api/v1/namespaces/shop/configmaps/a';
const map = (name: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'shop', name, uid: name },
});

/** The thinking part over one ConfigMap, at a time that is moved by hand. */
export async function opened(t: TestContext) {
  const hand = handClock(NOW);
  const memory = memoryCluster([map('a')]);
  memory.answers.set(AT, { status: 200, body: map('a') });
  const way = openWay(memory, policyOf('[]'), undefined, hand.clock);
  t.after(() => way.close());
  const told: { what: string; with: unknown }[] = [];
  const note = (what: string) => (given: unknown) => void told.push({ what, with: given });
  let runs = true;
  const lease = { ...loneLease, runs: () => runs, renew: async () => runs, until: () => 77 };
  const deps = {
    ...way.deps,
    lease,
    log: note('logged'),
    lookLater: () => note('look later')(''),
    notifier: { tell: note('notified') },
    letGo: { ...way.deps.letGo, forget: note('forgotten') },
    going: { ...way.deps.going, settled: (id: string, took: boolean) => note('went')([id, took]) },
  };
  const thinking = requestHandler(deps);
  const { journal } = way;
  await journal.saveAct(anAct());
  const stored = async (id = 'req-1', actId = 'act-000001') =>
    (await journal.requests({ actId })).find((one) => one.id === id);
  return {
    deps,
    thinking,
    journal,
    hand,
    told: (what: string) => told.filter((one) => one.what === what).map((one) => one.with),
    stored,
    standStill: () => {
      runs = false;
    },
    /** A request that was kept and handed to the door. */
    async handedOver(more: Partial<RequestRecord> = {}) {
      const id = more.id ?? 'req-1';
      const request = aRequest({ state: 'kept', snapshotId: `snap-${id}`, ...more });
      await journal.keep(aSnapshot({ id: `snap-${id}`, requestId: id }), request);
      deps.onTheWay.handedOver(request);
      return request;
    },
    /** Its end, written down. */
    async end(outcome: Outcome, id = 'req-1') {
      thinking.settled(id, outcome);
      await thinking.close();
      return stored(id);
    },
  };
}
