import type { Body } from '@toolcrib/kube';
import type { Cells } from './column.ts';
import { age, formatLabels, formatSelector, NONE } from './column.ts';

const SHOWN = 3;

function someOf(list: string[]): string {
  const shown = list.slice(0, SHOWN).join(',');
  return list.length > SHOWN ? `${shown} + ${list.length - SHOWN} more...` : shown;
}

function ingressAddresses(status: Body): string[] {
  const list: Body[] = status?.loadBalancer?.ingress ?? [];
  return [...new Set(list.map(({ ip, hostname }) => ip || hostname).filter(Boolean))].sort() as string[];
}

function externalAddress(spec: Body, status: Body): string {
  const own: string[] = spec.externalIPs ?? [];
  switch (spec.type) {
    case 'LoadBalancer': {
      const all = [...ingressAddresses(status), ...own];
      return all.join(',') || '<pending>';
    }
    case 'ExternalName':
      return spec.externalName ?? '';
    default:
      return own.join(',') || NONE;
  }
}

export const serviceCells: Cells = ({ metadata, spec, status }, now) => {
  const ports: Body[] = spec.ports ?? [];
  const texts = ports.map(({ port, nodePort, protocol }) =>
    nodePort ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`,
  );
  return [
    metadata.name,
    spec.type,
    spec.clusterIPs?.[0] ?? NONE,
    externalAddress(spec, status),
    texts.join(',') || NONE,
    age(metadata.creationTimestamp, now),
    formatLabels(spec.selector),
  ];
};

export const endpointsCells: Cells = ({ metadata, subsets = [] }, now) => {
  const all = (subsets as Body[]).flatMap(({ addresses = [], ports = [] }) =>
    ports.length === 0
      ? addresses.map(({ ip }: Body) => ip)
      : ports.flatMap(({ port }: Body) => addresses.map(({ ip }: Body) => `${ip}:${port}`)),
  );
  return [metadata.name, subsets.length === 0 ? NONE : someOf(all), age(metadata.creationTimestamp, now)];
};

export const endpointSliceCells: Cells = ({ metadata, addressType, ports, endpoints }, now) => {
  const portTexts = ((ports ?? []) as Body[]).map(({ port, name }) => String(port ?? name ?? '*'));
  const addresses = ((endpoints ?? []) as Body[]).flatMap((endpoint) => endpoint.addresses ?? []);
  return [
    metadata.name,
    addressType,
    portTexts.length > 0 ? someOf(portTexts) : '<unset>',
    addresses.length > 0 ? someOf(addresses) : '<unset>',
    age(metadata.creationTimestamp, now),
  ];
};

export const ingressCells: Cells = ({ metadata, spec = {}, status }, now) => {
  const rules: Body[] = spec.rules ?? [];
  const hosts = rules.map(({ host }) => host).filter(Boolean) as string[];
  const shown = hosts.slice(0, SHOWN);
  const more = rules.length > SHOWN && hosts.length >= SHOWN ? ` + ${rules.length - SHOWN} more...` : '';
  return [
    metadata.name,
    spec.ingressClassName ?? NONE,
    shown.length > 0 ? `${shown.join(',')}${more}` : '*',
    ingressAddresses(status).join(','),
    spec.tls?.length ? '80, 443' : '80',
    age(metadata.creationTimestamp, now),
  ];
};

export const ingressClassCells: Cells = ({ metadata, spec = {} }, now) => {
  const { parameters } = spec;
  const group = parameters?.apiGroup ? `.${parameters.apiGroup}` : '';
  return [
    metadata.name,
    spec.controller ?? '',
    parameters ? `${parameters.kind}${group}/${parameters.name}` : NONE,
    age(metadata.creationTimestamp, now),
  ];
};

export const networkPolicyCells: Cells = ({ metadata, spec }, now) => [
  metadata.name,
  formatSelector(spec.podSelector),
  age(metadata.creationTimestamp, now),
];
