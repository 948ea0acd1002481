import type { Body } from '@toolcrib/kube';

type Resources = Record<string, string>;

const COUNTED = ['cpu', 'memory'];

/** The QoS class of a Pod by its containers' requests and limits (pkg/apis/core/helper/qos). */
export function qosClass(spec: Body): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const containers: Body[] = [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
  let anything = false;
  let guaranteed = true;
  for (const { resources = {} } of containers) {
    const requests: Resources = resources.requests ?? {};
    const limits: Resources = resources.limits ?? {};
    for (const name of COUNTED) {
      if (isSet(requests[name]) || isSet(limits[name])) anything = true;
      if (!isSet(limits[name]) || (requests[name] ?? limits[name]) !== limits[name]) guaranteed = false;
    }
  }
  if (!anything) return 'BestEffort';
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

function isSet(quantity: string | undefined): boolean {
  return quantity !== undefined && quantity !== '0';
}
