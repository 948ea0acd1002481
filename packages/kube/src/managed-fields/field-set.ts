import type { JsonObject } from '../patches/json.ts';
import { isObject, setField } from '../patches/json.ts';

/**
 * A set of fields of an object, as `metadata.managedFields[].fieldsV1` has it. Keys are path elements: `f:name` for
 * a field, `k:{…}` for a list item by its keys, `v:…` for a value of a set.
 */
export interface FieldSet {
  /** True where the path that leads here is itself in the set. */
  member: boolean;
  children: Map<string, FieldSet>;
}

export function emptySet(): FieldSet {
  return { member: false, children: new Map() };
}

export function isEmptySet(set: FieldSet): boolean {
  if (set.member) return false;
  for (const child of set.children.values()) if (!isEmptySet(child)) return false;
  return true;
}

/** Adds a path to a set. */
export function insertPath(set: FieldSet, path: readonly string[]): void {
  let at = set;
  for (const element of path) {
    const next = at.children.get(element) ?? emptySet();
    at.children.set(element, next);
    at = next;
  }
  at.member = true;
}

export function hasPath(set: FieldSet, path: readonly string[]): boolean {
  let at: FieldSet | undefined = set;
  for (const element of path) at = at?.children.get(element);
  return at?.member === true;
}

/** The paths in a set, each as its elements. */
export function* pathsOf(set: FieldSet, prefix: string[] = []): Generator<string[]> {
  if (set.member) yield prefix;
  for (const [element, child] of [...set.children].sort(([a], [b]) => (a < b ? -1 : 1))) {
    yield* pathsOf(child, [...prefix, element]);
  }
}

type Rule = (a: boolean, b: boolean) => boolean;

/** The result may share parts with `a` and `b`. */
function combine(a: FieldSet | undefined, b: FieldSet | undefined, rule: Rule): FieldSet {
  // By far most of what is combined stands on one side only.
  if (!b) return a && rule(true, false) ? a : emptySet();
  if (!a) return rule(false, true) ? b : emptySet();
  const result: FieldSet = { member: rule(a.member, b.member), children: new Map() };
  for (const key of new Set([...a.children.keys(), ...b.children.keys()])) {
    const child = combine(a.children.get(key), b.children.get(key), rule);
    if (!isEmptySet(child)) result.children.set(key, child);
  }
  return result;
}

export const union = (a: FieldSet, b: FieldSet): FieldSet => combine(a, b, (x, y) => x || y);
export const intersection = (a: FieldSet, b: FieldSet): FieldSet => combine(a, b, (x, y) => x && y);
export const difference = (a: FieldSet, b: FieldSet): FieldSet => combine(a, b, (x, y) => x && !y);

export function sameSet(a: FieldSet, b: FieldSet): boolean {
  return isEmptySet(difference(a, b)) && isEmptySet(difference(b, a));
}

/** `a` without the members of `b` and without all that is below them. */
export function withoutBranches(a: FieldSet, b: FieldSet): FieldSet {
  if (b.member) return emptySet();
  const result: FieldSet = { member: a.member, children: new Map() };
  for (const [key, child] of a.children) {
    const cut = b.children.get(key);
    const kept = cut ? withoutBranches(child, cut) : child;
    if (!isEmptySet(kept)) result.children.set(key, kept);
  }
  return result;
}

/** `fieldsV1` → set; what is no object counts as empty. */
export function fromFieldsV1(fields: unknown): FieldSet {
  const set = emptySet();
  if (!isObject(fields)) return set;
  for (const [key, value] of Object.entries(fields)) {
    if (key === '.') set.member = true;
    else {
      const child = fromFieldsV1(value);
      // `{}` marks a member without members below it.
      if (isObject(value) && Object.keys(value).length === 0) child.member = true;
      set.children.set(key, child);
    }
  }
  return set;
}

export function toFieldsV1(set: FieldSet): JsonObject {
  const result: JsonObject = {};
  if (set.member && set.children.size > 0) result['.'] = {};
  for (const [key, child] of [...set.children].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!isEmptySet(child)) setField(result, key, toFieldsV1(child));
  }
  return result;
}

/** A path as people read it: `.spec.containers[name="web"].image`. */
export function describePath(path: readonly string[]): string {
  return path
    .map((element) => {
      const value = element.slice(2);
      if (element.startsWith('f:')) return `.${value}`;
      if (element.startsWith('v:')) return `[=${value}]`;
      const keys = JSON.parse(value) as JsonObject;
      const parts = Object.entries(keys).map(([key, item]) => `${key}=${JSON.stringify(item)}`);
      return `[${parts.join(',')}]`;
    })
    .join('');
}
