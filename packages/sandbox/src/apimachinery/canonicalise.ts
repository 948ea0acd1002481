import type { KubeObject, ProtobufField, Schema } from '@toolcrib/kube';
import { messageOfKind, OPENAPI_SCHEMAS, protobufMessage, schemaOf } from '@toolcrib/kube';
import { badRequest } from './api-error.ts';
import { cloneJson } from './json.ts';
import { canonicalQuantity, parseQuantity } from './quantity.ts';

type Fields = ReadonlyMap<string, ProtobufField>;
type Json = Record<string, unknown>;

interface Shape {
  fields: Fields;
  /** Values that Go writes also where nobody set them: empty structs, required scalars, declared defaults. */
  defaults: [string, unknown][];
}

const QUANTITY = 'k8s.io.apimachinery.pkg.api.resource.Quantity';
/** Types whose JSON is a value of their own, left as it is. */
const OPAQUE =
  /\.(Quantity|Time|MicroTime|Duration|IntOrString|RawExtension|FieldsV1|ExtraValue|JSON|JSONSchemaPropsOrArray|JSONSchemaPropsOrBool|JSONSchemaPropsOrStringArray)$/;

/** Times that Go's types hold as values: without one they are written as null. */
const NULL_TIMES: Record<string, string[]> = {
  'k8s.io.api.core.v1.PodCondition': ['lastProbeTime', 'lastTransitionTime'],
  'k8s.io.api.core.v1.PersistentVolumeClaimCondition': ['lastProbeTime', 'lastTransitionTime'],
  'k8s.io.api.batch.v1.JobCondition': ['lastProbeTime', 'lastTransitionTime'],
  'k8s.io.api.core.v1.Event': ['firstTimestamp', 'lastTimestamp', 'eventTime'],
};

const shapes = new Map<string, Shape>();

/**
 * Brings an object of a built-in kind into the form in which the API server's Go types write it: nulls, empty lists
 * and zero values that mean nothing go, structs that are always written come, quantities are normal.
 * Custom resources stay as they are. The object is changed.
 * @throws ApiError 400 where a value has another type than the field
 */
export function canonicalise(object: KubeObject): void {
  const message = messageOfKind(object.apiVersion, object.kind);
  if (!message || !schemaOf(object)) return;
  walk(object, message, [], object);
}

const zeros = new Map<string, KubeObject>();

/** A kind's empty object as Go writes it: empty structs, and null for lists that are always written. */
export function zeroObject({ apiVersion, kind }: { apiVersion: string; kind: string }): KubeObject {
  const key = `${apiVersion}/${kind}`;
  const known = zeros.get(key);
  if (known) return known;
  const zero = { apiVersion, kind, metadata: {} } as KubeObject;
  const message = messageOfKind(apiVersion, kind);
  if (message && schemaOf(zero)) {
    canonicalise(zero);
    addNullLists(zero, message);
  }
  zeros.set(key, zero);
  return zero;
}

function addNullLists(value: Json, message: string): void {
  for (const [name, field] of shapeOf(message).fields) {
    if (field.shape === 'list' && field.keepsZero && value[name] === undefined) value[name] = null;
    else if (field.shape === 'one' && isJson(value[name])) addNullLists(value[name], field.type);
  }
}

function shapeOf(message: string): Shape {
  const known = shapes.get(message);
  if (known) return known;
  const schema = OPENAPI_SCHEMAS[schemaName(message)];
  const shape = { fields: fieldsOf(message), defaults: defaultsOf(schema) };
  shapes.set(message, shape);
  return shape;
}

function schemaName(message: string): string {
  return message
    .replace(/^k8s\.io\.apiextensions_apiserver\./, 'io.k8s.apiextensions-apiserver.')
    .replace(/^k8s\.io\./, 'io.k8s.');
}

function fieldsOf(message: string): Fields {
  const fields = new Map<string, ProtobufField>();
  for (const field of protobufMessage(message)?.values() ?? []) {
    if (field.json !== '') fields.set(field.json, field);
    else for (const [name, inner] of fieldsOf(field.type)) fields.set(name, inner);
  }
  return fields;
}

function defaultsOf(schema: Schema | undefined): [string, unknown][] {
  return Object.entries(schema?.properties ?? {})
    .filter(([, property]) => property.default !== undefined)
    .map(([name, property]) => [name, property.default]);
}

function walk(value: Json, message: string, path: string[], root: KubeObject): void {
  const { fields, defaults } = shapeOf(message);
  for (const [key, item] of Object.entries(value)) {
    const field = fields.get(key);
    if (item === null && field?.shape === 'list' && field.keepsZero) continue;
    if (item === null || item === undefined) delete value[key];
    else if (field) settle(value, key, item, field, { path: [...path, key], root, message });
  }
  for (const key of NULL_TIMES[message] ?? []) value[key] ??= null;
  for (const [key, item] of defaults) {
    if (value[key] !== undefined) continue;
    value[key] = cloneJson(item);
    const field = fields.get(key);
    if (field && isJson(value[key])) walk(value[key] as Json, field.type, [...path, key], root);
  }
}

interface Place {
  path: string[];
  root: KubeObject;
  message: string;
}

function settle(owner: Json, key: string, item: unknown, field: ProtobufField, place: Place): void {
  if (field.shape === 'list') {
    if (!Array.isArray(item)) throw wrongType(item, field, place);
    if (item.length === 0 && !field.keepsZero) delete owner[key];
    else owner[key] = item.map((element) => one(element, { ...field, shape: 'one' }, place));
    return;
  }
  if (field.shape === 'map') {
    if (!isJson(item)) throw wrongType(item, field, place);
    const entries = Object.entries(item);
    if (entries.length === 0 && !field.keepsZero) delete owner[key];
    else for (const [name, element] of entries) item[name] = one(element, { ...field, shape: 'one' }, place);
    return;
  }
  const settled = one(item, field, place);
  if (!field.keepsZero && (settled === '' || settled === 0 || settled === false)) delete owner[key];
  else owner[key] = settled;
}

function one(item: unknown, field: ProtobufField, place: Place): unknown {
  switch (field.type) {
    case 'string':
    case 'bytes':
      if (item === null) return '';
      if (typeof item !== 'string') throw wrongType(item, field, place);
      return item;
    case 'bool':
      if (typeof item !== 'boolean') throw wrongType(item, field, place);
      return item;
    case QUANTITY:
      if (!parseQuantity(String(item))) throw noQuantity(place.root);
      return canonicalQuantity(String(item));
    default:
  }
  if (/^u?int(32|64)$/.test(field.type)) {
    if (!Number.isInteger(item)) throw wrongType(item, field, place);
    return item;
  }
  if (field.type === 'double' || OPAQUE.test(field.type)) return item;
  if (!isJson(item)) throw wrongType(item, field, place);
  walk(item, field.type, place.path, place.root);
  return item;
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrongType(item: unknown, field: ProtobufField, { path, root, message }: Place) {
  const { kind } = root;
  const version = root.apiVersion.split('/').at(-1);
  const found = Array.isArray(item)
    ? 'array'
    : typeof item === 'boolean'
      ? 'bool'
      : item === null
        ? 'null'
        : typeof item;
  const given = typeof item === 'number' && !Number.isInteger(item) ? `number ${item}` : found;
  const struct = message.split('.').at(-1);
  return badRequest(
    `${kind} in version "${version}" cannot be handled as a ${kind}: json: cannot unmarshal ${given} into Go struct field ${struct}.${path.join('.')} of type ${goType(field)}`,
  );
}

function goType({ shape, type }: ProtobufField): string {
  const parts = type.split('.');
  const plain = parts.length === 1 ? (type === 'bytes' ? '[]uint8' : type) : parts.slice(-2).join('.');
  return shape === 'list' ? `[]${plain}` : shape === 'map' ? `map[string]${plain}` : plain;
}

function noQuantity({ kind, apiVersion }: KubeObject) {
  const version = apiVersion.split('/').at(-1);
  const pattern = "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
  return badRequest(
    `${kind} in version "${version}" cannot be handled as a ${kind}: quantities must match the regular expression ${pattern}`,
  );
}
