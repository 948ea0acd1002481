import { apiVersionOf, controllerOf, type KubeObject, mediaTypeOf, parseRequestPath } from '@toolcrib/kube';
import { type As, type Cluster, isForbidden, type Target, ToolcribError } from '@toolcrib/model';
import { isFinished, wouldAdopt } from '../radius/index.ts';
import { type Adopter, adopterOf } from '../read/adopters.ts';
import { isEncoded } from '../read/canonical.ts';
import { contentOf } from '../read/content.ts';
import { isDryRunAsSent } from '../read/options.ts';
import { targetOf } from '../read/target.ts';
import type { AskedRequest, Instruction } from '../request.ts';
import { createByDryRun } from './create-dry-run.ts';
import { candidates, PODS, takenOf, usable } from './taken-over.ts';

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

function isApply({ method, headers }: AskedRequest): boolean {
  return method === 'PATCH' && mediaTypeOf(headers['content-type']).startsWith('application/apply-patch+');
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

/**
 * Where the look failed. Who may create workloads and not list what stands there (a deploy robot) is not stopped each time:
 * a create by itself destroys nothing, what it could take over is left behind by rare acts alone, and it is told that nobody
 * looked. Not so for one that wants no Pods: it deploys nothing, and all that it could take over would go.
 */
function unlooked(error: unknown, target: Target, created: KubeObject): Adopting {
  if (!(error instanceof ToolcribError)) throw error;
  if (error.code === 'unreachable' || error.code === 'credentials') throw error;
  const why = `whether it takes over what runs already, and deletes of it, could not be looked at: ${error.message}`;
  if (!isForbidden(error) || created.spec?.replicas === 0) return { is: 'not-understood', target, why };
  return { is: 'harmless', warning: `toolcrib: ${target.resource} ${target.name ?? ''}: ${why}` };
}

/** JSON, which every reader reads alike; of anything else the server says what it is. */
function readBody(request: AskedRequest): KubeObject | undefined {
  const media = mediaTypeOf(request.headers['content-type']);
  if (isEncoded(request) || (media !== 'application/json' && !isApply(request))) return undefined;
  try {
    const { value } = contentOf(request).exact();
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
