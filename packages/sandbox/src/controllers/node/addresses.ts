import type { KubeObject } from '@toolcrib/kube';

const FIRST_HOST = 2;
const HOSTS = 250;

export interface AddressBook {
  /** The Pod's address: the one it has, or a free one of its Node's range. */
  take(pod: KubeObject, node: KubeObject): string;
  /** Takes up an address that a Pod has already. */
  note(pod: KubeObject): void;
  release(pod: KubeObject): void;
}

/** Hands out Pod addresses; one that was given back is not given out again at once. */
export function addressBook(): AddressBook {
  const byPod = new Map<string, string>();
  const inUse = new Set<string>();
  const counters = new Map<string, number>();

  const give = (pod: KubeObject, address: string): string => {
    byPod.set(pod.metadata.uid ?? '', address);
    inUse.add(address);
    return address;
  };

  return {
    take(pod, node) {
      const known = byPod.get(pod.metadata.uid ?? '');
      if (known) return known;
      const [base = '10.244.0'] = String(node.spec?.podCIDR ?? '10.244.0.0/24').split(/\.\d+\//);
      for (let tries = 0; tries < HOSTS; tries++) {
        const count = counters.get(base) ?? 0;
        counters.set(base, count + 1);
        const address = `${base}.${FIRST_HOST + (count % HOSTS)}`;
        if (!inUse.has(address)) return give(pod, address);
      }
      throw new Error(`No Pod address is left on ${node.metadata.name}.`);
    },
    note(pod) {
      const address: string | undefined = pod.status?.podIP;
      if (address && !pod.spec?.hostNetwork && !byPod.has(pod.metadata.uid ?? '')) give(pod, address);
    },
    release(pod) {
      const address = byPod.get(pod.metadata.uid ?? '');
      byPod.delete(pod.metadata.uid ?? '');
      if (address) inUse.delete(address);
    },
  };
}
