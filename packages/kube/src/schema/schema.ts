import { groupVersionOf } from '../objects.ts';
import generated from './openapi.generated.json' with { type: 'json' };

/** An OpenAPI v3 schema with Kubernetes' extensions, as the real server publishes it (descriptions left out). */
export interface Schema {
  type?: string;
  format?: string;
  default?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: Schema | boolean;
  allOf?: Schema[];
  oneOf?: Schema[];
  $ref?: string;
  'x-kubernetes-patch-merge-key'?: string;
  'x-kubernetes-patch-strategy'?: string;
  'x-kubernetes-list-type'?: string;
  'x-kubernetes-list-map-keys'?: string[];
  'x-kubernetes-map-type'?: string;
  'x-kubernetes-preserve-unknown-fields'?: boolean;
  'x-kubernetes-int-or-string'?: boolean;
  'x-kubernetes-embedded-resource'?: boolean;
  'x-kubernetes-group-version-kind'?: { group: string; version: string; kind: string }[];
  [keyword: string]: unknown;
}

/** All schemas of the built-in groups by their OpenAPI name (`io.k8s.api.apps.v1.Deployment`). */
export const OPENAPI_SCHEMAS: Readonly<Record<string, Schema>> = generated as Record<string, Schema>;

const byKind = new Map<string, Schema>();
for (const schema of Object.values(OPENAPI_SCHEMAS)) {
  for (const { group, version, kind } of schema['x-kubernetes-group-version-kind'] ?? []) {
    byKind.set(`${group}/${version}/${kind}`, schema);
  }
}

/** The schema of a built-in kind, or undefined where it is not known here (custom resources, foreign groups). */
export function schemaOf(type: { apiVersion: string; kind: string }): Schema | undefined {
  const { group, version } = groupVersionOf(type.apiVersion);
  return byKind.get(`${group}/${version}/${type.kind}`);
}

/** Follows `$ref` and the one-element `allOf` that stands for it. */
export function resolveSchema(schema: Schema | undefined): Schema | undefined {
  let at = schema;
  while (at) {
    const reference = at.$ref ?? (at.allOf?.length === 1 ? at.allOf[0]?.$ref : undefined);
    if (!reference) return at;
    at = OPENAPI_SCHEMAS[reference.slice(reference.lastIndexOf('/') + 1)];
  }
  return at;
}

/** The schema of a field as it stands on the property (where the list and patch extensions are). */
export function fieldSchema(schema: Schema | undefined, field: string): Schema | undefined {
  const object = resolveSchema(schema);
  const property = object?.properties?.[field];
  if (property) return property;
  return typeof object?.additionalProperties === 'object' ? object.additionalProperties : undefined;
}

export function itemSchema(schema: Schema | undefined): Schema | undefined {
  return resolveSchema(schema)?.items;
}
