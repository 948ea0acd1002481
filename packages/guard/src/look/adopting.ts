import {
  apiVersionOf,
  controllerOf,
  type KubeObject,
  type LabelSelector,
  mediaTypeOf,
  parseRequestPath,
  podOrdinal,
  readExactJson,
  requirementsOf,
  textOf,
} from '@toolcrib/kube';
import {
  type ApiFailure,
  type As,
  type Cluster,
  isCertainNo,
  type Target,
  ToolcribError,
} from '@toolcrib/model';
import { isFinished, isPod, selectorOf, wouldAdopt } from '../radius/index.ts';
import { type Adopter, adopterOf } from '../read/adopters.ts';
import { isEncoded } from '../read/canonical.ts';
import { isDryRunAsSent } from '../read/options.ts';
import { firstOrdinal } from '../read/ordinals.ts';
import { targetOf } from '../read/target.ts';
import type { AskedRequest, Instruction } from '../request.ts';
import { createByDryRun } from './create-dry-run.ts';

/** What a create comes to that may take over what runs already. */
export type Adopting =
  /** It is the cluster's own no. */
  | { is: 'answered'; answer: Instruction }
  /** It takes over nothing that it then deletes. `warning`: as far as these rights can see. */
  | { is: 'harmless'; warning?: string }
  /** It stands already: what an apply means then is another question. */
  | { is: 'no-create' }
  | { is: 'not-understood'; target: Target; why: string }
  | {
      is: 'scale';
      target: Target;
      /** As it will stand, under a UID that is none of the cluster's. */
      created: KubeObject;
      replicas: number;
      /** How many run, and what becomes of them. */
      was: number;
      adopts: string;
      /** The Pods among them that nobody controls: which of them go is a guess, and no two need be alike. */
      bare: KubeObject[];
    };

/**
 * A workload that is created takes over the Pods (a Deployment: the ReplicaSets) that nobody controls and its selector
 * matches, and deletes what it has no use for: an apply with `replicas: 0` after a delete that left the Pods is a scale-down.
 * In the ordinary case this costs one LIST of metadata by that selector (a Deployment's two), which finds nothing.
 *
 * @returns undefined for what is no such create
 * @throws ToolcribError where the cluster can't be asked at all
 */
export async function adopting(
  request: AskedRequest,
  cluster: Cluster,
  as: As | undefined,
): Promise<Adopting | undefined> {
  const path = parseRequestPath(request.path);
  if (path.type !== 'resource' || path.subresource !== undefined || path.namespace === undefined)
    return undefined;
  const adopter = adopterOf(path);
  const creates = request.method === 'POST' ? path.name === undefined : isApply(request);
  if (!adopter || !creates || isDryRunAsSent(request.query)) return undefined;
  const { namespace } = path;
  const whole = (object: KubeObject | undefined) =>
    object && asCreated(object, adopter, { ...path, namespace });
  const ask = async () => {
    const said = await createByDryRun(request, cluster, as);
    return typeof said === 'object' && 'created' in said ? { created: whole(said.created) } : said;
  };
  const read = whole(readBody(request));
  let asked = read && usable(read) ? undefined : await ask();
  if (asked === 'no-create') return { is: 'no-create' };
  if (typeof asked === 'object' && 'refused' in asked) return { is: 'answered', answer: asked.refused };
  let created = typeof asked === 'object' ? asked.created : asked === undefined ? read : undefined;
  const target = {
    ...targetOf(path, new URLSearchParams()),
    name: path.name ?? (created ?? read)?.metadata.name,
  };
  if (!created || !usable(created))
    return { is: 'not-understood', target, why: 'what it creates only the server knows, and it did not say' };
  try {
    const found = await candidates(created, adopter, cluster, as);
    if (!found.some((object) => created && wouldAdopt(created, object))) return { is: 'harmless' };
    asked ??= await ask();
    if (asked === 'no-create') return { is: 'no-create' };
    if (typeof asked === 'object' && 'refused' in asked) return { is: 'answered', answer: asked.refused };
    // A webhook that takes no dry runs: then it is what was sent, but for what webhooks make of it.
    if (typeof asked === 'object' && asked.created) created = asked.created;
    const pods = await cluster.list(PODS, { namespace }, as);
    return sized(created, target, found, pods);
  } catch (error) {
    return unlooked(error, target, created);
  }
}

const PODS = { group: '', version: 'v1', resource: 'pods' };

function isApply({ method, headers }: AskedRequest): boolean {
  return method === 'PATCH' && mediaTypeOf(headers['content-type']).startsWith('application/apply-patch+');
}

/** Metadata only, each kind by the selector. */
async function candidates(
  created: KubeObject,
  { takes }: Adopter,
  cluster: Cluster,
  as: As | undefined,
): Promise<KubeObject[]> {
  const { namespace } = created.metadata;
  const labelSelector = textOfSelector(selectorOf(created) ?? {});
  const lists = takes.map((type) => cluster.list(type, { namespace, labelSelector, metadata: true }, as));
  return (await Promise.all(lists)).flat();
}

/** What a workload takes over as soon as it stands, and how many of these Pods it deletes. */
export interface TakenOver {
  pods: KubeObject[];
  gone: number;
  /** How large a workload is that has just these. */
  was: number;
}

/**
 * The same of a workload that is about to be made, whoever makes it.
 * @param type its `group` and plural
 * @returns undefined for what takes over nothing
 * @throws ToolcribError where the cluster does not let that be seen
 */
export async function takenOverBy(
  created: KubeObject,
  type: { group: string; resource: string },
  cluster: Cluster,
  as: As | undefined,
): Promise<TakenOver | undefined> {
  const adopter = adopterOf(type);
  if (!adopter || !usable(created)) return undefined;
  const found = await candidates(created, adopter, cluster, as);
  if (!found.some((object) => wouldAdopt(created, object))) return undefined;
  return takenOf(created, found, await cluster.list(PODS, { namespace: created.metadata.namespace }, as));
}

function takenOf(created: KubeObject, found: readonly KubeObject[], pods: readonly KubeObject[]): TakenOver {
  const sets = new Set(
    found.filter((one) => !isPod(one) && wouldAdopt(created, one)).map(({ metadata }) => metadata.uid),
  );
  const taken = pods.filter(
    (pod) =>
      pod.metadata.deletionTimestamp === undefined &&
      (sets.has(controllerOf(pod)?.uid) || wouldAdopt(created, pod)),
  );
  const replicas: number = created.spec?.replicas ?? 1;
  const size =
    created.kind === 'StatefulSet' ? byOrdinals(created, replicas, taken) : bySize(replicas, taken);
  return { pods: taken, ...size };
}

/** How many run, and whether fewer are wanted. */
function sized(
  created: KubeObject,
  target: Target,
  found: readonly KubeObject[],
  all: readonly KubeObject[],
): Adopting {
  const { pods, gone, was } = takenOf(created, found, all);
  if (gone === 0) return { is: 'harmless' };
  const replicas: number = created.spec?.replicas ?? 1;
  const run = pods.length === 1 ? 'one Pod that runs' : `${pods.length} Pods that run`;
  const adopts = `it takes over ${run} without a workload, and deletes ${gone === pods.length ? 'all of them' : gone}`;
  const bare = pods.filter((pod) => controllerOf(pod) === undefined && !isFinished(pod));
  return { is: 'scale', target, created, replicas, was, adopts, bare };
}

function bySize(replicas: number, taken: readonly KubeObject[]): { gone: number; was: number } {
  const live = taken.filter((pod) => !isFinished(pod)).length;
  return { gone: Math.max(0, live - replicas), was: live };
}

/** `was`: the size with which each Pod has its place. */
function byOrdinals(
  created: KubeObject,
  replicas: number,
  taken: readonly KubeObject[],
): { gone: number; was: number } {
  const start = firstOrdinal(created);
  const places = taken.map(({ metadata }) => (podOrdinal(created, metadata.name) ?? start) - start);
  const gone = places.filter((place) => place < 0 || place >= replicas).length;
  return { gone, was: Math.max(replicas, ...places.map((place) => place + 1)) };
}

/**
 * Where the look failed. Who may create workloads and not list what stands there (a deploy robot) is not stopped each time:
 * a create by itself destroys nothing, what it could take over is left behind by rare acts alone, and it is told that nobody
 * looked. Not so for one that wants no Pods: it deploys nothing, and all that it could take over would go.
 */
function unlooked(error: unknown, target: Target, created: KubeObject): Adopting {
  if (!(error instanceof ToolcribError)) throw error;
  if (error.code === 'unreachable' || error.code === 'credentials') throw error;
  const cause = error.cause as ApiFailure | undefined;
  const forbidden = cause?.status === 403 && isCertainNo(cause);
  const why = `whether it takes over what runs already, and deletes of it, could not be looked at: ${error.message}`;
  if (!forbidden || created.spec?.replicas === 0) return { is: 'not-understood', target, why };
  return { is: 'harmless', warning: `toolcrib: ${target.resource} ${target.name ?? ''}: ${why}` };
}

/** JSON, which every reader reads alike; of anything else the server says what it is. */
function readBody(request: AskedRequest): KubeObject | undefined {
  const media = mediaTypeOf(request.headers['content-type']);
  if (isEncoded(request) || (media !== 'application/json' && !isApply(request))) return undefined;
  try {
    const { value } = readExactJson(textOf(request.body));
    return typeof value === 'object' && value !== null ? (value as KubeObject) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * As it will stand, under a UID by which it can be told from everything else: a dry run gives another one each time. Without
 * an age, as nothing of its Pods is as young as it is.
 */
function asCreated(
  { metadata, spec }: KubeObject,
  { kind }: Adopter,
  path: { group: string; version: string; resource: string; namespace: string; name?: string },
): KubeObject {
  const { group, resource, namespace } = path;
  // By the server's answer to a dry run a `generateName` has become a name that it gives to nobody.
  const name = path.name ?? metadata?.generateName ?? metadata?.name ?? '';
  const uid = `created/${group}/${resource}/${namespace}/${name}`;
  const { labels, managedFields } = metadata ?? {};
  return {
    apiVersion: apiVersionOf(path),
    kind,
    metadata: { name, namespace, uid, labels, ...(managedFields ? { managedFields } : {}) },
    spec,
  };
}

/** Whether its selector can be asked for; an empty one the server refuses. */
function usable(created: KubeObject): boolean {
  try {
    return textOfSelector(selectorOf(created) ?? {}) !== '';
  } catch {
    return false;
  }
}

/** A selector as a LIST takes it. @throws KubeError for an operator that there is not */
function textOfSelector(selector: LabelSelector): string {
  return requirementsOf(selector)
    .map((one) => {
      if (one.operator === 'Exists') return one.key;
      if (one.operator === 'DoesNotExist') return `!${one.key}`;
      const values = 'values' in one ? one.values.join(',') : '';
      return `${one.key} ${one.operator === 'In' ? 'in' : 'notin'} (${values})`;
    })
    .join(',');
}
