import { type ResourceType, resourcePath } from '@toolcrib/kube';
import { answeredObject, type Cluster, type RequestRecord } from '@toolcrib/model';
import type { Became, BecameAt, EffectOf } from './effect-kind.ts';

/**
 * What became of a scale: by the size that stands now.
 * @throws ToolcribError, Error where the cluster can't be asked now
 */
export async function resizedByNow({
  request,
  effect: { target, replicas, was, adopts },
  cluster,
  targets: [before],
}: BecameAt<EffectOf<'scale'>>): Promise<Became> {
  if (!target.name) return { never: 'its target is not known' };
  const now = await readScale(cluster, { ...target, name: target.name }, request.as);
  if (adopts !== undefined) return createdByNow(now, replicas);
  if (!now) return { never: 'what it was to scale is gone: whether it was scaled first is not known' };
  const [uid] = request.targetUids;
  if (uid !== undefined && now.uid !== undefined && now.uid !== uid)
    return { never: 'another one has its name now' };
  const note = `replicas now ${now.replicas}`;
  if (now.replicas === replicas) return { done: 'all', note };
  const untouched =
    before === undefined ||
    now.replicas === (was ?? before.spec?.replicas) ||
    (now.generation !== undefined && now.generation === before.metadata.generation);
  if (untouched) return { done: 'none', note };
  return { never: `${note}: neither what it was nor what was asked for, so somebody has scaled it since` };
}

/** It was not there when it was judged, so what stands there now is what was sent, or somebody else's by the same name. */
function createdByNow(now: Awaited<ReturnType<typeof readScale>>, replicas: number): Became {
  if (!now) return { done: 'none', note: 'what it was to create is not there' };
  if (now.replicas === replicas) return { done: 'all', note: `it stands, with replicas ${replicas}` };
  return { never: `it stands with replicas ${now.replicas}, which is not what was sent` };
}

/** The size as its `/scale` has it: a custom resource may keep it in any field. */
async function readScale(
  cluster: Cluster,
  target: ResourceType & { namespace?: string; name: string },
  as: RequestRecord['as'],
): Promise<{ uid?: string; generation?: number; replicas?: number } | undefined> {
  const { namespace, name } = target;
  const object = await cluster.get(target, { namespace, name }, as);
  if (!object) return undefined;
  const { uid, generation } = object.metadata;
  if (typeof object.spec?.replicas === 'number') return { uid, generation, replicas: object.spec.replicas };
  const path = `${resourcePath(target, { namespace, name })}/scale`;
  const answer = await cluster.request({ method: 'GET', path, ...(as === undefined ? {} : { as }) });
  const scale = answeredObject(answer);
  if (scale?.kind !== 'Scale') throw new Error(`its scale can't be read: ${answer.status}`);
  return { uid, generation, replicas: scale.spec?.replicas ?? 0 };
}
