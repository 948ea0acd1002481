import type { Schema } from '@toolcrib/kube';
import { fieldSchema, itemSchema, resolveSchema } from '@toolcrib/kube';
import type { FieldFault } from '../apimachinery/api-error.ts';
import { cloneJson } from '../apimachinery/json.ts';
import { required, unsupported } from '../store/meta-rules.ts';

/** Fills in a structural schema's defaults. The object is changed. */
export function defaultBySchema(value: unknown, schema: Schema | undefined): void {
  if (Array.isArray(value)) {
    for (const item of value) defaultBySchema(item, itemSchema(schema));
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  const object = value as Record<string, unknown>;
  for (const [name, property] of Object.entries(resolveSchema(schema)?.properties ?? {})) {
    if (object[name] === undefined && property.default !== undefined)
      object[name] = cloneJson(property.default);
  }
  for (const [name, item] of Object.entries(object)) {
    if (name !== 'metadata') defaultBySchema(item, fieldSchema(schema, name));
  }
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (value === null) return 'null';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

/** The faults of a custom resource against its schema: types, required fields, enums, bounds, patterns. */
export function validateBySchema(value: unknown, given: Schema | undefined, path = ''): FieldFault[] {
  const schema = resolveSchema(given);
  if (!schema) return [];
  if (value === null && schema.nullable === true) return [];
  const type = typeOf(value);
  const intOrString = schema['x-kubernetes-int-or-string'] === true;
  if (
    schema.type &&
    !intOrString &&
    schema.type !== type &&
    !(schema.type === 'number' && type === 'integer')
  ) {
    const body = `Invalid value: ${JSON.stringify(type)}: ${path} in body must be of type ${schema.type}: ${JSON.stringify(type)}`;
    const others = schema.enum ? boundFaults(value, { enum: schema.enum }, path) : [];
    return [{ type: 'FieldValueTypeInvalid', field: path, body }, ...others];
  }
  const faults = boundFaults(value, schema, path);
  if (Array.isArray(value)) {
    // One by one: of a long list there may be more than a call takes.
    for (const [at, item] of value.entries())
      for (const fault of validateBySchema(item, schema.items, `${path}[${at}]`)) faults.push(fault);
  } else if (type === 'object') {
    const object = value as Record<string, unknown>;
    const at = (name: string) => (path === '' ? name : `${path}.${name}`);
    for (const name of schema.required ?? []) if (object[name] === undefined) faults.push(required(at(name)));
    for (const [name, item] of Object.entries(object)) {
      if (name === 'metadata') continue;
      for (const fault of validateBySchema(item, fieldSchema(schema, name), at(name))) faults.push(fault);
    }
  }
  return faults;
}

function boundFaults(value: unknown, schema: Schema, path: string): FieldFault[] {
  const faults: FieldFault[] = [];
  const invalid = (why: string) =>
    faults.push({
      type: 'FieldValueInvalid',
      field: path,
      body: `Invalid value: ${JSON.stringify(value)}: ${path} in body should ${why}`,
    });
  const {
    enum: allowed,
    pattern,
    minimum,
    maximum,
    minLength,
    maxLength,
    minItems,
    maxItems,
  } = schema as Record<string, never> & {
    enum?: unknown[];
    pattern?: string;
  };
  if (allowed && !allowed.includes(value)) faults.push(unsupported(path, value, allowed.map(String)));
  if (typeof value === 'number') {
    if (minimum !== undefined && value < minimum) invalid(`be greater than or equal to ${minimum}`);
    if (maximum !== undefined && value > maximum) invalid(`be less than or equal to ${maximum}`);
  }
  if (typeof value === 'string') {
    if (minLength !== undefined && value.length < minLength) invalid(`be at least ${minLength} chars long`);
    if (maxLength !== undefined && value.length > maxLength) {
      faults.push({
        type: 'FieldValueTooLong',
        field: path,
        body: `Too long: may not be more than ${maxLength} bytes`,
      });
    }
    if (pattern !== undefined && !new RegExp(pattern).test(value)) invalid(`match '${pattern}'`);
  }
  if (Array.isArray(value)) {
    if (minItems !== undefined && value.length < minItems) invalid(`have at least ${minItems} items`);
    if (maxItems !== undefined && value.length > maxItems) invalid(`have at most ${maxItems} items`);
  }
  return faults;
}
