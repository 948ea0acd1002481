import type { KubeObject, ObjectRef } from '@toolcrib/kube';
import { lookup } from './lookup.ts';
import type { View } from './view.ts';
import { isKind } from './view.ts';

export function isEndpoints(object: { apiVersion: string; kind: string }): boolean {
  return isKind(object, '', 'Endpoints');
}

/** Endpoints whose Service has a selector: its controller makes them, and makes them again. */
export function isMadeAgain(endpoints: KubeObject, objects: readonly KubeObject[]): boolean {
  const { namespace, name } = endpoints.metadata;
  return lookup(objects).named('', 'Service', namespace, name).some(hasSelector);
}

/**
 * The Endpoints that go with Services that have no selector: written by hand, and deleted by the endpoints controller
 * once their Service is gone (kubernetes pkg/controller/endpoint/endpoints_controller.go, syncService). By name, where
 * they were not listed.
 */
export function endpointsWanted(view: View, goes: (object: KubeObject) => boolean): ObjectRef[] {
  return view.objects
    .filter((object) => isService(object) && goes(object) && !hasSelector(object))
    .filter((service) => service.spec?.type !== 'ExternalName')
    .filter((service) => endpointsOf(view.objects, service).length === 0)
    .map(({ metadata: { namespace, name } }) => ({ apiVersion: 'v1', kind: 'Endpoints', namespace, name }));
}

/** What goes with a Service: the hand-written Endpoints of its name. */
export function endpointsOf(objects: readonly KubeObject[], service: KubeObject): readonly KubeObject[] {
  const { namespace, name } = service.metadata;
  return lookup(objects).named('', 'Endpoints', namespace, name);
}

function isService(object: KubeObject): boolean {
  return isKind(object, '', 'Service');
}

function hasSelector(service: KubeObject): boolean {
  return Object.keys(service.spec?.selector ?? {}).length > 0;
}
