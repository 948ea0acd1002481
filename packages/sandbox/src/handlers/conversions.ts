import type { Body, KubeObject, ResourceType } from '@toolcrib/kube';

/** How one type is converted between the version that is stored and another that is served. */
export interface Conversion {
  served: ResourceType;
  stored: ResourceType;
  toStored(object: KubeObject): KubeObject;
  fromStored(object: KubeObject): KubeObject;
}

const core = { group: '', version: 'v1', resource: 'events' };

/** events.k8s.io/v1 is another view of the core Events (pkg/apis/events/v1/conversion.go). */
const events: Conversion = {
  served: { group: 'events.k8s.io', version: 'v1', resource: 'events' },
  stored: core,
  toStored({
    regarding,
    note,
    deprecatedSource,
    deprecatedFirstTimestamp,
    deprecatedLastTimestamp,
    ...rest
  }) {
    const { deprecatedCount, reportingController, ...event } = rest;
    return {
      ...event,
      apiVersion: 'v1',
      involvedObject: regarding ?? {},
      message: note ?? '',
      source: deprecatedSource ?? {},
      firstTimestamp: deprecatedFirstTimestamp,
      lastTimestamp: deprecatedLastTimestamp,
      count: deprecatedCount,
      reportingComponent: reportingController,
    } as KubeObject;
  },
  fromStored({ involvedObject, message, source, firstTimestamp, lastTimestamp, count, ...rest }) {
    const { reportingComponent, ...event } = rest;
    return {
      ...event,
      regarding: involvedObject,
      note: message,
      deprecatedSource: source,
      deprecatedFirstTimestamp: firstTimestamp ?? null,
      deprecatedLastTimestamp: lastTimestamp ?? null,
      deprecatedCount: count,
      reportingController: reportingComponent,
    } as KubeObject;
  },
};

const cpuOf = (metrics: Body[] | undefined) =>
  (metrics ?? []).find(
    ({ type, resource }) =>
      type === 'Resource' && resource?.name === 'cpu' && resource.target?.type === 'Utilization',
  );

/** autoscaling/v1 knows the CPU's utilisation only; the other metrics travel in an annotation. */
const autoscalers: Conversion = {
  served: { group: 'autoscaling', version: 'v1', resource: 'horizontalpodautoscalers' },
  stored: { group: 'autoscaling', version: 'v2', resource: 'horizontalpodautoscalers' },
  toStored(object) {
    const { targetCPUUtilizationPercentage, ...spec } = object.spec ?? {};
    const target = { type: 'Utilization', averageUtilization: targetCPUUtilizationPercentage };
    const metrics =
      targetCPUUtilizationPercentage === undefined
        ? {}
        : { metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }] };
    return { ...object, apiVersion: 'autoscaling/v2', spec: { ...spec, ...metrics } };
  },
  fromStored(object) {
    const { metrics, behavior: _, ...spec } = object.spec ?? {};
    const { currentMetrics, conditions: __, ...status } = object.status ?? {};
    const wanted = cpuOf(metrics)?.resource.target.averageUtilization;
    const current = (currentMetrics ?? []).find(({ resource }: Body) => resource?.name === 'cpu');
    const utilization = current?.resource.current?.averageUtilization;
    return {
      ...object,
      spec: { ...spec, ...(wanted === undefined ? {} : { targetCPUUtilizationPercentage: wanted }) },
      status: {
        currentReplicas: 0,
        ...status,
        ...(utilization === undefined ? {} : { currentCPUUtilizationPercentage: utilization }),
      },
    };
  },
};

export const CONVERSIONS: readonly Conversion[] = [events, autoscalers];
