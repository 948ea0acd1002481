import type { KubeObject } from '@toolcrib/kube';
import { parseRequestPath, refOf, resourcePath } from '@toolcrib/kube';
import type { As, Cluster, Effect } from '../../model/index.ts';
import { effectOf } from '../effect/effect-of.ts';
import type { Aim } from '../radius/view.ts';
import { aimOf } from '../radius/view.ts';
import type { AskedRequest, Instruction } from '../request.ts';
import { impersonation } from './impersonation.ts';

/** Effects that destroy something, of objects that are known. */
export type Destructive = Exclude<Effect, { verb: 'none' | 'not-understood' }>;

/** What a request turned out to be about, once the cluster was asked. */
export type Subject =
  /** Nothing is destroyed: pass it on as it is. */
  | { kind: 'harmless' }
  /** The cluster's own answer to a request for what is not there. */
  | { kind: 'absent'; answer: Instruction }
  | { kind: 'destructive'; effect: Destructive; objects: KubeObject[]; aims: Aim[] }
  /** It can't be read; `objects` holds its target where the path names one. */
  | {
      kind: 'not-understood';
      effect: Extract<Effect, { verb: 'not-understood' }>;
      objects: KubeObject[];
      aims: Aim[];
    };

/**
 * Finds what a request is about: its effect, and the objects as they stand now. A GET or LIST of the cluster each;
 * for patches whose outcome only the server knows, the same patch as a dry run.
 * @throws ToolcribError where the cluster can't be asked
 */
export async function subjectOf(request: AskedRequest, cluster: Cluster): Promise<Subject> {
  const as = impersonation(request.headers);
  let effect = effectOf(request);
  if (effect.verb === 'none') return { kind: 'harmless' };
  if (effect.verb === 'ask-server') {
    const replicas = await replicasByDryRun(request, cluster, as);
    if (replicas === 'harmless') return { kind: 'harmless' };
    effect =
      replicas === 'unknown'
        ? { verb: 'not-understood', target: effect.target, why: effect.why }
        : { verb: 'scale', target: effect.target, replicas, dryRun: false };
  }
  if ('dryRun' in effect && effect.dryRun) return { kind: 'harmless' };
  if (effect.verb === 'not-understood') {
    const object = effect.target?.name ? await readTarget(cluster, effect.target, as) : undefined;
    const objects = object && 'object' in object ? [object.object] : [];
    // The cautious side: as if it deleted what its path names, and everything below.
    const aims = objects.map((item) => ({
      ref: refOf(item),
      type: { group: effect.target?.group ?? '', resource: effect.target?.resource ?? '' },
      effect: { verb: 'delete' as const, options: { propagationPolicy: 'Background' as const } },
    }));
    return { kind: 'not-understood', effect, objects, aims };
  }
  if (effect.verb === 'delete-collection') {
    const { namespace, labelSelector, fieldSelector } = effect.target;
    const objects = await cluster.list(effect.target, { namespace, labelSelector, fieldSelector }, as);
    return destructive(effect, objects);
  }
  const found = await readTarget(cluster, effect.target, as);
  if ('answer' in found) return { kind: 'absent', answer: found.answer };
  if (effect.verb === 'scale') {
    const now = (await scaleNow(request, cluster, as)) ?? replicasOf(found.object);
    if (effect.replicas >= now) return { kind: 'harmless' };
  }
  return destructive(effect, [found.object]);
}

function destructive(effect: Destructive, objects: KubeObject[]): Subject {
  const aims = objects.flatMap((object) => aimOf(effect, refOf(object)) ?? []);
  return { kind: 'destructive', effect, objects, aims };
}

/** What `/scale` itself says, where the request goes there: a custom resource's replicas may stand in any field. */
async function scaleNow(
  request: AskedRequest,
  cluster: Cluster,
  as: As | undefined,
): Promise<number | undefined> {
  const path = parseRequestPath(request.path);
  if (path.type !== 'resource' || path.subresource !== 'scale') return undefined;
  const headers = { accept: 'application/json' };
  const response = await cluster.request({ method: 'GET', path: request.path, headers, as });
  if (response.status !== 200) return undefined;
  const scale = JSON.parse(new TextDecoder().decode(response.body)) as { spec?: { replicas?: number } };
  return scale.spec?.replicas ?? 0;
}

/** A workload without `spec.replicas` has one; what has none at all can't be scaled down by a request. */
function replicasOf(object: KubeObject): number {
  const replicas: unknown = object.spec?.replicas;
  return typeof replicas === 'number' ? replicas : object.spec === undefined ? 0 : 1;
}

/** The object, or the cluster's own 404 for it: what is answered is what the cluster says. */
async function readTarget(
  cluster: Cluster,
  target: Destructive['target'],
  as: As | undefined,
): Promise<{ object: KubeObject } | { answer: Instruction }> {
  const path = resourcePath(target, target);
  const response = await cluster.request({
    method: 'GET',
    path,
    headers: { accept: 'application/json' },
    as,
  });
  if (response.status === 200)
    return { object: JSON.parse(new TextDecoder().decode(response.body)) as KubeObject };
  const type = String(response.headers['content-type'] ?? 'application/json');
  return { answer: { do: 'answer', status: response.status, body: response.body, type, warnings: [] } };
}

/** What a patch comes to: the server is asked with `dryRun=All`, which changes nothing. */
async function replicasByDryRun(
  request: AskedRequest,
  cluster: Cluster,
  as: As | undefined,
): Promise<number | 'harmless' | 'unknown'> {
  const query = new URLSearchParams(request.query);
  query.set('dryRun', 'All');
  const response = await cluster.request({
    method: request.method,
    path: `${request.path}?${query}`,
    headers: {
      'content-type': request.headers['content-type'] ?? 'application/json',
      accept: 'application/json',
    },
    body: request.body,
    as,
  });
  // Where the server refuses the patch, it refuses it without `dryRun` too — but for a webhook that has no dry run.
  if (response.status >= 400) {
    const text = new TextDecoder().decode(response.body);
    return /dry.?run/i.test(text) ? 'unknown' : 'harmless';
  }
  const result = JSON.parse(new TextDecoder().decode(response.body)) as { spec?: unknown };
  const replicas = (result.spec as { replicas?: unknown } | undefined)?.replicas;
  return typeof replicas === 'number' ? replicas : 'harmless';
}
