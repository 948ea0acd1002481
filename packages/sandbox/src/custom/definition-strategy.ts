import type { Body, KubeObject } from '@toolcrib/kube';
import type { FieldFault } from '../apimachinery/api-error.ts';
import { invalidValue, required, unsupported } from '../store/meta-rules.ts';
import type { Strategy } from '../store/strategy.ts';
import { beginDefinitionDeletion } from './definition-deletion.ts';

const SCOPES = ['Cluster', 'Namespaced'];

/** The rules of CustomResourceDefinitions (apiextensions-apiserver pkg/apis/apiextensions/v1). */
export const definitionStrategy: Strategy = {
  generation: 'spec',
  setDefaults({ spec }) {
    const { names } = spec;
    if (!names) return;
    names.singular ??= (names.kind ?? '').toLowerCase();
    names.listKind ??= `${names.kind}List`;
    spec.conversion ??= { strategy: 'None' };
  },
  prepareForCreate(definition) {
    const stored = (definition.spec.versions ?? [])
      .filter(({ storage }: Body) => storage)
      .map(({ name }: Body) => name);
    definition.status = { conditions: null, acceptedNames: { plural: '', kind: '' }, storedVersions: stored };
  },
  beginDeletion: beginDefinitionDeletion,
  validate: validateDefinition,
};

function validateDefinition({ metadata, spec }: KubeObject): FieldFault[] {
  const faults: FieldFault[] = [];
  const { group, names = {}, scope, versions = [] } = spec;
  if (!group) faults.push(required('spec.group'));
  if (!names.plural) faults.push(required('spec.names.plural'));
  if (!names.kind) faults.push(required('spec.names.kind'));
  if (!scope) faults.push(required('spec.scope'));
  else if (!SCOPES.includes(scope)) faults.push(unsupported('spec.scope', scope, SCOPES));
  const expected = `${names.plural}.${group}`;
  if (metadata.name !== expected) {
    faults.push(invalidValue('metadata.name', metadata.name, 'must be spec.names.plural+"."+spec.group'));
  }
  if (versions.filter(({ storage }: Body) => storage === true).length !== 1) {
    faults.push(
      invalidValue('spec.versions', versions, 'must have exactly one version marked as storage version'),
    );
  }
  for (const [at, version] of (versions as Body[]).entries()) {
    if (!version.schema?.openAPIV3Schema) {
      faults.push(required(`spec.versions[${at}].schema.openAPIV3Schema`, 'schemas are required'));
    }
  }
  return faults;
}
