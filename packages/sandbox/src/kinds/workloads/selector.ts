import type { KubeObject, LabelSelector } from '@toolcrib/kube';
import { KubeError, selectorMatches } from '@toolcrib/kube';
import type { FieldFault } from '../../apimachinery/api-error.ts';
import { equalJson } from '../../apimachinery/json.ts';
import { invalidValue, required } from '../../store/meta-rules.ts';
import { validatePodSpec } from '../pods/validate-spec.ts';

/** The rules that all workloads with a selector and a template share. */
export function validateWorkload(object: KubeObject): FieldFault[] {
  const { spec } = object;
  return [
    ...notNegative(spec, ['replicas', 'minReadySeconds', 'revisionHistoryLimit', 'progressDeadlineSeconds']),
    ...validateSelector(spec.selector, spec.template?.metadata?.labels),
    ...validateTemplate(spec.template, 'spec.template', spec.volumeClaimTemplates),
  ];
}

function validateSelector(selector: LabelSelector | undefined, labels: Record<string, string> | undefined) {
  const mismatch = invalidValue(
    'spec.template.metadata.labels',
    labels ?? null,
    '`selector` does not match template `labels`',
  );
  if (!selector) return [required('spec.selector'), mismatch];
  const empty = !selector.matchLabels && !selector.matchExpressions?.length;
  if (empty) return [invalidValue('spec.selector', selector, 'empty selector is invalid for deployment')];
  try {
    if (selectorMatches(selector, labels)) return [];
  } catch (error) {
    if (error instanceof KubeError) return [invalidValue('spec.selector', selector, error.message)];
    throw error;
  }
  return [mismatch];
}

// biome-ignore lint/suspicious/noExplicitAny: templates of unknown shape
function validateTemplate(template: any, path: string, claims: any[] = []): FieldFault[] {
  // A StatefulSet's claim templates become volumes of its Pods; its own template does not name them.
  const volumes = [
    ...(template?.spec?.volumes ?? []),
    ...claims.map(({ metadata }) => ({ name: metadata?.name })),
  ];
  const faults = validatePodSpec({ ...template?.spec, volumes }, `${path}.spec`);
  const policy = template?.spec?.restartPolicy;
  if (policy !== 'Always' && (policy === 'Never' || policy === 'OnFailure')) {
    faults.push({
      type: 'FieldValueNotSupported',
      field: `${path}.spec.restartPolicy`,
      body: `Unsupported value: ${JSON.stringify(policy)}: supported values: "Always"`,
    });
  }
  return faults;
}

// biome-ignore lint/suspicious/noExplicitAny: a spec of unknown shape
export function notNegative(spec: any, fields: string[]): FieldFault[] {
  return fields
    .filter((field) => typeof spec[field] === 'number' && spec[field] < 0)
    .map((field) => ({
      type: 'FieldValueInvalid',
      field: `spec.${field}`,
      body: `Invalid value: ${spec[field]}: must be greater than or equal to 0`,
    }));
}

/** 422 for a change of a field that may not change. */
export function immutable(object: KubeObject, old: KubeObject, fields: string[]): FieldFault[] {
  return fields
    .filter((field) => !equalJson(object.spec[field], old.spec[field]))
    .map((field) => invalidValue(`spec.${field}`, object.spec[field] ?? null, 'field is immutable'));
}
