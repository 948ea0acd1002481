import { type KubeObject, refOf } from '@toolcrib/kube';
import { type As, type Cluster, type Effect, ToolcribError, type UnseenKind } from '@toolcrib/model';
import { effectOf, type ReadEffect } from '../effect/effect-of.ts';
import { firstOrdinal, movedOrdinals } from '../effect/ordinals.ts';
import { adopting } from '../look/adopting.ts';
import { collectionRefusal, listCollection } from '../look/collection.ts';
import { impersonation } from '../look/impersonation.ts';
import { readTarget } from '../look/read-target.ts';
import { dryRunOf, replicasAfter, replicasNow } from '../look/replicas-now.ts';
import { type HookAt, uninstallAims } from '../look/uninstall.ts';
import { type Aim, aimOf } from '../radius/view.ts';
import type { AskedRequest, Instruction } from '../request.ts';
import { answer, failure } from '../status.ts';
import { type Disowned, disowned } from './disowned.ts';
import type { StandingOwners } from './standing.ts';

/** Effects that destroy something, of objects that are known. */
export type Destructive = Exclude<Effect, { verb: 'none' | 'not-understood' }>;
type NotUnderstood = Extract<Effect, { verb: 'not-understood' }>;

/** What a request turned out to be about, once the cluster was asked. */
export type Subject =
  /** Nothing is destroyed, as far as anybody could look: pass it on as it is. */
  | { kind: 'harmless'; warning?: string }
  | { kind: 'dry-run'; effect: Destructive }
  /** The cluster's own answer to a request for what is not there, or what it would refuse. */
  | { kind: 'answered'; answer: Instruction }
  | Judged;

export type Judged = Aimed &
  ({ kind: 'destructive'; effect: Destructive } | { kind: 'not-understood'; effect: NotUnderstood });

interface Aimed {
  /** What it is aimed at, whole. */
  objects: KubeObject[];
  aims: Aim[];
  /** Whole objects of which some may go and nobody can tell which: kept as well. */
  also?: KubeObject[];
  /** Set where what it would destroy can't be seen at all, and so can't be kept: the reason. */
  blind?: string;
  /** What it is aimed at as well, and could not be seen. */
  unseen?: UnseenKind[];
  /** Of an uninstall: what helm makes besides. Absent where nobody knows. */
  hooks?: HookAt[];
}

/**
 * Finds what a request is about: its effect, and the objects as they stand now. A GET or LIST of the cluster each;
 * for writes whose outcome only the server knows, the same write as a dry run.
 * @throws ToolcribError where the cluster can't be asked
 */
export async function subjectOf(
  request: AskedRequest,
  cluster: Cluster,
  owners: StandingOwners,
): Promise<Subject> {
  const as = impersonation(request.headers);
  const left = await disowned(request, cluster, owners, as);
  if (left) return toTheCollector(left);
  const effect = effectOf(request);
  if (effect.verb === 'none')
    return request.method === 'POST' ? creating(request, cluster, as) : { kind: 'harmless' };
  if ('dryRun' in effect && effect.dryRun) return { kind: 'dry-run', effect };
  if (effect.verb === 'not-understood') return cautious(request, effect, cluster, as);
  if (effect.verb === 'ask-server' || effect.verb === 'scale') return scaling(request, effect, cluster, as);
  if (effect.verb === 'delete-collection') {
    const refusal = await collectionRefusal(effect.target, request.query, cluster, as);
    if (refusal) return { kind: 'answered', answer: refusal };
    const found = await listCollection(effect.target, cluster, as);
    return 'refused' in found
      ? { kind: 'answered', answer: found.refused }
      : destructive(effect, found.objects);
  }
  if (effect.verb === 'uninstall') return uninstalling(effect, cluster, as);
  const found = await readTarget(cluster, effect.target, as);
  if ('absent' in found) return { kind: 'answered', answer: found.absent };
  if ('forbidden' in found) return { ...destructive(effect, []), blind: found.forbidden };
  return destructive(effect, [found.object]);
}

/** Its owners are gone by this write: it is deleted, or may be. */
function toTheCollector(left: Disowned): Subject {
  switch (left.is) {
    case 'answered':
      return { kind: 'answered', answer: left.answer };
    case 'deleted':
      return destructive(left.effect, [left.object]);
    case 'not-understood': {
      const { target, why, object } = left;
      return understoodAsDelete({ verb: 'not-understood', target, why }, object ? [object] : []);
    }
    case 'blind': {
      const { target, why } = left;
      return { ...understoodAsDelete({ verb: 'not-understood', target, why }, []), blind: why };
    }
  }
}

/** helm has just said in its record what it is about to do: judged as the whole of it, before the first object goes. */
async function uninstalling(
  effect: Extract<Effect, { verb: 'uninstall' }>,
  cluster: Cluster,
  as: As | undefined,
): Promise<Subject> {
  const { target } = effect;
  const found = await readTarget(cluster, target, as);
  // The server refuses to replace what is not there.
  if ('absent' in found) return { kind: 'harmless' };
  if ('forbidden' in found) return { ...destructive(effect, []), blind: found.forbidden };
  try {
    const { aims, unseen, hooks } = await uninstallAims(found.object, cluster, as);
    return { kind: 'destructive', effect, objects: [found.object], aims, unseen, hooks };
  } catch (error) {
    if (error instanceof ToolcribError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    return understoodAsDelete({ verb: 'not-understood', target, why }, [found.object]);
  }
}

/** Of what is not there yet: it destroys something only by what it takes over. */
async function creating(request: AskedRequest, cluster: Cluster, as: As | undefined): Promise<Subject> {
  const found = await adopting(request, cluster, as);
  switch (found?.is) {
    case undefined:
      return { kind: 'harmless' };
    case 'harmless':
      return { kind: 'harmless', ...(found.warning === undefined ? {} : { warning: found.warning }) };
    case 'answered':
      return { kind: 'answered', answer: found.answer };
    case 'no-create': {
      const why = 'toolcrib: it was created by somebody else while this was looked at.';
      return { kind: 'answered', answer: answer(failure(409, `${why} Nothing was sent: send it again.`)) };
    }
    case 'not-understood': {
      const { target, why } = found;
      const unseen = [{ kind: 'Pod', why }];
      return { ...understoodAsDelete({ verb: 'not-understood', target, why }, []), unseen };
    }
    case 'scale': {
      const { target, created, replicas, was, adopts, bare } = found;
      const effect = { verb: 'scale' as const, target, replicas, was, dryRun: false, adopts };
      const [aim] = destructive(effect, [created]).aims;
      const aims = aim ? [{ ...aim, effect: { verb: 'scale' as const, replicas, creates: created } }] : [];
      return { kind: 'destructive', effect, objects: [created], aims, also: bare };
    }
  }
}

/** A write that may lower replicas. To what is not there yet it is a create, or the server refuses it. */
async function scaling(
  request: AskedRequest,
  effect: Extract<ReadEffect, { verb: 'ask-server' | 'scale' }>,
  cluster: Cluster,
  as: As | undefined,
): Promise<Subject> {
  const { target } = effect;
  const found = await readTarget(cluster, target, as);
  if ('absent' in found) return creating(request, cluster, as);
  if ('forbidden' in found) {
    const unknown: NotUnderstood = { verb: 'not-understood', target, why: found.forbidden };
    return { kind: 'not-understood', effect: unknown, objects: [], aims: [], blind: found.forbidden };
  }
  const now = await replicasNow(request, found.object, cluster, as);
  if (now === undefined || now === 0) return { kind: 'harmless' };
  if (now === 'unknown') {
    const why = "how large it is now can't be told";
    return understoodAsDelete({ verb: 'not-understood', target, why }, [found.object]);
  }
  // A PUT that says nothing of the ordinals puts them back to 0.
  const byServer =
    effect.verb === 'ask-server' || (request.method === 'PUT' && firstOrdinal(found.object) > 0);
  const result = byServer ? await dryRunOf(request, found.object, cluster, as) : undefined;
  const moved = movedBy(found.object, result);
  if (moved) {
    const why = `it moves the first ordinal from ${moved.from} to ${moved.to}: its Pods go, and others come that find none of their claims`;
    return understoodAsDelete({ verb: 'not-understood', target, why }, [found.object]);
  }
  const asked =
    result === undefined && effect.verb === 'scale'
      ? effect.replicas
      : replicasAfter(request, result ?? 'unknown');
  if (asked === 'unknown' || asked === 'none') {
    const why =
      asked === 'none'
        ? `it takes the number of replicas away (${now} now), and what that means only its operator knows`
        : 'what it comes to only the server knows, and it did not say';
    return understoodAsDelete({ verb: 'not-understood', target, why }, [found.object]);
  }
  if (typeof asked === 'object') return { kind: 'answered', answer: asked.refused };
  if (asked >= now) return { kind: 'harmless' };
  return destructive({ verb: 'scale', target, replicas: asked, was: now, dryRun: false }, [found.object]);
}

function movedBy(
  before: KubeObject,
  result: Awaited<ReturnType<typeof dryRunOf>> | undefined,
): ReturnType<typeof movedOrdinals> {
  if (typeof result !== 'object' || !('object' in result)) return undefined;
  // What its /scale says holds no ordinals.
  return result.object.kind === 'StatefulSet' ? movedOrdinals(before, result.object) : undefined;
}

/** What can't be read is taken as if it deleted what its path names, and everything below. */
async function cautious(
  request: AskedRequest,
  effect: NotUnderstood,
  cluster: Cluster,
  as: As | undefined,
): Promise<Subject> {
  const { target } = effect;
  if (!target) return { ...understoodAsDelete(effect, []), blind: 'it names no object of the API' };
  if (target.name === undefined) {
    const found = await listCollection(target, cluster, as);
    if ('refused' in found) return { kind: 'answered', answer: found.refused };
    return understoodAsDelete(effect, found.objects);
  }
  const found = await readTarget(cluster, target, as);
  if ('object' in found) return understoodAsDelete(effect, [found.object]);
  if ('forbidden' in found) return { ...understoodAsDelete(effect, []), blind: found.forbidden };
  // A DELETE sent now could hit what comes in between.
  return request.method === 'DELETE'
    ? { kind: 'answered', answer: found.absent }
    : creating(request, cluster, as);
}

function understoodAsDelete(effect: NotUnderstood, objects: KubeObject[]): Judged {
  const type = { group: effect.target?.group ?? '', resource: effect.target?.resource ?? '' };
  const worst = { verb: 'delete' as const, options: { propagationPolicy: 'Background' as const } };
  const aims = objects.map((object) => ({ ref: refOf(object), type, effect: worst }));
  return { kind: 'not-understood', effect, objects, aims };
}

function destructive(effect: Destructive, objects: KubeObject[]): Judged {
  const aims = objects.flatMap((object) => aimOf(effect, refOf(object)) ?? []);
  return { kind: 'destructive', effect, objects, aims };
}
