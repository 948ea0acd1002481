import { type KubeObject, resourcePath } from '@toolcrib/kube';
import { type Cluster, type Effect, type RequestRecord, ToolcribError } from '../../model/index.ts';
import type { WayDeps } from './deps.ts';

const ENDED = 'the guard ended while it was on its way';

type Looked = Pick<RequestRecord, 'state' | 'note'>;

/** What became of a request whose answer nobody has seen, by asking its cluster what stands there now. */
export async function settleByLooking(
  deps: Pick<WayDeps, 'journal' | 'clusterFor'>,
  request: RequestRecord,
  context: string | undefined,
  /** The cluster was found away a moment ago: why. It is not asked again now. */
  away?: string,
): Promise<{ settled: RequestRecord; again?: string }> {
  const said = ({ state, note }: Looked) => ({ settled: { ...request, state, note: `${ENDED}; ${note}` } });
  try {
    const softened = (await deps.journal.softenings({ actId: request.actId })).find(
      (record) => record.requestId === request.id && record.how !== 'retain-first',
    );
    if (softened?.state === 'started') {
      const why = softened.note ?? 'its softening is still to be carried to its end';
      return { ...said({ state: 'unsettled', note: why }), again: why };
    }
    if (softened?.state === 'failed') return said({ state: 'not-carried-out', note: softened.note });
    if (softened) return said({ state: 'softened', note: 'its softening came to its end' });
    const hopeless = cannotBeTold(request, context);
    if (hopeless) return said({ state: 'unsettled', note: hopeless });
    if (away) return { ...said({ state: 'unsettled', note: away }), again: away };
    const cluster = await deps.clusterFor(context ?? '');
    return said(await look(deps, request, cluster));
  } catch (error) {
    const why = error instanceof ToolcribError ? error.message : String(error);
    const note = `the cluster could not be asked (${why})`;
    return { ...said({ state: 'unsettled', note }), again: note };
  }
}

/** Why no look at the cluster will ever tell; undefined where one may. */
function cannotBeTold({ effect }: RequestRecord, context: string | undefined): string | undefined {
  if (context === undefined) return 'its act is not in the journal';
  // That its object stands says nothing about a change that was not understood.
  if (effect.verb === 'not-understood')
    return `whether it was carried out can't be told: it was not understood (${effect.why})`;
  if (effect.verb === 'none' || !effect.target) return 'its target is not known';
  return undefined;
}

type Understood = Exclude<Effect, { verb: 'none' | 'not-understood' }>;

async function look(
  deps: Pick<WayDeps, 'journal'>,
  request: RequestRecord,
  cluster: Cluster,
): Promise<Looked> {
  const effect = request.effect as Understood;
  if (effect.verb === 'scale') return lookAtScale(request, cluster, effect);
  const snapshot = request.snapshotId ? await deps.journal.snapshot(request.snapshotId) : undefined;
  if (!snapshot) return { state: 'unsettled', note: 'nothing of it was kept to compare with' };
  const wanted = new Set(request.targetUids);
  const targets = snapshot.objects.filter((object) => wanted.has(object.metadata.uid ?? ''));
  if (targets.length === 0) return { state: 'unsettled', note: 'what it was to hit is not known' };
  if (effect.verb === 'uninstall') return lookAtRecord(targets[0], cluster, request, effect);
  let gone = 0;
  // What was on its way out before says nothing about this request.
  const telling = targets.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  if (telling.length === 0)
    return { state: 'unsettled', note: 'what it named was being deleted before it already' };
  for (const { metadata } of telling) {
    const at = { namespace: metadata.namespace, name: metadata.name };
    const now = await cluster.get(effect.target, at, request.as);
    if (!now || now.metadata.uid !== metadata.uid || now.metadata.deletionTimestamp) gone++;
  }
  if (gone === telling.length) return { state: 'carried-out', note: 'what it named is gone' };
  if (gone === 0) return { state: 'not-carried-out', note: 'what it named still stands' };
  return { state: 'carried-out', note: `${gone} of ${telling.length} are gone` };
}

/** helm's record says by a label whether the write that begins an uninstall was carried out. */
async function lookAtRecord(
  kept: KubeObject | undefined,
  cluster: Cluster,
  request: RequestRecord,
  { target }: Extract<Effect, { verb: 'uninstall' }>,
): Promise<Looked> {
  const at = { namespace: target.namespace, name: target.name ?? '' };
  const now = await cluster.get(target, at, request.as);
  const same =
    now?.metadata.uid === kept?.metadata.uid &&
    now?.metadata.labels?.status === kept?.metadata.labels?.status;
  return same
    ? { state: 'not-carried-out', note: "the release's record stands as it was kept" }
    : { state: 'carried-out', note: "the release's record was written" };
}

async function lookAtScale(
  request: RequestRecord,
  cluster: Cluster,
  { target, replicas }: Extract<Effect, { verb: 'scale' }>,
): Promise<Looked> {
  if (!target.name) return { state: 'unsettled', note: 'its target is not known' };
  const response = await cluster.request({
    method: 'GET',
    path: resourcePath(target, target),
    ...(request.as === undefined ? {} : { as: request.as }),
  });
  if (response.status === 404)
    return {
      state: 'unsettled',
      note: 'what it was to scale is gone: whether it was scaled first is not known',
    };
  if (response.status !== 200) throw new Error(`it can't be read: ${response.status}`);
  const now = JSON.parse(new TextDecoder().decode(response.body)) as {
    metadata?: { uid?: string };
    spec?: { replicas?: number };
  };
  const [uid] = request.targetUids;
  if (uid !== undefined && now.metadata?.uid !== undefined && now.metadata.uid !== uid)
    return { state: 'unsettled', note: 'another one has its name now' };
  const done = now.spec?.replicas === replicas;
  return {
    state: done ? 'carried-out' : 'not-carried-out',
    note: `replicas now ${now.spec?.replicas}`,
  };
}
