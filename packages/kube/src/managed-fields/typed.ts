import { isObject } from '../patches/json.ts';
import type { Schema } from '../schema/index.ts';
import { fieldSchema, itemSchema, resolveSchema } from '../schema/index.ts';

/** How a value takes part in server-side apply, by its schema. */
export type Relation =
  | { kind: 'leaf' }
  | { kind: 'map' }
  | { kind: 'set' }
  | { kind: 'list'; keys: string[] };

/** The relation of a value under a schema (on the property: there the list extensions stand). */
export function relationOf(schema: Schema | undefined, value: unknown): Relation {
  const resolved = resolveSchema(schema);
  if (isObject(value)) {
    const mapType = schema?.['x-kubernetes-map-type'] ?? resolved?.['x-kubernetes-map-type'];
    return mapType === 'atomic' || isRaw(resolved) ? { kind: 'leaf' } : { kind: 'map' };
  }
  if (!Array.isArray(value)) return { kind: 'leaf' };
  const listType = schema?.['x-kubernetes-list-type'] ?? resolved?.['x-kubernetes-list-type'];
  if (listType === 'set') return { kind: 'set' };
  const keys = schema?.['x-kubernetes-list-map-keys'] ?? resolved?.['x-kubernetes-list-map-keys'];
  return listType === 'map' && keys ? { kind: 'list', keys } : { kind: 'leaf' };
}

/** True for a field of a struct, false for an entry of a map with free keys. */
function isStructField(schema: Schema | undefined, name: string): boolean {
  return resolveSchema(schema)?.properties?.[name] !== undefined;
}

/** The path element of a list item: its keys (with the schema's defaults), or its value. */
export function elementOf(item: unknown, relation: Relation, schema: Schema | undefined): string {
  if (relation.kind !== 'list' || !isObject(item)) return `v:${JSON.stringify(item)}`;
  const items = resolveSchema(itemSchema(schema));
  const keys = [...relation.keys].sort().map((key): [string, unknown] => {
    return [key, item[key] ?? items?.properties?.[key]?.default];
  });
  return `k:${JSON.stringify(Object.fromEntries(keys))}`;
}

/** The children of a value with their path elements and schemas; undefined for leaves. */
export function childrenOf(
  value: unknown,
  schema: Schema | undefined,
): { element: string; value: unknown; schema: Schema | undefined; struct: boolean }[] | undefined {
  const relation = relationOf(schema, value);
  if (relation.kind === 'leaf') return undefined;
  if (isObject(value)) {
    return Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([name, item]) => ({
        element: `f:${name}`,
        value: item,
        schema: fieldSchema(schema, name),
        struct: isStructField(schema, name),
      }));
  }
  const items = itemSchema(schema);
  return (value as unknown[]).map((item) => ({
    element: elementOf(item, relation, schema),
    value: item,
    schema: items,
    struct: false,
  }));
}

/** An object of which the schema says nothing more (RawExtension) belongs to one manager as a whole. */
function isRaw(schema: Schema | undefined): boolean {
  return (
    schema?.type === 'object' &&
    schema.properties === undefined &&
    schema.additionalProperties === undefined &&
    schema['x-kubernetes-preserve-unknown-fields'] !== true
  );
}
