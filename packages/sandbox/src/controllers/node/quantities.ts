import type { Body, KubeObject } from '@toolcrib/kube';

const FACTOR: Record<string, number> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** A resource quantity (`500m`, `2Gi`, `1e3`) as a number; 0 for what can't be read. */
export function quantity(value: unknown): number {
  if (typeof value === 'number') return value;
  const match = /^([+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)([A-Za-z]*)$/.exec(String(value ?? ''));
  const factor = FACTOR[match?.[2] ?? ''];
  const number = Number(match?.[1]);
  return match && factor !== undefined && Number.isFinite(number) ? number * factor : 0;
}

export interface Demand {
  cpu: number;
  memory: number;
}

/** What a Pod asks of a Node: the sum of its containers, or its largest init container if that is more. */
export function demandOf(pod: KubeObject): Demand {
  const of = (container: Body): Demand => ({
    cpu: quantity(container?.resources?.requests?.cpu),
    memory: quantity(container?.resources?.requests?.memory),
  });
  const containers: Demand[] = (pod.spec?.containers ?? []).map(of);
  const first: Demand[] = (pod.spec?.initContainers ?? []).map(of);
  const total = (part: keyof Demand) =>
    Math.max(
      containers.reduce((sum, item) => sum + item[part], 0),
      ...first.map((item) => item[part]),
    );
  return { cpu: total('cpu'), memory: total('memory') };
}
