import type { KubeObject } from '@toolcrib/kube';
import type { ClusterResponse } from './ports.ts';

/**
 * The object that an answer holds. A 2xx alone is no yes: somebody between here and the API server may have said it, around a
 * log-in page or a Status of failure, and carry the request out later.
 * @returns undefined where it is no 2xx, or something else than an object of Kubernetes (a Status too)
 */
export function answeredObject({ status, body }: ClusterResponse): KubeObject | undefined {
  if (status < 200 || status >= 300) return undefined;
  const found = parsed(body) as Partial<KubeObject> | null | undefined;
  const whole = typeof found?.metadata === 'object' && found.metadata !== null && found.kind !== 'Status';
  return whole ? (found as KubeObject) : undefined;
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}
