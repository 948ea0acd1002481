import type { Schema } from '@toolcrib/kube';
import { OPENAPI_SCHEMAS } from '@toolcrib/kube';
import type { GroupVersionResources } from '../schema/resources.ts';
import { operationsOf } from './openapi-paths.ts';

/** What is written of an OpenAPI v2 document: definitions, and which writes there are. */
export interface Swagger {
  swagger: '2.0';
  info: { title: string; version: string };
  paths: Record<string, Record<string, unknown>>;
  definitions: Record<string, Schema>;
}

/** The document of all that is served. @param custom the schemas of custom resources, by `group/version/kind` */
export function swaggerOf(groups: GroupVersionResources[], custom: ReadonlyMap<string, Schema>): Swagger {
  const definitions: Record<string, Schema> = {};
  for (const [name, schema] of Object.entries(OPENAPI_SCHEMAS)) definitions[name] = toV2(schema);
  for (const [key, schema] of custom) {
    const [group = '', version = '', kind = ''] = key.split('/');
    definitions[`${group.split('.').reverse().join('.')}.${version}.${kind}`] = {
      ...toV2(schema),
      'x-kubernetes-group-version-kind': [{ group, version, kind }],
    };
  }
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version: 'v1.35.4' },
    paths: Object.assign({}, ...groups.map(operationsOf)),
    definitions,
  };
}

/** A v3 schema in the words of v2: plain references, no defaults of structs, int-or-string as a string. */
function toV2(schema: Schema): Schema {
  const { allOf, oneOf: _, default: __, $ref, items, properties, additionalProperties, ...rest } = schema;
  const reference = $ref ?? allOf?.[0]?.$ref;
  const result: Schema = { ...rest };
  if (reference) result.$ref = `#/definitions/${reference.slice(reference.lastIndexOf('/') + 1)}`;
  if (schema.format === 'int-or-string') result.type = 'string';
  if (items) result.items = toV2(items);
  if (typeof additionalProperties === 'object') result.additionalProperties = toV2(additionalProperties);
  if (properties) {
    result.properties = Object.fromEntries(
      Object.entries(properties).map(([name, item]) => [name, toV2(item)]),
    );
  }
  return result;
}
