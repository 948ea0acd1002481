import type { Going, KubeObject, ObjectRef, OwnerGraph } from '@toolcrib/kube';
import { controllerOf, foreignFinalizers, isCustom, refOf } from '@toolcrib/kube';
import { marks } from '../../model/index.ts';
import { named } from './loss.ts';
import type { Aim } from './view.ts';
import { isKind } from './view.ts';

/**
 * Objects of the radius where somebody else decides what happens: foreign finalizers; custom resources that were
 * asked for, that go with their definition, or that own something; and whatever a custom resource outside of
 * the radius controls, since its operator may make it again or may not.
 *
 * A custom resource that merely hangs on a built-in object (a CiliumEndpoint on each Pod, a scanner's report on
 * each ReplicaSet), without finalizers and without dependents, decides nothing: else no Pod could be understood
 * on such a cluster.
 */
export function opaqueIn(
  graph: OwnerGraph,
  going: ReadonlyMap<string, Going>,
  aims: readonly Aim[],
): { ref: ObjectRef; why: string }[] {
  const opaque: { ref: ObjectRef; why: string }[] = [];
  for (const [uid, { via }] of going) {
    const object = graph.get(uid);
    if (!object) continue;
    const why = whyOpaque(graph, going, object, graph.get(via ?? ''));
    if (why) opaque.push({ ref: refOf(object), why });
  }
  for (const aim of aims) {
    if (aim.effect.verb === 'scale' && isCustom(aim.ref)) {
      opaque.push({ ref: aim.ref, why: 'its operator decides which Pods go' });
    }
  }
  return opaque;
}

function whyOpaque(
  graph: OwnerGraph,
  going: ReadonlyMap<string, Going>,
  object: KubeObject,
  via: KubeObject | undefined,
): string | undefined {
  const foreign = foreignFinalizers(object, [marks.finalizer]);
  if (foreign.length > 0) return `finalizer ${foreign.join(', ')}: its owner decides when and what else goes`;
  if (isCustom(object)) {
    const definition = via && isKind(via, 'apiextensions.k8s.io', 'CustomResourceDefinition');
    const owns = graph.dependentsOf(object.metadata.uid ?? '').length > 0;
    if (!via || definition || owns) return 'a custom resource: its operator decides what else goes';
  }
  const controller = controllerOf(object);
  if (controller && isCustom(controller) && !going.has(controller.uid)) {
    return `${named(controller)} controls it: its operator decides whether it comes back`;
  }
  return undefined;
}
