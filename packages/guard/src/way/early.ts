// Step: many of one act
import { type KubeObject, type ResourceInfo, resourcePath } from '@toolcrib/kube';
import type { As, ClientProcess, Clock, Cluster } from '@toolcrib/model';
import { listOf, type SessionList } from '../act/sessions.ts';
import { impersonation } from '../look/impersonation.ts';
import type { PlannedList } from '../radius/index.ts';
import { planLists } from '../radius/index.ts';
import type { Noticed } from '../request.ts';
import { isLeaf } from './leaves.ts';

/** So many are read ahead at once: as much as one LIST gives, and as much as lies in memory. */
export const PAGE = 64;

/** What was begun to be read while kubectl itself was listing what it will delete. */
export interface Early {
  /** When the first of it was asked for. Milliseconds since 1970. */
  at: number;
  list: SessionList;
  as: As | undefined;
  /** Everything of the list, of which the metadata count. */
  all: Promise<readonly KubeObject[]>;
  /** Its first objects, whole. */
  page: Promise<readonly KubeObject[]>;
  /** One of the LISTs that a look at its namespace needs; undefined where it was not asked for. */
  listed(planned: PlannedList): Promise<KubeObject[]> | undefined;
  /** The process that lists; undefined where it is not known. */
  client(): ClientProcess | undefined;
}

export interface EarlyLooks {
  /** A kubectl session reads: where it is a LIST of leaves that it is about to delete, the look at them begins. */
  begin(read: Noticed): void;
  /** What was begun for a session, once; undefined where it is too old. */
  take(context: string, session: string | undefined): Early | undefined;
}

/** A look that is older shows too little of what has come since. Milliseconds. */
const FRESH = 1_000;
/** LISTs under way at once, as with any look. */
const AT_ONCE = 8;
const MOST = 8;

/**
 * kubectl lists what it will delete, and sends the first delete a few milliseconds later: the two dozen LISTs that this one has
 * to wait for are begun with its own. Only for leaves: what is going on around them does not change what goes with them.
 */
export function earlyLooks(deps: {
  clock: Pick<Clock, 'now' | 'after'>;
  clusterFor(context: string): Promise<Cluster>;
  clientOf?: (port: number) => ClientProcess | undefined;
}): EarlyLooks {
  const { clock, clusterFor, clientOf } = deps;
  const looks = new Map<string, Early>();
  const keyOf = (context: string, session: string) => `${context}\n${session}`;
  return {
    begin({ context, session, path, query, headers, clientPort }) {
      const list = listOf(path, query);
      if (!list || list.namespace === undefined || !isLeaf(list)) return;
      if (headers?.['kubectl-command'] !== 'kubectl delete') return;
      const at = clock.now();
      if (looks.size >= MOST) return;
      const as = impersonation(headers);
      const find = () => (clientPort === undefined ? undefined : clientOf?.(clientPort));
      const early: Early = { at, list, as, ...lookEarly(clusterFor(context), list, as, find) };
      const key = keyOf(context, session);
      looks.set(key, early);
      clock.after(FRESH, () => {
        if (looks.get(key) === early) looks.delete(key);
      });
    },
    take(context, session) {
      if (session === undefined) return undefined;
      const key = keyOf(context, session);
      const found = looks.get(key);
      looks.delete(key);
      return found && clock.now() - found.at <= FRESH ? found : undefined;
    },
  };
}

function lookEarly(
  connected: Promise<Cluster>,
  list: SessionList,
  as: As | undefined,
  find: () => ClientProcess | undefined,
): Pick<Early, 'all' | 'page' | 'listed' | 'client'> {
  const { namespace = '', labelSelector, fieldSelector } = list;
  const known = (async () => {
    const cluster = await connected;
    return { cluster, ...(await cluster.resources(as)) };
  })();
  const first = known.then(({ cluster, resources }) => {
    const info = resources.find(({ group, resource }) => group === list.group && resource === list.resource);
    return firstPage(cluster, list, as, info);
  });
  const all = Promise.all([known, first]).then(([{ cluster }, { items, more }]) =>
    more ? cluster.list(list, { namespace, labelSelector, fieldSelector, metadata: true }, as) : items,
  );
  const page = first.then(({ items }) => items);
  const asked = new Map<string, PromiseWithResolvers<KubeObject[]>>();
  let client: ClientProcess | undefined;
  const work = known.then(async ({ cluster, resources }) => {
    const plan = planLists(resources, [aimedAt(list, namespace)]);
    for (const planned of plan)
      asked.set(keyOfList(planned), withoutFuss(Promise.withResolvers<KubeObject[]>()));
    const rest = plan.values();
    const one = async () => {
      for (const planned of rest) {
        const { info, namespace: at, metadata, labelSelector: label } = planned;
        const answer = asked.get(keyOfList(planned));
        await cluster
          .list(info, { namespace: at, metadata, labelSelector: label }, as)
          .then(answer?.resolve, answer?.reject);
      }
    };
    const done = Promise.all(Array.from({ length: AT_ONCE }, one));
    // While the first of them are under way: it takes a few milliseconds, in which this thread does nothing else.
    client = find();
    await done;
  });
  // What nobody takes may fail; unheard, it would end this thread.
  for (const one of [all, page, work]) one.catch(() => undefined);
  return {
    all,
    page,
    listed: (planned) => asked.get(keyOfList(planned))?.promise,
    client: () => client,
  };
}

/** What nobody waits for may fail. */
function withoutFuss<T>(one: PromiseWithResolvers<T>): PromiseWithResolvers<T> {
  one.promise.catch(() => undefined);
  return one;
}

function keyOfList({ info, namespace, metadata, labelSelector }: PlannedList): string {
  return JSON.stringify([info.group, info.version, info.resource, namespace, metadata, labelSelector]);
}

function aimedAt({ group, version, resource }: SessionList, namespace: string) {
  const apiVersion = group === '' ? version : `${group}/${version}`;
  const effect = { does: 'delete' as const, options: {} };
  return { ref: { apiVersion, kind: '', namespace, name: '' }, type: { group, resource }, effect };
}

/** Its first objects, whole, as they are read ahead. @param info of the kind; where it is not known nothing is read */
export async function firstPage(
  cluster: Cluster,
  { group, version, resource, namespace, labelSelector, fieldSelector }: SessionList,
  as: As | undefined,
  info: Pick<ResourceInfo, 'kind'> | undefined,
): Promise<{ items: readonly KubeObject[]; more: boolean }> {
  const query = new URLSearchParams({ limit: String(PAGE) });
  if (labelSelector) query.set('labelSelector', labelSelector);
  if (fieldSelector) query.set('fieldSelector', fieldSelector);
  const path = `${resourcePath({ group, version, resource }, { namespace })}?${query}`;
  const headers = { accept: 'application/json', 'user-agent': 'toolcrib' };
  const answer = await cluster.request({ method: 'GET', path, headers, ...(as ? { as } : {}) });
  if (answer.status !== 200 || !info) return { items: [], more: true };
  const { items = [], metadata } = JSON.parse(new TextDecoder().decode(answer.body)) as {
    items?: KubeObject[];
    metadata?: { continue?: string };
  };
  const apiVersion = group === '' ? version : `${group}/${version}`;
  const { kind } = info;
  return { items: items.map((item) => ({ ...item, apiVersion, kind })), more: Boolean(metadata?.continue) };
}
