import { isObject, sameJson } from '../patches/json.ts';
import type { Schema } from '../schema/index.ts';
import type { FieldSet } from './field-set.ts';
import { emptySet, insertPath } from './field-set.ts';
import { childrenOf } from './typed.ts';

/** Which fields came, went and changed between two states of an object. */
export interface Comparison {
  added: FieldSet;
  removed: FieldSet;
  modified: FieldSet;
}

function isEmptyContainer(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.keys(value).length === 0;
}

/** The fields that a value sets: its leaves, its list items, and the keys of maps (structured-merge-diff). */
export function fieldsOf(value: unknown, schema: Schema | undefined): FieldSet {
  const set = emptySet();
  collect(value, schema, [], set);
  return set;
}

function collect(value: unknown, schema: Schema | undefined, path: string[], into: FieldSet): void {
  const children = childrenOf(value, schema);
  if (!children || isEmptyContainer(value)) {
    if (path.length > 0) insertPath(into, path);
    return;
  }
  const isList = Array.isArray(value);
  for (const child of children) {
    const at = [...path, child.element];
    collect(child.value, child.schema, at, into);
    if (isList || !child.struct) insertPath(into, at);
  }
}

export function compareObjects(before: unknown, after: unknown, schema: Schema | undefined): Comparison {
  const result: Comparison = { added: emptySet(), removed: emptySet(), modified: emptySet() };
  walk(before, after, schema, [], result);
  return result;
}

function walk(
  before: unknown,
  after: unknown,
  schema: Schema | undefined,
  path: string[],
  into: Comparison,
): void {
  // Most of an object stays as it is: to find that out costs less than to compare it field by field.
  if (sameJson(before, after)) return;
  // A list that is null is there, and empty.
  const left = before === undefined || before === null ? [] : childrenOf(before, schema);
  const right = after === undefined || after === null ? [] : childrenOf(after, schema);
  const bothEmpty = (!before || isEmptyContainer(before)) && (!after || isEmptyContainer(after));
  if (!left || !right || bothEmpty) {
    if (before === undefined) insertPath(into.added, path);
    else if (after === undefined) insertPath(into.removed, path);
    else insertPath(into.modified, path);
    return;
  }
  const others = new Map(right.map((child) => [child.element, child]));
  for (const child of left) {
    walk(child.value, others.get(child.element)?.value, child.schema, [...path, child.element], into);
    others.delete(child.element);
  }
  for (const child of others.values())
    walk(undefined, child.value, child.schema, [...path, child.element], into);
  if (path.length === 0) return;
  if (before === undefined) insertPath(into.added, path);
  else if (after === undefined) insertPath(into.removed, path);
}
