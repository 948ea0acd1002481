import type { Going, KubeObject, ObjectRef, OwnerGraph } from '@toolcrib/kube';
import { controllerOf, foreignFinalizers, groupVersionOf, isCustom, refOf } from '@toolcrib/kube';
import { marks } from '@toolcrib/model';
import { named } from './loss.ts';
import type { Aim } from './view.ts';

/** Groups whose kinds only record what somebody found: nobody does anything when one of them goes. */
const RECORDS = new Set([
  'aquasecurity.github.io',
  'openreports.io',
  'reports.kyverno.io',
  'spdx.softwarecomposition.kubescape.io',
  'wgpolicyk8s.io',
]);

/**
 * Objects of the radius where somebody else decides what happens: foreign finalizers; custom resources, since an operator
 * may act on their delete; and whatever a custom resource outside of the radius controls, since its operator may make it
 * again or may not. It is a matter of the object, and the same however it was reached: asked for, with its Namespace, with
 * its definition.
 *
 * A custom resource that merely hangs on built-in objects (a CiliumEndpoint on each Pod, a scanner's report on each
 * ReplicaSet), without finalizers and without dependents, decides nothing, and neither does a mere record: else no Pod and
 * no Namespace could be understood on such a cluster.
 */
export function opaqueIn(
  graph: OwnerGraph,
  going: ReadonlyMap<string, Going>,
  aims: readonly Aim[],
): { ref: ObjectRef; why: string }[] {
  const opaque: { ref: ObjectRef; why: string }[] = [];
  for (const uid of going.keys()) {
    const object = graph.get(uid);
    if (!object) continue;
    const why = whyOpaque(graph, going, object);
    if (why) opaque.push({ ref: refOf(object), why });
  }
  for (const aim of aims) {
    if (aim.effect.does === 'scale' && isCustom(aim.ref)) {
      opaque.push({ ref: aim.ref, why: 'its operator decides which Pods go' });
    }
  }
  return opaque;
}

function whyOpaque(
  graph: OwnerGraph,
  going: ReadonlyMap<string, Going>,
  object: KubeObject,
): string | undefined {
  const foreign = foreignFinalizers(object, [marks.finalizer]);
  if (foreign.length > 0) return `finalizer ${foreign.join(', ')}: its owner decides when and what else goes`;
  if (isCustom(object) && !decidesNothing(graph, object))
    return 'a custom resource: its operator decides what else goes';
  const controller = controllerOf(object);
  if (controller && isCustom(controller) && !going.has(controller.uid)) {
    return `${named(controller)} controls it: its operator decides whether it comes back`;
  }
  return undefined;
}

function decidesNothing(graph: OwnerGraph, object: KubeObject): boolean {
  const { uid = '', ownerReferences = [] } = object.metadata;
  if (graph.dependentsOf(uid).length > 0) return false;
  if (RECORDS.has(groupVersionOf(object.apiVersion).group)) return true;
  return ownerReferences.length > 0 && ownerReferences.every((owner) => !isCustom(owner));
}
