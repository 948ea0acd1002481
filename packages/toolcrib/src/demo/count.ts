import type { KubeObject } from '@toolcrib/kube';
import type { Kubectl } from './kubectl.ts';

/** What is true of a set of Pods at one moment, asked of the cluster directly. */
export interface Pods {
  /** In the order of their names. */
  each: { name: string; uid: string }[];
  /** Running, and not on their way out. */
  running: number;
  /** Without a controller. */
  ownerless: number;
  restarts: number;
}

export async function podsOf(
  kubectl: Kubectl,
  kubeconfig: string,
  namespace: string,
  selector: string,
): Promise<Pods> {
  const text = await kubectl(kubeconfig, 'get', 'pods', '-n', namespace, '-l', selector, '-o', 'json');
  const items = (JSON.parse(text) as { items: KubeObject[] }).items;
  const alive = items.filter((pod) => !pod.metadata.deletionTimestamp);
  const controlled = (pod: KubeObject) =>
    pod.metadata.ownerReferences?.some((owner) => owner.controller) === true;
  const restartsOf = (pod: KubeObject): number =>
    (pod.status?.containerStatuses ?? []).reduce(
      (sum: number, one: { restartCount?: number }) => sum + (one.restartCount ?? 0),
      0,
    );
  return {
    each: alive
      .map(({ metadata }) => ({ name: metadata.name, uid: metadata.uid ?? '' }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    running: alive.filter((pod) => pod.status?.phase === 'Running').length,
    ownerless: alive.filter((pod) => !controlled(pod)).length,
    restarts: alive.reduce((sum, pod) => sum + restartsOf(pod), 0),
  };
}

/** What became of each Pod that was there, and how many of them are the same ones. */
export function compared(
  before: Pods,
  after: Pods,
): { same: number; pods: { name: string; before: string; after?: string }[] } {
  const pods = before.each.map(({ name, uid }) => ({
    name,
    before: uid,
    after: after.each.find((pod) => pod.name === name)?.uid,
  }));
  return { same: pods.filter((pod) => pod.before === pod.after).length, pods };
}

/** The object's UID, undefined where the API answers 404. */
export async function uidOf(
  kubectl: Kubectl,
  kubeconfig: string,
  namespace: string,
  what: string,
): Promise<string | undefined> {
  const text = await kubectl(kubeconfig, 'get', what, '-n', namespace, '--ignore-not-found', '-o', 'json');
  return text.trim() === '' ? undefined : (JSON.parse(text) as KubeObject).metadata.uid;
}

/** Looks until it is so. @param limit milliseconds */
export async function until(what: string, isSo: () => Promise<boolean>, limit = 30_000): Promise<void> {
  const end = Date.now() + limit;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`after ${limit / 1000} s still not so: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
}
