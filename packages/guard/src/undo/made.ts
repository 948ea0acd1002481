import type { KubeObject } from '@toolcrib/kube';
import { controllerOf, groupVersionOf, isFinishedPod, uidOf } from '@toolcrib/kube';
import { ToolcribError } from '@toolcrib/model';
import { getAs } from './live.ts';
import type { Run } from './running.ts';
import type { Result } from './steps.ts';
import { isKind } from './steps.ts';
import { waitFor } from './wait.ts';

/** One object that a controller was left to make again, and the line that says so. */
export interface LeftToController {
  result: Result;
  object: KubeObject;
  by: KubeObject;
}

const PODS = { group: '', version: 'v1', resource: 'pods' };

/**
 * Waits until each controller has made again what was left to it: what has a name of its own under that name, Pods by
 * their number (their names are new). What can't be looked at is not counted against it.
 * @returns what did not come, with the reason
 */
export async function stillMissing(
  run: Run,
  left: readonly LeftToController[],
): Promise<{ result: Result; note: string }[]> {
  const groups = new Map<string, LeftToController[]>();
  for (const one of left) {
    const uid = uidOf(one.by.metadata);
    groups.set(uid, [...(groups.get(uid) ?? []), one]);
  }
  const end = run.waiting.now() + run.waiting.limit;
  const missing: { result: Result; note: string }[] = [];
  for (const group of groups.values()) {
    const by = group[0]?.by;
    if (!by) continue;
    // One time for all of them: what the first was waited for the others have had too.
    const waiting = { ...run.waiting, limit: Math.max(0, end - run.waiting.now()) };
    let found = { short: 0, names: [] as string[] };
    try {
      await waitFor(waiting, '', async () => {
        found = await shortOf(run, by, group);
        return found.short === 0 && found.names.length === 0;
      });
      continue;
    } catch (error) {
      if (!(error instanceof ToolcribError)) throw error;
      // It may not be looked at: nothing is known against it.
      if (error.code !== 'limit') continue;
    }
    const name = `${by.kind} ${by.metadata.name}`;
    const pods = group.filter(({ object }) => isCounted(object));
    for (const { result } of pods.slice(0, found.short))
      missing.push({ result, note: `${name} has not made it again` });
    for (const one of group.filter(
      ({ object }) => found.names.includes(object.metadata.name) && !isCounted(object),
    ))
      missing.push({ result: one.result, note: `${name} has not made it again` });
  }
  return missing;
}

/** Pods get new names, but for those of a StatefulSet. */
function isCounted(object: KubeObject): boolean {
  const controller = controllerOf(object);
  return isKind(object, '', 'Pod') && controller !== undefined && !isKind(controller, 'apps', 'StatefulSet');
}

async function shortOf(
  run: Run,
  by: KubeObject,
  group: readonly LeftToController[],
): Promise<{ short: number; names: string[] }> {
  const names: string[] = [];
  for (const { object } of group) {
    if (isCounted(object)) continue;
    const { namespace, name } = object.metadata;
    const type = await run.cluster.typeOf(object, run.as);
    const at = { namespace: type.namespaced ? namespace : undefined, name };
    const now = await getAs(run.cluster, type, object.apiVersion, at, run.as);
    if (!now || now.metadata.deletionTimestamp !== undefined) names.push(name);
  }
  const counted = group.filter(({ object }) => isCounted(object)).length;
  if (counted === 0) return { short: 0, names };
  const { namespace, name } = by.metadata;
  const type = await run.cluster.typeOf(by, run.as);
  const controller = await run.cluster.get(
    type,
    { namespace: type.namespaced ? namespace : undefined, name },
    run.as,
  );
  if (!controller) return { short: counted, names };
  const pods = await run.cluster.list(PODS, { namespace: group[0]?.object.metadata.namespace }, run.as);
  const own = pods.filter(
    (pod) =>
      controllerOf(pod)?.uid === controller.metadata.uid && pod.metadata.deletionTimestamp === undefined,
  );
  // A Job's Pod may have done its work by now; any other that has failed is replaced.
  const job = groupVersionOf(controller.apiVersion).group === 'batch';
  const there = own.filter((pod) => job || !isFinishedPod(pod)).length;
  return { short: Math.max(0, Math.min(counted, wantedNow(controller)) - there), names };
}

/** Somebody may want fewer by now: that is his later word. */
function wantedNow(controller: KubeObject): number {
  if (isKind(controller, 'apps', 'DaemonSet'))
    return controller.status?.desiredNumberScheduled ?? Number.MAX_VALUE;
  if (isKind(controller, 'batch', 'Job')) return isSpent(controller) ? 0 : Number.MAX_VALUE;
  return controller.spec?.replicas ?? Number.MAX_VALUE;
}

function isSpent(job: KubeObject): boolean {
  return (job.status?.succeeded ?? 0) >= (job.spec?.completions ?? 1);
}
