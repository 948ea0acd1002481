import type { KubeObject, ResourceInfo } from '@toolcrib/kube';
import { uidOf } from '@toolcrib/kube';
import type { Effect, RequestRecord, SoftenRecord } from '@toolcrib/model';
import { contextNameOf, shellWord } from '@toolcrib/model';
import { kindOf as kindOfEffect, scaleIn } from '../effects/index.ts';
import { tookNothing } from '../effects/took-nothing.ts';
import { standsAs } from './adopted.ts';
import type { LiveView } from './live.ts';
import { kindOf, liveOf } from './live.ts';
import { sizeBefore } from './size.ts';
import type { UndoStep } from './steps.ts';
import { keyOfObject, nameOf, none } from './steps.ts';

/**
 * A scale goes back to the replicas before the act, where it still stands at what the act set; anything else was
 * somebody's later word. Of several scales of one object the last counts as what the act set, and the first tells what was
 * before.
 * @param context the guard's own name of it, for the command that is told where only a person can know
 */
export function scaleSteps(
  requests: readonly RequestRecord[],
  softenings: readonly SoftenRecord[],
  byUid: ReadonlyMap<string, KubeObject>,
  live: LiveView,
  context?: string,
): { steps: UndoStep[]; targets: Set<string> } {
  const asked = new Map<string, Asked>();
  const deleted = new Set<string>();
  for (const request of [...requests].sort((a, b) => a.at - b.at)) {
    const { effect, targetUids } = request;
    if (tookNothing(request, softenings)) continue;
    const { undo } = kindOfEffect(effect);
    const size = scaleIn(effect);
    if (!size && undo !== 'bring-back' && undo !== 'rewrite') continue;
    if ('dryRun' in effect && effect.dryRun) continue;
    for (const uid of targetUids) {
      if (size) asked.set(uid, { ...size, was: (asked.get(uid) ?? size).was });
      else deleted.add(uid);
    }
  }
  const steps: UndoStep[] = [];
  const targets = new Set<string>();
  for (const [uid, effect] of asked) {
    const snapshot = byUid.get(uid);
    if (!snapshot) continue;
    // Scaled and deleted: it comes back from the snapshot, with its old replicas.
    if (deleted.has(uid) && !stands(snapshot, live)) continue;
    targets.add(uid);
    const now = effect.adopts === undefined ? undefined : standsAs(snapshot, live)?.metadata.uid;
    // What names it now names it by the UID that the cluster has given it.
    if (now) targets.add(now);
    steps.push(stepFor(snapshot, effect, live, context));
  }
  return { steps, targets };
}

/** Whether what was to be deleted stands all the same: nothing of it comes back, and its size is still to be put back. */
function stands(snapshot: KubeObject, live: LiveView): boolean {
  const now = liveOf(live, snapshot);
  return now?.metadata.uid === snapshot.metadata.uid && now?.metadata.deletionTimestamp === undefined;
}

/** It is not there, or what stands there is not known to be it: only a person can say that it is meant. */
function notIt(
  snapshot: KubeObject,
  now: KubeObject | null | undefined,
  was: number | undefined,
  info: ResourceInfo | undefined,
  context: string | undefined,
): UndoStep {
  const what = nameOf(snapshot);
  if (!now) return none(what, 'conflict', 'it is gone: undo first what took it, and then this again');
  const other = 'another one stands under its name now, which no undo of toolcrib made; its size is left';
  const before = sizeBefore(snapshot, was)?.before;
  if (!info || before === undefined) return none(what, 'conflict', other);
  const { name, namespace } = snapshot.metadata;
  const kind = info.group === '' ? info.resource : `${info.resource}.${info.group}`;
  const where = [
    ...(context === undefined ? [] : [`--context=${shellWord(contextNameOf(context))}`]),
    ...(namespace === undefined ? [] : ['-n', namespace]),
  ];
  const command = ['kubectl scale', `${kind}/${name}`, ...where, `--replicas=${before}`].join(' ');
  return none(what, 'conflict', `${other}. Where it is to have ${before}: ${command}`);
}

type Asked = Pick<Extract<Effect, { verb: 'scale' }>, 'replicas' | 'was' | 'adopts'>;

function stepFor(
  snapshot: KubeObject,
  { replicas: set, was, adopts }: Asked,
  live: LiveView,
  context?: string,
): UndoStep {
  const what = nameOf(snapshot);
  const created = adopts !== undefined;
  const now = created ? standsAs(snapshot, live) : liveOf(live, snapshot);
  const info = kindOf(live.kinds, snapshot);
  const { name, namespace } = snapshot.metadata;
  const uid = uidOf((created ? now : snapshot)?.metadata);
  if (!now || !info || now.metadata.uid !== uid) {
    return notIt(snapshot, now, was, info, context);
  }
  // Of what was not there before, its Pods tell the size.
  const size =
    created && was !== undefined ? { before: was, at: 'object' as const } : sizeBefore(snapshot, was);
  if (!size) return none(what, 'failed', 'its size before the act was not written down; it is left as it is');
  const { before, at } = size;
  const current: unknown = at === 'scale' ? live.sizes?.[keyOfObject(snapshot)] : now.spec?.replicas;
  if (typeof current !== 'number')
    return none(what, 'failed', `its size can't be read now, and is left as it is; it was ${before}`);
  if (current === before) return none(what, 'unchanged', `it stands at ${before} replicas`);
  if (current !== set) {
    return none(what, 'conflict', `it was scaled to ${current} since; the act had set ${set}`);
  }
  const ref = { apiVersion: snapshot.apiVersion, kind: snapshot.kind, namespace, name, uid };
  return { do: 'scale', info, ref, at, from: set, to: before, snapshot };
}
