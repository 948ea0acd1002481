import type { Body, KubeObject } from '@toolcrib/kube';
import type { FieldFault } from '../apimachinery/api-error.ts';
import { invalidValue, required, unsupported } from '../store/meta-rules.ts';
import type { Strategy, WriteContext } from '../store/strategy.ts';
import { byDefault } from './pods/spec-defaults.ts';

const SERVICES = { group: '', version: 'v1', resource: 'services' };
const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const FIRST_NODE_PORT = 30_000;
const LAST_NODE_PORT = 32_767;

export const serviceStrategy: Strategy = {
  generation: 'none',
  setDefaults({ spec }) {
    byDefault(spec, 'sessionAffinity', 'None');
    if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig;
    else byDefault(spec, 'sessionAffinityConfig', { clientIP: { timeoutSeconds: 10_800 } });
    byDefault(spec, 'type', 'ClusterIP');
    for (const port of spec.ports ?? []) {
      byDefault(port, 'protocol', 'TCP');
      if (port.targetPort === undefined || port.targetPort === 0 || port.targetPort === '')
        port.targetPort = port.port;
    }
    const external = spec.type === 'NodePort' || spec.type === 'LoadBalancer';
    if (external) byDefault(spec, 'externalTrafficPolicy', 'Cluster');
    if (spec.type !== 'ExternalName') byDefault(spec, 'internalTrafficPolicy', 'Cluster');
    if (spec.type === 'LoadBalancer') byDefault(spec, 'allocateLoadBalancerNodePorts', true);
  },
  prepareForCreate(service, context) {
    service.status = { loadBalancer: {} };
    allocate(service, undefined, context);
  },
  prepareForUpdate(service, old, context) {
    keepAllocated(service, old);
    allocate(service, old, context);
  },
  validate: validateService,
  validateUpdate(service, old) {
    const before = old.spec.clusterIP;
    const bothInside = service.spec.type !== 'ExternalName' && old.spec.type !== 'ExternalName';
    if (!before || !bothInside || service.spec.clusterIP === before) return [];
    return [invalidValue('spec.clusterIPs[0]', [service.spec.clusterIP], 'may not change once set')];
  },
};

/** What a client leaves out of an update stays as it was allocated (service patchAllocatedValues). */
function keepAllocated(service: KubeObject, old: KubeObject): void {
  const { spec } = service;
  if (spec.type === 'ExternalName' || old.spec.type === 'ExternalName') return;
  for (const field of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy']) {
    if (spec[field] === undefined && old.spec[field] !== undefined) spec[field] = old.spec[field];
  }
  for (const port of spec.ports ?? []) {
    const before = (old.spec.ports ?? []).find(
      (item: Body) => item.port === port.port && item.protocol === port.protocol,
    );
    if (port.nodePort === undefined && before?.nodePort) port.nodePort = before.nodePort;
  }
}

function allocate(service: KubeObject, old: KubeObject | undefined, { store, info }: WriteContext): void {
  const { spec } = service;
  if (spec.type === 'ExternalName') {
    for (const field of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy']) delete spec[field];
    return;
  }
  const others = () => store.list(info).filter(({ metadata }) => metadata.uid !== service.metadata.uid);
  if (!spec.clusterIP) spec.clusterIP = spec.clusterIPs?.[0] ?? freeAddress(others());
  spec.clusterIPs = [spec.clusterIP];
  if (spec.clusterIP !== 'None' || spec.selector) {
    byDefault(spec, 'ipFamilies', ['IPv4']);
    byDefault(spec, 'ipFamilyPolicy', 'SingleStack');
  } else {
    byDefault(spec, 'ipFamilies', ['IPv4', 'IPv6']);
    byDefault(spec, 'ipFamilyPolicy', 'RequireDualStack');
  }
  const wantsNodePorts =
    spec.type === 'NodePort' ||
    (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false);
  for (const port of spec.ports ?? []) {
    if (!wantsNodePorts) {
      if (old) delete port.nodePort;
    } else if (!port.nodePort) port.nodePort = freeNodePort(others(), spec.ports);
  }
}

/** The lowest free address of 10.96.0.0/16 above those that the real server keeps for well-known Services. */
function freeAddress(services: KubeObject[]): string {
  const taken = new Set(services.map(({ spec }) => spec?.clusterIP));
  for (let number = 256; number < 65_536; number++) {
    const address = `10.96.${number >> 8}.${number & 255}`;
    if (!taken.has(address)) return address;
  }
  return '10.97.0.1';
}

function freeNodePort(services: KubeObject[], own: Body[]): number {
  const ports = [...services.flatMap(({ spec }) => spec?.ports ?? []), ...own];
  const taken = new Set(ports.map(({ nodePort }: Body) => nodePort));
  for (let port = FIRST_NODE_PORT; port <= LAST_NODE_PORT; port++) if (!taken.has(port)) return port;
  return LAST_NODE_PORT;
}

function validateService({ spec, metadata }: KubeObject, { store }: WriteContext): FieldFault[] {
  const faults: FieldFault[] = [];
  if (!TYPES.includes(spec.type)) faults.push(unsupported('spec.type', spec.type, TYPES));
  if (spec.type === 'ExternalName') {
    if (!spec.externalName) faults.push(required('spec.externalName'));
    return faults;
  }
  const ports: Body[] = spec.ports ?? [];
  if (ports.length === 0 && spec.clusterIP !== 'None') faults.push(required('spec.ports'));
  const names = new Set<string>();
  for (const [at, port] of ports.entries()) {
    const path = `spec.ports[${at}]`;
    if (ports.length > 1 && !port.name) faults.push(required(`${path}.name`));
    if (port.name && names.has(port.name)) {
      faults.push({
        type: 'FieldValueDuplicate',
        field: `${path}.name`,
        body: `Duplicate value: "${port.name}"`,
      });
    }
    names.add(port.name);
    for (const field of ['port', 'targetPort']) {
      if (typeof port[field] === 'number') faults.push(...portFaults(port[field], `${path}.${field}`));
    }
  }
  const clash =
    spec.clusterIP && spec.clusterIP !== 'None'
      ? store
          .list(SERVICES)
          .find((other) => other.metadata.uid !== metadata.uid && other.spec?.clusterIP === spec.clusterIP)
      : undefined;
  if (clash) {
    faults.push(
      invalidValue(
        'spec.clusterIPs',
        [spec.clusterIP],
        `failed to allocate IP ${spec.clusterIP}: provided IP is already allocated`,
      ),
    );
  }
  return faults;
}

function portFaults(port: number, field: string): FieldFault[] {
  if (port >= 1 && port <= 65535) return [];
  const body = `Invalid value: ${port}: must be between 1 and 65535, inclusive`;
  return [{ type: 'FieldValueInvalid', field, body }];
}
