import { KubeError } from '../errors.ts';
import type { Schema } from '../schema/index.ts';
import { fieldSchema, itemSchema } from '../schema/index.ts';
import { identityBy, orderElements } from './element-order.ts';
import type { JsonObject } from './json.ts';
import { copyJson, isObject, setField } from './json.ts';

const DIRECTIVE = '$patch';
const RETAIN_KEYS = '$retainKeys';
const DELETE_FROM = '$deleteFromPrimitiveList/';
const SET_ORDER = '$setElementOrder/';

/**
 * Strategic merge patch with the schema's merge keys, and the directives `$patch`, `$retainKeys`,
 * `$setElementOrder` and `$deleteFromPrimitiveList` (source: apimachinery pkg/util/strategicpatch).
 * @throws KubeError `bad-patch`
 */
export function applyStrategicMergePatch(object: JsonObject, patch: JsonObject, schema: Schema): JsonObject {
  return mergeObject(copyJson(object), copyJson(patch), schema);
}

function mergeObject(original: JsonObject, patch: JsonObject, schema: Schema | undefined): JsonObject {
  if (Object.hasOwn(patch, DIRECTIVE)) {
    const directive = patch[DIRECTIVE];
    if (directive === 'delete') return {};
    if (directive === 'replace') return withoutDirectives(withoutField(patch, DIRECTIVE)) as JsonObject;
    if (directive !== 'merge') throw bad(`unknown $patch directive ${JSON.stringify(directive)}`);
    delete patch[DIRECTIVE];
  }
  retainKeys(original, patch);
  applyElementOrder(original, patch, schema);
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith(DELETE_FROM)) deleteFromPrimitives(original, key.slice(DELETE_FROM.length), value);
    else if (value === null) delete original[key];
    else if (!Object.hasOwn(original, key)) setField(original, key, withoutDirectives(withoutNulls(value)));
    else setField(original, key, mergeValue(original[key], value, fieldSchema(schema, key)));
  }
  return original;
}

function mergeValue(original: unknown, patch: unknown, schema: Schema | undefined): unknown {
  const strategies = strategiesOf(schema);
  if (isObject(original) && isObject(patch)) {
    return strategies.includes('replace') ? withoutDirectives(patch) : mergeObject(original, patch, schema);
  }
  if (Array.isArray(original) && Array.isArray(patch)) {
    if (!strategies.includes('merge')) return withoutDirectives(patch);
    return mergeList(original, patch, schema);
  }
  return withoutDirectives(patch);
}

function strategiesOf(schema: Schema | undefined): string[] {
  return schema?.['x-kubernetes-patch-strategy']?.split(',') ?? [];
}

function mergeList(original: unknown[], patch: unknown[], schema: Schema | undefined): unknown[] {
  if (!patch.some(isObject) && !original.some(isObject)) {
    const merged = [...new Set([...original, ...patch])];
    return orderElements(merged, patch, original, identityBy(undefined));
  }
  const mergeKey = schema?.['x-kubernetes-patch-merge-key'];
  if (mergeKey === undefined) throw bad('a list of objects has no merge key');
  const { items, rest, replace } = takeSpecialElements(original, patch, mergeKey);
  if (replace) return rest.map(withoutDirectives);
  const merged = items;
  const identity = identityBy(mergeKey);
  for (const element of rest) {
    if (!isObject(element) || element[mergeKey] === undefined) {
      throw bad(`map: ${goMap(element)} does not contain declared merge key: ${mergeKey}`);
    }
    const at = merged.findIndex((item) => identity(item) === identity(element));
    if (at < 0) merged.push(withoutDirectives(withoutNulls(element)));
    else merged[at] = mergeObject(merged[at] as JsonObject, element, itemSchema(schema));
  }
  return orderElements(merged, rest, original, identityBy(mergeKey));
}

/** Elements with a `$patch` of their own: `delete` takes its namesake away, `replace` makes the list the patch's. */
function takeSpecialElements(original: unknown[], patch: unknown[], mergeKey: string) {
  let items = [...original];
  const rest: unknown[] = [];
  const identity = identityBy(mergeKey);
  let replace = false;
  for (const element of patch) {
    const directive = isObject(element) ? element[DIRECTIVE] : undefined;
    if (directive === undefined) rest.push(element);
    else if (directive === 'delete') {
      items = items.filter((item) => identity(item) !== identity(element));
    } else if (directive === 'replace') replace = true;
    else throw bad(`unknown $patch directive ${JSON.stringify(directive)} in a list`);
  }
  return { items, rest, replace };
}

function retainKeys(original: JsonObject, patch: JsonObject): void {
  const keep = patch[RETAIN_KEYS];
  if (keep === undefined) return;
  if (!Array.isArray(keep)) throw bad('$retainKeys is not a list');
  delete patch[RETAIN_KEYS];
  for (const [key, value] of Object.entries(patch)) {
    if (value !== null && !keep.includes(key))
      throw bad(`$retainKeys does not name ${key}, which the patch sets`);
  }
  for (const key of Object.keys(original)) if (!keep.includes(key)) delete original[key];
}

function applyElementOrder(original: JsonObject, patch: JsonObject, schema: Schema | undefined): void {
  for (const directive of Object.keys(patch).filter((key) => key.startsWith(SET_ORDER))) {
    const field = directive.slice(SET_ORDER.length);
    const order = patch[directive];
    if (!Array.isArray(order)) throw bad(`${directive} is not a list`);
    const before = Array.isArray(original[field]) ? (original[field] as unknown[]) : undefined;
    const patched = Array.isArray(patch[field]) ? (patch[field] as unknown[]) : undefined;
    delete patch[directive];
    if (patched) delete patch[field];
    if (!before && !patched) continue;
    const property = fieldSchema(schema, field);
    // With nothing to merge into, the patch's elements are the list; without a patch, only the order changes.
    const merged = patched ? mergeList(before ?? [], patched, property) : (before ?? []);
    const deletions = patch[DELETE_FROM + field];
    const left = Array.isArray(deletions) ? merged.filter((item) => !deletions.includes(item)) : merged;
    delete patch[DELETE_FROM + field];
    original[field] = orderElements(
      left,
      order,
      before ?? [],
      identityBy(property?.['x-kubernetes-patch-merge-key']),
    );
  }
}

function deleteFromPrimitives(original: JsonObject, field: string, values: unknown): void {
  if (!Array.isArray(values)) throw bad(`${DELETE_FROM}${field} is not a list`);
  const list = original[field];
  if (Array.isArray(list)) original[field] = list.filter((item) => !values.includes(item));
}

function withoutField(object: JsonObject, field: string): JsonObject {
  const { [field]: _, ...rest } = object;
  return rest;
}

function withoutNulls(value: unknown): unknown {
  if (!isObject(value)) return value;
  const result: JsonObject = {};
  for (const [key, item] of Object.entries(value))
    if (item !== null) setField(result, key, withoutNulls(item));
  return result;
}

function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.filter((item) => !(isObject(item) && Object.hasOwn(item, DIRECTIVE))).map(withoutDirectives);
  }
  if (!isObject(value)) return value;
  const result: JsonObject = {};
  for (const [key, item] of Object.entries(value)) {
    if (key === DIRECTIVE || key === RETAIN_KEYS || key.startsWith(DELETE_FROM) || key.startsWith(SET_ORDER))
      continue;
    setField(result, key, withoutDirectives(item));
  }
  return result;
}

/** As Go prints a map: what the server says names the element in this way. */
function goMap(value: unknown): string {
  if (!isObject(value)) return String(value);
  const parts = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[${parts.map(([key, item]) => `${key}:${goMap(item)}`).join(' ')}]`;
}

function bad(why: string): KubeError {
  return new KubeError('bad-patch', `The strategic merge patch can't be applied: ${why}.`);
}
