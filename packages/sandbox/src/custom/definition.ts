import { createHash } from 'node:crypto';
import type { Body, KubeObject, ResourceInfo, Schema } from '@toolcrib/kube';
import type { ApiResource } from '../schema/resources.ts';
import type { PrinterColumn } from '../tables/columns.ts';

const VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];
const OBJECT_META = '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';

/** One served version of a CustomResourceDefinition. */
export interface DefinedVersion {
  version: string;
  info: ResourceInfo;
  schema: Schema;
  columns: PrinterColumn[] | undefined;
  scale?: { specReplicasPath: string; statusReplicasPath: string; labelSelectorPath?: string };
}

/** The served versions of a definition, the stored one first. */
export function definedVersions(definition: KubeObject): DefinedVersion[] {
  const { group, names, scope, versions } = definition.spec;
  const served: Body[] = (versions ?? []).filter(({ served }: Body) => served);
  return served
    .sort((a, b) => Number(b.storage === true) - Number(a.storage === true))
    .map(({ name: version, schema, subresources = {}, additionalPrinterColumns }) => ({
      version,
      info: {
        group,
        version,
        resource: names.plural,
        kind: names.kind,
        namespaced: scope === 'Namespaced',
        verbs: VERBS,
        subresources: ['status', 'scale'].filter((name) => subresources[name] !== undefined),
        shortNames: names.shortNames,
        singular: names.singular ?? names.kind.toLowerCase(),
      },
      schema: withObjectFields(schema?.openAPIV3Schema ?? {}),
      columns: additionalPrinterColumns,
      scale: subresources.scale,
    }));
}

/** The fields that every object has, which a definition need not name. */
function withObjectFields(schema: Schema): Schema {
  const text: Schema = { type: 'string' };
  const metadata: Schema = { $ref: OBJECT_META };
  const free = schema.properties === undefined && schema.additionalProperties === undefined;
  return {
    type: 'object',
    ...schema,
    ...(free ? { 'x-kubernetes-preserve-unknown-fields': true } : {}),
    properties: { apiVersion: text, kind: text, ...schema.properties, metadata },
  };
}

export function isEstablished(definition: KubeObject): boolean {
  return (definition.status?.conditions ?? []).some(
    ({ type, status }: Body) => type === 'Established' && status === 'True',
  );
}

/** The discovery entries of one version. */
export function discoveryOf(
  { info }: DefinedVersion,
  categories: string[] | undefined,
  storedVersion: string,
): ApiResource[] {
  const base = { singularName: info.singular ?? '', namespaced: info.namespaced, kind: info.kind };
  return [
    {
      name: info.resource,
      ...base,
      verbs: info.verbs,
      ...(info.shortNames?.length ? { shortNames: info.shortNames } : {}),
      ...(categories?.length ? { categories } : {}),
      storageVersionHash: storageVersionHash(info, storedVersion),
    },
    ...info.subresources.map((sub) => ({
      name: `${info.resource}/${sub}`,
      ...base,
      singularName: '',
      ...(sub === 'scale' ? { group: 'autoscaling', version: 'v1', kind: 'Scale' } : {}),
      verbs: ['get', 'patch', 'update'],
    })),
  ];
}

/** Tells clients when the version changes in which a kind is stored (source: apiserver endpoints/discovery). */
function storageVersionHash({ group, kind }: ResourceInfo, version: string): string {
  return createHash('sha256')
    .update(`${group}/${version}/${kind}`)
    .digest()
    .subarray(0, 8)
    .toString('base64');
}
