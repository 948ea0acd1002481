import type { KubeObject, ResourceInfo } from '@toolcrib/kube';
import { uidOf } from '@toolcrib/kube';
import { usersOf } from './rebind.ts';
import type { Run } from './running.ts';
import type { Result, UndoStep } from './steps.ts';
import { isKind } from './steps.ts';

const AGAIN = 'undo again once it is gone';

/** How many of those that hold it are named. */
const NAMED = 3;

/** Why nothing was created, what holds the old one, and what the person can do about it. */
export async function stillGoing(run: Run, info: ResourceInfo, snapshot: KubeObject): Promise<string> {
  const seconds = Math.round(run.waiting.limit / 1000);
  const note = `after ${seconds} s it is still on its way out, and nothing was created`;
  const { namespace = '', name } = snapshot.metadata;
  if (isKind(snapshot, '', 'PersistentVolumeClaim')) {
    const users = await usersOf(run, { namespace, name });
    if (users.length === 0) return `${note}; ${AGAIN}`;
    const pods = `${users.length > 1 ? 'Pods' : 'Pod'} ${users.join(', ')}`;
    return `${note}: ${pods} still ${users.length > 1 ? 'use' : 'uses'} it. Its data is kept. Scale down what runs there, then undo again`;
  }
  const holders = isKind(snapshot, '', 'Namespace') ? await holdersIn(run, name) : [];
  const at = { namespace: info.namespaced ? namespace : undefined, name };
  const own = (await run.cluster.get(info, at, run.as).catch(() => undefined))?.metadata.finalizers ?? [];
  const by = [...own.map((one) => `its finalizer ${one}`), ...holders];
  if (by.length === 0) return `${note}; ${AGAIN}`;
  const more = by.length > NAMED ? ` and ${by.length - NAMED} more` : '';
  return `${note}: ${by.slice(0, NAMED).join(', ')}${more} ${by.length > 1 ? 'hold' : 'holds'} it. Whoever set ${
    by.length > 1 ? 'them' : 'it'
  } has to let it go; ${AGAIN}`;
}

/**
 * What still goes in a Namespace, and by which finalizers it is held there. All kinds are looked at: the Namespace itself
 * names kinds and finalizers in its conditions, and never the object. What can't be read is passed over.
 */
async function holdersIn(run: Run, namespace: string): Promise<string[]> {
  const { resources } = await run.cluster.resources(run.as).catch(() => ({ resources: [] }));
  const kinds = resources
    .filter(({ namespaced, group }) => namespaced && group !== 'metrics.k8s.io')
    [Symbol.iterator]();
  const found: string[] = [];
  const worker = async () => {
    for (const type of kinds) {
      const objects = await run.cluster.list(type, { namespace }, run.as).catch((): KubeObject[] => []);
      for (const { metadata } of objects) {
        const { finalizers = [], name } = metadata;
        const word = finalizers.length > 1 ? 'finalizers' : 'finalizer';
        if (finalizers.length > 0) found.push(`${type.kind} ${name} (${word} ${finalizers.join(', ')})`);
      }
    }
  };
  await Promise.all(Array.from({ length: 6 }, worker));
  return found.sort();
}

/** The namespace in which a step makes or writes something, or waits for it. */
function namespaceOf(step: UndoStep): string | undefined {
  switch (step.do) {
    case 'none':
      return step.awaited?.object.metadata.namespace;
    case 'create':
    case 'readopt':
    case 'revert':
    case 'own':
      return step.snapshot.metadata.namespace;
    case 'await-bound':
      return step.claim.namespace;
    case 'scale':
    case 'relink':
      return step.ref.namespace;
    default:
      return undefined;
  }
}

/**
 * Passes over a step in a Namespace that did not go: each try would be refused for the same reason, and each wait would
 * be for nothing.
 * @returns the result that stands for it: the Namespace's
 */
export function waitsForItsNamespace(
  run: Run,
  step: UndoStep,
  results: readonly Result[],
): Result | undefined {
  const namespace = namespaceOf(step);
  if (namespace === undefined || !run.closed.has(namespace)) return undefined;
  if ('snapshot' in step && step.snapshot) {
    const uid = uidOf(step.snapshot.metadata);
    run.missing.add(uid);
    run.coming.delete(uid);
  }
  return results.find(({ what }) => what === `Namespace ${namespace}`);
}
