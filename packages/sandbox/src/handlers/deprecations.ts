import type { ResourceType } from '@toolcrib/kube';
import { apiVersionOf } from '@toolcrib/kube';

const DEPRECATED: Record<string, string> = {
  'v1/endpoints': 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
};

/** The warnings that come with every answer about a deprecated type. */
export function deprecationWarnings(type: ResourceType): string[] {
  const text = DEPRECATED[`${apiVersionOf(type)}/${type.resource}`];
  return text === undefined ? [] : [text];
}
