import type { Body, KubeObject } from '@toolcrib/kube';
import { ignoreNotFound, isNamespaceTerminating } from './common/errors.ts';
import { type ControllerOptions, controlLoop, type Tools } from './common/loop.ts';
import { controllerReference } from './common/owner.ts';
import { isFinished, isReady, isTerminating } from './common/pods.ts';
import { timestamp } from './common/time.ts';
import { ENDPOINT_SLICES, ENDPOINTS, PODS, SERVICES } from './common/types.ts';
import { byName, semanticallyEqual } from './common/values.ts';
import { keyOf, keyOfObject } from './common/view.ts';

const SERVICE_NAME = 'kubernetes.io/service-name';
const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
const SLICE_CONTROLLER = 'endpointslice-controller.k8s.io';
const TRIGGERED_AT = 'endpoints.kubernetes.io/last-change-trigger-time';
const MOST_IN_SLICE = 100;

/** Keeps the Endpoints and EndpointSlices of Services with a selector (source: pkg/controller/endpoint, endpointslice). */
export function endpointsController(options: ControllerOptions = {}) {
  return controlLoop({
    ...options,
    name: 'endpointslice-controller',
    watch: [
      { type: SERVICES, keys: (change) => [keyOfObject(change.object)] },
      {
        type: PODS,
        keys: ({ object, previous }, { view }) =>
          view
            .list(SERVICES, object.metadata.namespace)
            .filter((service) => serves(service, object) || (previous && serves(service, previous)))
            .map(keyOfObject),
      },
      {
        type: ENDPOINT_SLICES,
        keys: ({ type, object: { metadata } }) => {
          const service = type === 'DELETED' ? metadata.labels?.[SERVICE_NAME] : undefined;
          return service ? [keyOf(metadata.namespace, service)] : [];
        },
      },
    ],
    sync({ namespace, name }, tools) {
      const service = tools.view.get(SERVICES, namespace, name);
      if (!service) {
        dropEndpoints(namespace, name, tools);
        return;
      }
      if (selectorOf(service).length === 0 || service.spec?.type === 'ExternalName') return;
      if (service.metadata.deletionTimestamp) return;
      const pods = tools.view
        .list(PODS, namespace)
        .filter((pod) => serves(service, pod) && pod.status?.podIP && !isFinished(pod))
        .sort(byName);
      try {
        writeSlices(service, pods, tools);
        writeEndpoints(service, pods, tools);
      } catch (error) {
        if (!isNamespaceTerminating(error)) throw error;
      }
    },
  });
}

function selectorOf(service: KubeObject): [label: string, value: unknown][] {
  return Object.entries(service.spec?.selector ?? {});
}

function serves(service: KubeObject, pod: KubeObject): boolean {
  return selectorOf(service).every(([key, value]) => pod.metadata.labels?.[key] === value);
}

function isHeadless(service: KubeObject): boolean {
  return service.spec?.clusterIP === 'None';
}

/** The port numbers that the Service's ports mean on this Pod; named target ports are looked up. */
function portsOf(service: KubeObject, pod: KubeObject | undefined): Body[] {
  return (service.spec?.ports ?? []).flatMap((port: Body) => {
    const target = port.targetPort ?? port.port;
    const number = typeof target === 'number' ? target : namedPort(pod, target, port.protocol ?? 'TCP');
    if (number === undefined) return [];
    return [{ name: port.name ?? '', port: number, protocol: port.protocol ?? 'TCP' }];
  });
}

function namedPort(pod: KubeObject | undefined, name: unknown, protocol: string): number | undefined {
  for (const container of pod?.spec?.containers ?? []) {
    for (const port of container.ports ?? []) {
      if (port.name === name && (port.protocol ?? 'TCP') === protocol) return port.containerPort;
    }
  }
  return undefined;
}

function targetRef(pod: KubeObject): Body {
  const { name, namespace, uid } = pod.metadata;
  return { kind: 'Pod', name, namespace, uid };
}

/** A Pod has a name of its own in the Service that its `subdomain` names. */
function hostnameIn(service: KubeObject, { spec }: KubeObject): { hostname?: string } {
  return spec?.hostname && spec.subdomain === service.metadata.name ? { hostname: spec.hostname } : {};
}

function isPublished(service: KubeObject, pod: KubeObject): boolean {
  return service.spec?.publishNotReadyAddresses === true || (isReady(pod) && !isTerminating(pod));
}

function writeSlices(service: KubeObject, pods: KubeObject[], tools: Tools): void {
  const { namespace, name } = service.metadata;
  const existing = tools.view
    .list(ENDPOINT_SLICES, namespace)
    .filter(
      (slice) =>
        slice.metadata.labels?.[SERVICE_NAME] === name &&
        slice.metadata.labels?.[MANAGED_BY] === SLICE_CONTROLLER &&
        !slice.metadata.deletionTimestamp,
    );
  const endpoints = pods.map((pod) => ({
    addresses: [pod.status.podIP],
    conditions: {
      ready: isPublished(service, pod),
      serving: isReady(pod),
      terminating: isTerminating(pod),
    },
    ...hostnameIn(service, pod),
    nodeName: pod.spec?.nodeName,
    targetRef: targetRef(pod),
  }));
  const ports = portsOf(service, pods[0]);
  const wanted: Body[][] = [];
  for (let at = 0; at === 0 || at < endpoints.length; at += MOST_IN_SLICE) {
    wanted.push(endpoints.slice(at, at + MOST_IN_SLICE));
  }
  wanted.forEach((part, index) => {
    const slice = existing[index];
    if (!slice) {
      tools.store.create(ENDPOINT_SLICES, newSlice(service, part, ports, tools));
      return;
    }
    const labels = sliceLabels(service);
    const same =
      semanticallyEqual([slice.endpoints, slice.ports], [part, ports]) &&
      semanticallyEqual(slice.metadata.labels, labels);
    if (same) return;
    tools.store.modify(ENDPOINT_SLICES, namespace, slice.metadata.name, (fresh) => {
      fresh.endpoints = part;
      fresh.ports = ports;
      fresh.metadata.labels = labels;
      fresh.metadata.annotations = {
        ...fresh.metadata.annotations,
        [TRIGGERED_AT]: timestamp(tools.clock.now()),
      };
    });
  });
  for (const slice of existing.slice(wanted.length)) {
    ignoreNotFound(() => tools.store.delete(ENDPOINT_SLICES, namespace, slice.metadata.name));
  }
}

function sliceLabels(service: KubeObject): Record<string, string> {
  return {
    ...service.metadata.labels,
    [MANAGED_BY]: SLICE_CONTROLLER,
    [SERVICE_NAME]: service.metadata.name,
    ...(isHeadless(service) ? { 'service.kubernetes.io/headless': '' } : {}),
  };
}

function newSlice(service: KubeObject, endpoints: Body[], ports: Body[], { clock }: Tools): KubeObject {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: '',
      generateName: `${service.metadata.name}-`,
      namespace: service.metadata.namespace,
      labels: sliceLabels(service),
      annotations: { [TRIGGERED_AT]: timestamp(clock.now()) },
      ownerReferences: [controllerReference(service)],
    },
    addressType: 'IPv4',
    endpoints,
    ports,
  };
}

function writeEndpoints(service: KubeObject, pods: KubeObject[], tools: Tools): void {
  const { namespace, name } = service.metadata;
  const address = (pod: KubeObject) => ({
    ip: pod.status.podIP,
    ...hostnameIn(service, pod),
    nodeName: pod.spec?.nodeName,
    targetRef: targetRef(pod),
  });
  const standing = pods.filter((pod) => !isTerminating(pod));
  const ready = standing.filter((pod) => isPublished(service, pod)).map(address);
  const notReady = standing.filter((pod) => !isPublished(service, pod)).map(address);
  const ports = portsOf(service, pods[0]).map(({ name: portName, ...port }) => ({
    ...(portName ? { name: portName } : {}),
    ...port,
  }));
  const subsets =
    standing.length === 0
      ? []
      : [
          {
            ...(ready.length > 0 ? { addresses: ready } : {}),
            ...(notReady.length > 0 ? { notReadyAddresses: notReady } : {}),
            ports,
          },
        ];
  const labels = {
    ...service.metadata.labels,
    'endpoints.kubernetes.io/managed-by': 'endpoint-controller',
    ...(isHeadless(service) ? { 'service.kubernetes.io/headless': '' } : {}),
  };
  const annotations = { [TRIGGERED_AT]: timestamp(tools.clock.now()) };
  const there = tools.view.get(ENDPOINTS, namespace, name);
  if (there) {
    if (semanticallyEqual([there.subsets, there.metadata.labels], [subsets, labels])) return;
    tools.store.modify(ENDPOINTS, namespace, name, (fresh) => {
      fresh.metadata.labels = labels;
      fresh.metadata.annotations = { ...fresh.metadata.annotations, ...annotations };
      if (subsets.length > 0) fresh.subsets = subsets;
      else delete fresh.subsets;
    });
    return;
  }
  tools.store.create(ENDPOINTS, {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name, namespace, labels, annotations },
    ...(subsets.length > 0 ? { subsets } : {}),
  });
}

/** Endpoints have no owner: they go with their Service by name. Slices are the garbage collector's business. */
function dropEndpoints(namespace: string | undefined, name: string, { store }: Tools): void {
  ignoreNotFound(() => store.delete(ENDPOINTS, namespace, name));
}
