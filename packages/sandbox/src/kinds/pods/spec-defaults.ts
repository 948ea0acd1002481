import type { Body } from '@toolcrib/kube';

/** Sets a field that is absent. */
export function byDefault(object: Body, field: string, value: unknown): void {
  if (object[field] === undefined) object[field] = value;
}

/** The defaults of a PodSpec wherever it stands: in a Pod or in a workload's template (core/v1 defaults.go). */
export function defaultPodSpec(spec: Body): void {
  byDefault(spec, 'dnsPolicy', 'ClusterFirst');
  byDefault(spec, 'restartPolicy', 'Always');
  byDefault(spec, 'securityContext', {});
  byDefault(spec, 'terminationGracePeriodSeconds', 30);
  byDefault(spec, 'schedulerName', 'default-scheduler');
  // The old name of the field is kept equal, as the conversion to and from the internal type does.
  if (spec.serviceAccountName === undefined && spec.serviceAccount !== undefined) {
    spec.serviceAccountName = spec.serviceAccount;
  }
  if (spec.serviceAccountName !== undefined) spec.serviceAccount = spec.serviceAccountName;
  for (const field of ['initContainers', 'containers', 'ephemeralContainers']) {
    for (const container of spec[field] ?? []) defaultContainer(container, spec.hostNetwork === true);
  }
  for (const volume of spec.volumes ?? []) defaultVolume(volume);
}

function defaultContainer(container: Body, hostNetwork: boolean): void {
  byDefault(container, 'imagePullPolicy', isLatest(container.image ?? '') ? 'Always' : 'IfNotPresent');
  byDefault(container, 'terminationMessagePath', '/dev/termination-log');
  byDefault(container, 'terminationMessagePolicy', 'File');
  for (const port of container.ports ?? []) {
    byDefault(port, 'protocol', 'TCP');
    if (hostNetwork) byDefault(port, 'hostPort', port.containerPort);
  }
  for (const variable of container.env ?? []) {
    if (variable.valueFrom?.fieldRef) byDefault(variable.valueFrom.fieldRef, 'apiVersion', 'v1');
  }
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    if (container[name]) defaultProbe(container[name]);
  }
  for (const hook of [container.lifecycle?.postStart, container.lifecycle?.preStop]) {
    if (hook?.httpGet) defaultHttpGet(hook.httpGet);
  }
}

/** True for an image without tag and digest, or with the tag `latest`. */
function isLatest(image: string): boolean {
  if (image.includes('@')) return false;
  const tag = /:([^/:]+)$/.exec(image)?.[1];
  return tag === undefined || tag === 'latest';
}

function defaultProbe(probe: Body): void {
  byDefault(probe, 'timeoutSeconds', 1);
  byDefault(probe, 'periodSeconds', 10);
  byDefault(probe, 'successThreshold', 1);
  byDefault(probe, 'failureThreshold', 3);
  if (probe.httpGet) defaultHttpGet(probe.httpGet);
  if (probe.grpc) byDefault(probe.grpc, 'service', '');
}

function defaultHttpGet(action: Body): void {
  byDefault(action, 'path', '/');
  byDefault(action, 'scheme', 'HTTP');
}

function defaultVolume(volume: Body): void {
  if (Object.keys(volume).every((key) => key === 'name')) volume.emptyDir = {};
  for (const source of ['secret', 'configMap', 'downwardAPI', 'projected']) {
    if (volume[source]) byDefault(volume[source], 'defaultMode', 0o644);
  }
  const downward = [...(volume.downwardAPI?.items ?? [])];
  for (const source of volume.projected?.sources ?? []) {
    if (source.serviceAccountToken) byDefault(source.serviceAccountToken, 'expirationSeconds', 3600);
    for (const item of source.downwardAPI?.items ?? []) downward.push(item);
  }
  for (const item of downward) if (item.fieldRef) byDefault(item.fieldRef, 'apiVersion', 'v1');
  if (volume.hostPath) byDefault(volume.hostPath, 'type', '');
  const claim = volume.ephemeral?.volumeClaimTemplate;
  if (claim?.spec) byDefault(claim.spec, 'volumeMode', 'Filesystem');
}
