import type { KubeObject, ResourceInfo } from '@toolcrib/kube';
import type { FieldFault } from '../apimachinery/api-error.ts';

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const LABEL_1035 = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const QUALIFIED =
  /^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;

const SAY = {
  subdomain:
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
  label:
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
  label1035:
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
  labelValue:
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
  qualified:
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
};

/** The rule of a label's key, in the server's words. */
export const SAY_QUALIFIED = SAY.qualified;

/** The rule of a DNS label, in the server's words. */
export const SAY_LABEL = SAY.label;

export function invalidValue(field: string, value: unknown, why: string): FieldFault {
  return { type: 'FieldValueInvalid', field, body: `Invalid value: ${JSON.stringify(value)}: ${why}` };
}
export function required(field: string, why = ''): FieldFault {
  return {
    type: 'FieldValueRequired',
    field,
    body: why === '' ? 'Required value' : `Required value: ${why}`,
  };
}
export function unsupported(field: string, value: unknown, allowed: string[]): FieldFault {
  const list = allowed.map((item) => JSON.stringify(item));
  return {
    type: 'FieldValueNotSupported',
    field,
    body: `Unsupported value: ${JSON.stringify(value)}: supported values: ${list.join(', ')}`,
  };
}
export function forbiddenField(field: string, why: string): FieldFault {
  return { type: 'FieldValueForbidden', field, body: `Forbidden: ${why}` };
}

/** Kinds whose names follow another rule than the DNS subdomain. */
const NAME_RULES: Record<string, 'label' | 'label1035' | 'path'> = {
  '/namespaces': 'label',
  '/services': 'label1035',
  'rbac.authorization.k8s.io/roles': 'path',
  'rbac.authorization.k8s.io/rolebindings': 'path',
  'rbac.authorization.k8s.io/clusterroles': 'path',
  'rbac.authorization.k8s.io/clusterrolebindings': 'path',
};

/** The faults of an object's metadata, in the server's own words. */
export function validateMeta(object: KubeObject, info: ResourceInfo): FieldFault[] {
  const { name, generateName } = object.metadata;
  const faults: FieldFault[] = [];
  if (!name) {
    faults.push(required('metadata.name', generateName ? '' : 'name or generateName is required'));
  } else {
    faults.push(...nameFaults(name, NAME_RULES[`${info.group}/${info.resource}`] ?? 'subdomain'));
  }
  for (const field of ['labels', 'annotations'] as const) {
    for (const [key, value] of Object.entries(object.metadata[field] ?? {})) {
      if (!QUALIFIED.test(field === 'annotations' ? key.toLowerCase() : key)) {
        faults.push(invalidValue(`metadata.${field}`, key, SAY.qualified));
      }
      if (field === 'labels' && value.length > 63) {
        faults.push(invalidValue('metadata.labels', value, 'must be no more than 63 bytes'));
      }
      if (field === 'labels' && !LABEL_VALUE.test(value)) {
        faults.push(invalidValue('metadata.labels', value, SAY.labelValue));
      }
    }
  }
  return faults;
}

/** The faults of owner references and finalizers. */
export function validateReferences(object: KubeObject): FieldFault[] {
  return [...ownerFaults(object), ...finalizerFaults(object)];
}

const STANDARD_FINALIZERS = ['foregroundDeletion', 'kubernetes', 'orphan'];

function finalizerFaults({ metadata }: KubeObject): FieldFault[] {
  const path = 'metadata.finalizers';
  const finalizers = metadata.finalizers ?? [];
  const why = 'name is neither a standard finalizer name nor is it fully qualified';
  const faults = finalizers.flatMap((name, at) => {
    if (STANDARD_FINALIZERS.includes(name)) return [];
    const [prefix = '', rest] = name.split(/\/(.*)/s);
    if (rest === undefined) return [invalidValue(`${path}[${at}]`, name, why)];
    return [
      ...(SUBDOMAIN.test(prefix) ? [] : [invalidValue(path, name, `prefix part ${SAY.subdomain}`)]),
      ...(/^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/.test(rest)
        ? []
        : [invalidValue(path, name, SAY.qualified)]),
    ];
  });
  if (!finalizers.includes('orphan') || !finalizers.includes('foregroundDeletion')) return faults;
  const both = 'finalizer orphan and foregroundDeletion cannot be both set';
  return [...faults, invalidValue(path, finalizers, both)];
}

function ownerFaults({ metadata }: KubeObject): FieldFault[] {
  const owners = metadata.ownerReferences ?? [];
  const path = 'metadata.ownerReferences';
  const faults = owners.flatMap((owner) =>
    (['apiVersion', 'kind', 'name', 'uid'] as const)
      .filter((field) => !owner[field])
      .map((field) =>
        invalidValue(
          `${path}.${field}`,
          '',
          field === 'apiVersion' ? 'version must not be empty' : 'must not be empty',
        ),
      ),
  );
  const [first, second] = owners.filter(({ controller }) => controller);
  if (!first || !second) return faults;
  const names = `${first.kind}/${first.name} and ${second.kind}/${second.name}`;
  const why = `Only one reference can have Controller set to true. Found "true" in references for ${names}`;
  return [...faults, invalidValue(path, owners, why)];
}

function nameFaults(name: string, rule: 'subdomain' | 'label' | 'label1035' | 'path'): FieldFault[] {
  if (rule === 'path') {
    return /[/%]|^\.\.?$/.test(name) ? [invalidValue('metadata.name', name, "may not contain '/'")] : [];
  }
  const limit = rule === 'subdomain' ? 253 : 63;
  const pattern = { subdomain: SUBDOMAIN, label: LABEL, label1035: LABEL_1035 }[rule];
  const faults: FieldFault[] = [];
  if (name.length > limit) {
    faults.push(invalidValue('metadata.name', name, `must be no more than ${limit} characters`));
  }
  if (!pattern.test(name)) faults.push(invalidValue('metadata.name', name, SAY[rule]));
  return faults;
}

/** Finalizers may only shrink once the deletion has begun. */
export function validateMetaUpdate(object: KubeObject, old: KubeObject): FieldFault[] {
  if (old.metadata.deletionTimestamp === undefined) return [];
  const before = old.metadata.finalizers ?? [];
  const added = (object.metadata.finalizers ?? []).filter((name) => !before.includes(name));
  if (added.length === 0) return [];
  const fault = forbiddenField(
    'metadata.finalizers',
    `no new finalizers can be added if the object is being deleted, found new finalizers ${goStrings(added)}`,
  );
  // The server finds it twice: in the common rules and in the kind's own.
  return [fault, fault];
}

function goStrings(values: string[]): string {
  return `[]string{${values.map((value) => JSON.stringify(value)).join(', ')}}`;
}
