import type { KubeObject, ResourceInfo } from '@toolcrib/kube';

/** What an object is kept under, within its type: `namespace/name`, or the name where there are no namespaces. */
export function keyOf(info: ResourceInfo, namespace: string | undefined, name: string): string {
  return info.namespaced ? `${namespace ?? ''}/${name}` : name;
}

/** As etcd sorts its keys: by bytes, the namespace first. For `sort`. */
export function byNamespaceAndName(a: KubeObject, b: KubeObject): number {
  const left = `${a.metadata.namespace ?? ''}/${a.metadata.name}`;
  const right = `${b.metadata.namespace ?? ''}/${b.metadata.name}`;
  return left < right ? -1 : left > right ? 1 : 0;
}
