import type { KubeObject, ResourceInfo } from '@toolcrib/kube';
import { type Condition, conditionOf } from './common/conditions.ts';
import { isNotFound, messageOf } from './common/errors.ts';
import { type ControllerOptions, controlLoop, type Tools } from './common/loop.ts';
import { isFinished } from './common/pods.ts';
import { timeOf, timestamp } from './common/time.ts';
import { NAMESPACES, PODS } from './common/types.ts';
import { keyOfObject } from './common/view.ts';

const TOKEN = 'kubernetes';
/** Milliseconds until it looks again while something remains. The real one waits half of its estimate, e.g. 15 s. */
const LOOK_AGAIN = 500;

/** Empties a Namespace that is being deleted, Pods first, and finalizes it (source: pkg/controller/namespace). */
export function namespaceController(options: ControllerOptions = {}) {
  return controlLoop({
    ...options,
    name: 'namespace-controller',
    watch: [{ type: NAMESPACES, keys: (change) => [keyOfObject(change.object)] }],
    sync({ name, key }, tools) {
      const namespace = tools.view.get(NAMESPACES, undefined, name);
      if (!namespace?.metadata.deletionTimestamp) return;
      if (namespace.status?.phase !== 'Terminating') {
        writeStatus(namespace, tools, (status) => {
          status.phase = 'Terminating';
        });
      }
      if (!namespace.spec?.finalizers?.includes(TOKEN)) return;
      const findings = empty(namespace, tools);
      report(namespace, findings, tools);
      if (findings.remaining.size > 0 || findings.failures.length > 0) {
        return tools.queue.addAfter(key, LOOK_AGAIN);
      }
      finalize(namespace, tools);
    },
  });
}

interface Findings {
  /** `pods.` → how many are left. */
  remaining: Map<string, number>;
  finalizers: Map<string, number>;
  failures: string[];
  podsFirst: boolean;
}

function empty(namespace: KubeObject, tools: Tools): Findings {
  const findings: Findings = { remaining: new Map(), finalizers: new Map(), failures: [], podsFirst: false };
  const types = tools.store.resources().filter((info) => info.namespaced);
  for (const info of types.filter(arePods)) emptyType(info, namespace, findings, tools);
  if (findings.remaining.size > 0) {
    findings.podsFirst = true;
    return findings;
  }
  for (const info of types.filter((other) => !arePods(other))) emptyType(info, namespace, findings, tools);
  return findings;
}

function arePods({ group, resource }: ResourceInfo): boolean {
  return group === PODS.group && resource === PODS.resource;
}

function emptyType(
  info: ResourceInfo,
  namespace: KubeObject,
  findings: Findings,
  { store, clock }: Tools,
): void {
  const { name } = namespace.metadata;
  for (const object of store.list(info, { namespace: name })) {
    try {
      store.delete(info, name, object.metadata.name, { propagationPolicy: 'Background' });
    } catch (error) {
      if (!isNotFound(error)) findings.failures.push(messageOf(error));
    }
  }
  const left = store.list(info, { namespace: name });
  if (left.length === 0) return;
  findings.remaining.set(`${info.resource}.${info.group}`, left.length);
  const finalizers = left.flatMap((object) => object.metadata.finalizers ?? []);
  for (const finalizer of finalizers) {
    findings.finalizers.set(finalizer, (findings.finalizers.get(finalizer) ?? 0) + 1);
  }
  if (finalizers.length === 0 && !withinGrace(namespace, left, clock.now())) {
    const type = `${info.group}/${info.version}, Resource=${info.resource}`;
    findings.failures.push(`unexpected items still remain in namespace: ${name} for gvr: ${type}`);
  }
}

/** Pods may still be using their grace period. */
function withinGrace(namespace: KubeObject, left: KubeObject[], now: number): boolean {
  const graces = left
    .filter((object) => object.kind === 'Pod' && !isFinished(object))
    .map((pod) => Number(pod.spec?.terminationGracePeriodSeconds));
  const begun = Number(timeOf(namespace.metadata.deletionTimestamp));
  return graces.some((grace) => now - begun < grace * 1000);
}

function report(namespace: KubeObject, findings: Findings, tools: Tools): void {
  const { remaining, finalizers, failures, podsFirst } = findings;
  const now = timestamp(tools.clock.now());
  const list = (counts: Map<string, number>, join: string) =>
    [...counts]
      .map(([what, count]) => `${what} ${join} ${count} resource instances`)
      .sort()
      .join(', ');
  // While it still waits for the Pods, the real controller says nothing about what remains.
  const leftOver = podsFirst ? '' : list(remaining, 'has');
  const held = podsFirst ? '' : list(finalizers, 'in');
  const failed = failures.length > 0 ? [...failures].sort().join(', ') : '';
  const wanted: Condition[] = [
    ok('NamespaceDeletionDiscoveryFailure', 'ResourcesDiscovered', 'All resources successfully discovered'),
    ok(
      'NamespaceDeletionGroupVersionParsingFailure',
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
    ),
    failed
      ? bad(
          'NamespaceDeletionContentFailure',
          'ContentDeletionFailed',
          `Failed to delete all resource types, ${failures.length} remaining: ${failed}`,
        )
      : ok(
          'NamespaceDeletionContentFailure',
          'ContentDeleted',
          'All content successfully deleted, may be waiting on finalization',
        ),
    leftOver
      ? bad('NamespaceContentRemaining', 'SomeResourcesRemain', `Some resources are remaining: ${leftOver}`)
      : ok('NamespaceContentRemaining', 'ContentRemoved', 'All content successfully removed'),
    held
      ? bad(
          'NamespaceFinalizersRemaining',
          'SomeFinalizersRemain',
          `Some content in the namespace has finalizers remaining: ${held}`,
        )
      : ok(
          'NamespaceFinalizersRemaining',
          'ContentHasNoFinalizers',
          'All content-preserving finalizers finished',
        ),
  ];
  const same = wanted.every((condition) => {
    const old = conditionOf(namespace.status, condition.type);
    return old?.status === condition.status && old.message === condition.message;
  });
  if (same) return;
  writeStatus(namespace, tools, (status) => {
    const before: Condition[] = status.conditions ?? [];
    const others = before.filter((item) => !wanted.some((condition) => condition.type === item.type));
    const next = wanted.map((condition) => {
      const old = before.find((item) => item.type === condition.type);
      const since = old?.status === condition.status ? old.lastTransitionTime : now;
      return { ...condition, lastTransitionTime: since };
    });
    status.conditions = [...others, ...next];
  });
}

const ok = (type: string, reason: string, message: string): Condition => ({
  type,
  status: 'False',
  reason,
  message,
});
const bad = (type: string, reason: string, message: string): Condition => ({
  type,
  status: 'True',
  reason,
  message,
});

function writeStatus(
  namespace: KubeObject,
  { store }: Tools,
  edit: (status: { phase?: string; conditions?: Condition[] }) => void,
): void {
  const change = ({ status }: KubeObject) => edit(status);
  store.modify(NAMESPACES, undefined, namespace.metadata.name, change, { subresource: 'status' });
}

function finalize(namespace: KubeObject, { store }: Tools): void {
  const fresh = store.get(NAMESPACES, undefined, namespace.metadata.name);
  fresh.spec.finalizers = fresh.spec.finalizers.filter((item: string) => item !== TOKEN);
  store.update(NAMESPACES, fresh, { subresource: 'finalize' });
  // The real one is removed by a DELETE once nothing holds it any more; the store may have done so already.
  try {
    store.delete(NAMESPACES, undefined, namespace.metadata.name, {
      preconditions: { uid: namespace.metadata.uid },
    });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
