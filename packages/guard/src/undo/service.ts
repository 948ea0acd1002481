import type { KubeObject } from '@toolcrib/kube';

/** A port as it stands in a Service; only what matters here. */
interface Port {
  name?: string;
  port: number;
  nodePort?: number;
}

/** Node ports that somebody wrote down, rather than the server assigned: they are part of the intent. */
export function explicitNodePorts(service: KubeObject): number[] {
  const text = service.metadata.annotations?.['kubectl.kubernetes.io/last-applied-configuration'];
  if (text !== undefined) {
    try {
      const ports: Port[] = JSON.parse(text).spec?.ports ?? [];
      return ports.flatMap(({ nodePort }) => (nodePort === undefined ? [] : [nodePort]));
    } catch {
      return [];
    }
  }
  return explicitByFields(service);
}

/** From managedFields: `f:ports` → `k:{"port":80,…}` → `f:nodePort`. */
function explicitByFields(service: KubeObject): number[] {
  const ports: Port[] = service.spec?.ports ?? [];
  const managed = (service.metadata.managedFields ?? []) as { fieldsV1?: Record<string, unknown> }[];
  const owned = managed.flatMap(({ fieldsV1 }) => {
    const spec = fieldsV1?.['f:spec'] as Record<string, unknown> | undefined;
    return Object.entries((spec?.['f:ports'] ?? {}) as Record<string, Record<string, unknown>>)
      .filter(([, fields]) => 'f:nodePort' in fields)
      .map(([key]) => Number(/"port":(\d+)/.exec(key)?.[1]));
  });
  return ports.flatMap(({ port, nodePort }) =>
    nodePort !== undefined && owned.includes(port) ? [nodePort] : [],
  );
}

/** A Service without the addresses and ports that the server assigned, but for `keep`. Returns a copy. */
export function withoutAssigned(service: KubeObject, keep: readonly number[]): KubeObject {
  const object = structuredClone(service);
  const { spec } = object;
  if (!spec) return object;
  if (spec.clusterIP !== 'None') {
    delete spec.clusterIP;
    delete spec.clusterIPs;
  }
  delete spec.healthCheckNodePort;
  for (const port of (spec.ports ?? []) as Port[]) {
    if (port.nodePort !== undefined && !keep.includes(port.nodePort)) delete port.nodePort;
  }
  return object;
}
