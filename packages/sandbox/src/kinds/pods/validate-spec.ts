import type { Body } from '@toolcrib/kube';
import type { FieldFault } from '../../apimachinery/api-error.ts';
import { invalidValue, required, SAY_LABEL, unsupported } from '../../store/meta-rules.ts';

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** The commonest faults of a PodSpec. @param path where it stands, e.g. `spec.template.spec` */
export function validatePodSpec(spec: Body, path: string): FieldFault[] {
  const volumes = new Set<string>((spec.volumes ?? []).map(({ name }: Body) => name));
  const containers: Body[] = spec.containers ?? [];
  const faults: FieldFault[] = [];
  if (containers.length === 0) faults.push(required(`${path}.containers`));
  const seen = new Set<string>();
  for (const field of ['initContainers', 'containers']) {
    for (const [at, container] of (spec[field] ?? []).entries()) {
      faults.push(...validateContainer(container, `${path}.${field}[${at}]`, volumes));
      if (seen.has(container.name)) faults.push(duplicate(`${path}.${field}[${at}].name`, container.name));
      seen.add(container.name);
    }
  }
  if (!['Always', 'OnFailure', 'Never'].includes(spec.restartPolicy)) {
    faults.push(unsupported(`${path}.restartPolicy`, spec.restartPolicy, ['Always', 'OnFailure', 'Never']));
  }
  return faults;
}

function duplicate(field: string, value: unknown): FieldFault {
  return { type: 'FieldValueDuplicate', field, body: `Duplicate value: ${JSON.stringify(value)}` };
}

function validateContainer(container: Body, path: string, volumes: Set<string>): FieldFault[] {
  const faults: FieldFault[] = [];
  if (!container.name) faults.push(required(`${path}.name`));
  else if (!LABEL.test(container.name)) faults.push(invalidValue(`${path}.name`, container.name, SAY_LABEL));
  if (!container.image) faults.push(required(`${path}.image`));
  else if (container.image !== container.image.trim()) {
    faults.push(
      invalidValue(`${path}.image`, container.image, 'must not have leading or trailing whitespace'),
    );
  }
  const policies = ['Always', 'IfNotPresent', 'Never'];
  if (!policies.includes(container.imagePullPolicy)) {
    faults.push(unsupported(`${path}.imagePullPolicy`, container.imagePullPolicy, policies));
  }
  for (const [at, port] of (container.ports ?? []).entries()) {
    faults.push(...validatePort(port.containerPort, `${path}.ports[${at}].containerPort`));
  }
  for (const [at, mount] of (container.volumeMounts ?? []).entries()) {
    if (!volumes.has(mount.name)) {
      faults.push({
        type: 'FieldValueNotFound',
        field: `${path}.volumeMounts[${at}].name`,
        body: `Not found: ${JSON.stringify(mount.name)}`,
      });
    }
  }
  return faults;
}

function validatePort(port: unknown, field: string): FieldFault[] {
  if (port === 0 || port === undefined) return [required(field)];
  if (Number(port) >= 1 && Number(port) <= 65535) return [];
  return [
    {
      type: 'FieldValueInvalid',
      field,
      body: `Invalid value: ${port}: must be between 1 and 65535, inclusive`,
    },
  ];
}
