import type { KubeObject, OwnerReference } from '@toolcrib/kube';
import type { RequestRecord, Snapshot, SoftenRecord } from '@toolcrib/model';
import type { PlanFacts } from '../facts.ts';
import type { LiveView } from '../live.ts';
import type { Run } from '../running.ts';
import { keyOfObject } from '../steps.ts';
import { custom, kinds, type MemoryCluster } from './memory-cluster.ts';

// Small, whole values for tests of what an undo plans and does; each field can be given.

/** @param type `apps/v1 Deployment`. Its UID is `Deployment-web`, its namespace `shop`. */
// biome-ignore lint/suspicious/noExplicitAny: the body of any kind
export function object(type: string, name: string, more: Record<string, any> = {}): KubeObject {
  const [apiVersion = '', kind = ''] = type.split(' ');
  const { metadata, ...body } = more;
  return {
    apiVersion,
    kind,
    metadata: { name, namespace: 'shop', uid: `${kind}-${name}`, ...metadata },
    ...body,
  };
}

/** The same object with other fields; `metadata` is mixed with what it had. */
export function but(one: KubeObject, more: Record<string, unknown>): KubeObject {
  const { metadata = {}, ...body } = more;
  return { ...one, ...body, metadata: { ...one.metadata, ...(metadata as object) } };
}

export const owned = (owner: KubeObject): { ownerReferences: OwnerReference[] } => ({
  ownerReferences: [
    {
      apiVersion: owner.apiVersion,
      kind: owner.kind,
      name: owner.metadata.name,
      uid: owner.metadata.uid ?? '',
      controller: true,
    },
  ],
});

export const snapshotOf = (objects: KubeObject[], more: Partial<Snapshot> = {}): Snapshot => ({
  id: 's',
  actId: 'a',
  requestId: 'r',
  takenAt: 1,
  context: '',
  objects,
  ...more,
});

/** Everything in the snapshot was looked for; only `standing` is there. */
export function live(objects: KubeObject[], standing: KubeObject[] = []): LiveView {
  const at: LiveView['at'] = Object.fromEntries(objects.map((one) => [keyOfObject(one), null]));
  for (const one of standing) at[keyOfObject(one)] = one;
  return { kinds: [...kinds, custom], at, unreadable: {}, marked: [] };
}

export function factsOf(
  objects: KubeObject[],
  standing: KubeObject[] = [],
  more: Partial<PlanFacts> = {},
): PlanFacts {
  return {
    live: live(objects, standing),
    byUid: new Map(objects.map((one) => [one.metadata.uid ?? '', one])),
    created: new Set(),
    again: new Map(),
    scaled: new Set(),
    promised: new Map(),
    takenAt: 1,
    softenings: [],
    notUnderstood: new Set(),
    takenOver: new Map(),
    disowned: new Set(),
    ...more,
  };
}

export const web = { group: 'apps', version: 'v1', resource: 'deployments', namespace: 'shop', name: 'web' };

/** An answered DELETE of a Deployment `web`, with its yes. */
export const asked = (more: Partial<RequestRecord> = {}): RequestRecord => ({
  id: 'r',
  actId: 'a',
  at: 1,
  method: 'DELETE',
  path: '/web',
  effect: { verb: 'delete', target: web, options: {}, dryRun: false },
  decision: { then: 'allow', rule: '', reason: '' },
  state: 'answered',
  status: 200,
  targetUids: ['Deployment-web'],
  ...more,
});

/** A softened delete of `owner`, which left `left`. */
export function softened(
  owner: KubeObject,
  left: readonly KubeObject[] = [],
  more: Partial<SoftenRecord> = {},
): SoftenRecord {
  const ref = ({ apiVersion, kind, metadata: { namespace, name, uid = '' } }: KubeObject) => ({
    apiVersion,
    kind,
    namespace,
    name,
    uid,
  });
  return {
    actId: 'a',
    requestId: 'r',
    context: '',
    owner: ref(owner),
    left: left.map(ref),
    finishAfter: 1_000,
    state: 'softened',
    ...more,
  };
}

/** A run over that cluster, whose clock goes on by what is slept. */
export function runOver(cluster: MemoryCluster, more: Partial<Run> = {}): Run & { told: string[] } {
  let now = 0;
  const told: string[] = [];
  return {
    cluster,
    waiting: {
      now: () => now,
      sleep: async (ms) => {
        now += ms;
      },
      poll: 100,
      limit: 5_000,
    },
    told,
    tell: (text) => told.push(text),
    uids: new Map(),
    made: new Map(),
    kept: new Set(),
    missing: new Set(),
    unmade: new Set(),
    missingVolumes: new Set(),
    closed: new Set(),
    softenings: [],
    coming: new Set(),
    unnamed: new Map(),
    ...more,
  };
}
