import { type KubeObject, refOf } from '@toolcrib/kube';
import { isNoNumber } from '@toolcrib/model';
import { readTarget } from '../look/read-target.ts';
import { dryRunOf, replicasAfter, replicasNow } from '../look/replicas-now.ts';
import type { Aim } from '../radius/view.ts';
import { refuseEncoded, writtenIn } from '../read/body.ts';
import { judgedByServer } from '../read/canonical.ts';
import { firstOrdinal, movedOrdinals, namesOrdinals } from '../read/ordinals.ts';
import { replicasIn } from '../read/replicas.ts';
import { isOnScale, mayChangeSize } from '../read/scalable.ts';
import { no, readable } from './cautious.ts';
import { creating } from './creating.ts';
import type { AskServer, EffectKind, EffectOf, LookAt, ReadEffect, Sent } from './effect-kind.ts';
import { resizedByNow } from './resized-by-now.ts';
import { type Subject, understoodAsDelete } from './subject.ts';
import { oneOf, typedAs } from './words.ts';
import { isPutOrPatch, isWrite } from './writes.ts';

type Scale = EffectOf<'scale'>;
const HARMLESS: Subject = { kind: 'harmless' };

const WEB = { group: 'apps', version: 'v1', resource: 'deployments', namespace: 'shop', name: 'web' };

/** A number of replicas is lowered; or something is created that takes over more than it wants. */
export const scaleKind: EffectKind<Scale> = {
  title: ({ target, replicas, was, adopts }) =>
    adopts === undefined
      ? `scale ${oneOf(target)} to ${replicas}`
      : `create ${oneOf(target)} with ${replicas} of ${was} Pods`,
  typed: ({ target, replicas, was, adopts }, more) =>
    adopts === undefined
      ? `${typedAs('scale', target, more)} to ${replicas}`
      : `${typedAs('create', target, more)} with ${replicas} of ${was} Pods`,
  asSentWhy: ({ adopts }) =>
    `only a delete can be softened, not ${adopts === undefined ? 'a scale-down' : 'a create that takes Pods over'}`,
  besides: ({ adopts }) => adopts,

  mayBe: (method, path) => isPutOrPatch(method) && mayChangeSize(path),
  read,
  look: lookAtScale,
  aim,

  unread: readable,
  facts: ({ replicas }) => ({ replicas }),
  likeness: ({ replicas, adopts }) => JSON.stringify([replicas, ...(adopts === undefined ? [] : ['adopts'])]),
  beginsUninstall: no,
  helmSends: false,

  targets: 'stay',
  asScale: (effect) => effect,
  refusedBy: (status) => isNoNumber(status, false),
  became: resizedByNow,
  undo: 'resize',

  example: {
    from: {
      method: 'PATCH',
      path: '/apis/apps/v1/namespaces/shop/deployments/web',
      type: 'application/merge-patch+json',
      body: { spec: { replicas: 0 } },
    },
    effect: { verb: 'scale', target: WEB, replicas: 0, dryRun: false },
    other: { verb: 'scale', target: WEB, replicas: 1, dryRun: false },
    title: 'scale deployment shop/web to 0',
    typed: 'scale deployments/web -n shop to 0',
    facts: { verb: 'scale', resource: 'deployments', replicas: 0 },
    undo: 'resize',
  },
};

function aim({ target: { group, resource }, replicas }: Scale, ref: Aim['ref']): Aim {
  return { ref, type: { group, resource }, effect: { does: 'scale', replicas } };
}

function read(sent: Sent): ReadEffect | undefined {
  const { path, target } = sent;
  // Whatever else is written has no size; whom it names as owners is asked separately (`owners.ts`).
  if (!isWrite(sent) || !mayChangeSize(path)) return undefined;
  refuseEncoded(sent);
  const written = judgedByServer(sent) ? undefined : writtenIn(sent);
  const asked =
    judgedByServer(sent) || namesOrdinals(path, written)
      ? 'ask-server'
      : replicasIn(sent, path, written, isOnScale(path));
  if (asked === 'unchanged') return { verb: 'none' };
  if (asked === 'ask-server')
    return { verb: 'ask-server', target, why: 'only the server can say what the write comes to' };
  return { verb: 'scale', target, replicas: asked, dryRun: false };
}

/**
 * A write that may lower replicas. To what is not there yet it is a create, or the server refuses it.
 * @throws ToolcribError where the cluster can't be asked
 */
export async function lookAtScale(effect: Scale | AskServer, at: LookAt): Promise<Subject> {
  const { request, cluster, as } = at;
  const { target } = effect;
  const unread = (why: string, objects: KubeObject[]) =>
    understoodAsDelete({ verb: 'not-understood', target, why }, objects);
  const found = await readTarget(cluster, target, as);
  if ('absent' in found) return creating(at);
  if ('forbidden' in found) return { ...unread(found.forbidden, []), blind: found.forbidden };
  const { object } = found;
  const now = await replicasNow(request, object, cluster, as);
  if (now === undefined || now === 0) return HARMLESS;
  if (now === 'unknown') return unread("how large it is now can't be told", [object]);
  const toSize = (asked: number) => (asked < now ? lowered(target, object, asked, now) : HARMLESS);
  // A PUT that says nothing of the ordinals puts them back to 0.
  const movable = request.method === 'PUT' && firstOrdinal(object) > 0;
  if (effect.verb === 'scale' && !movable) return toSize(effect.replicas);
  const result = await dryRunOf(request, object, cluster, as);
  const moved = movedBy(object, result);
  if (moved) {
    const why = `it moves the first ordinal from ${moved.from} to ${moved.to}: its Pods go, and others come that find none of their claims`;
    return unread(why, [object]);
  }
  const asked = replicasAfter(request, result);
  if (asked === 'none') {
    const why = `it takes the number of replicas away (${now} now), and what that means only its operator knows`;
    return unread(why, [object]);
  }
  if (asked === 'unknown')
    return unread('what it comes to only the server knows, and it did not say', [object]);
  return typeof asked === 'object' ? { kind: 'answered', answer: asked.refused } : toSize(asked);
}

function lowered(target: Scale['target'], object: KubeObject, replicas: number, was: number): Subject {
  const effect: Scale = { verb: 'scale', target, replicas, was, dryRun: false };
  return { kind: 'destructive', effect, objects: [object], aims: [aim(effect, refOf(object))] };
}

function movedBy(
  before: KubeObject,
  result: Awaited<ReturnType<typeof dryRunOf>>,
): ReturnType<typeof movedOrdinals> {
  if (result === 'unknown' || 'refused' in result) return undefined;
  // What its /scale says holds no ordinals.
  return result.object.kind === 'StatefulSet' ? movedOrdinals(before, result.object) : undefined;
}
