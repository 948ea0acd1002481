import type { JsonObject } from '../patches/json.ts';
import { copyJson, isObject, setField } from '../patches/json.ts';
import type { Schema } from '../schema/index.ts';
import { fieldSchema, itemSchema } from '../schema/index.ts';
import type { FieldSet } from './field-set.ts';
import { isEmptySet } from './field-set.ts';
import { elementOf, relationOf } from './typed.ts';

/** The live object with an applied configuration laid over it. Neither is changed. */
export function mergeApplied(live: unknown, applied: unknown, schema: Schema | undefined): unknown {
  const relation = relationOf(schema, applied);
  if (live === undefined || live === null || relation.kind === 'leaf') return copyJson(applied);
  if (isObject(applied) && isObject(live)) {
    const result: JsonObject = { ...live };
    for (const [key, value] of Object.entries(applied)) {
      setField(result, key, mergeApplied(live[key], value, fieldSchema(schema, key)));
    }
    return result;
  }
  if (!Array.isArray(applied) || !Array.isArray(live)) return copyJson(applied);
  const identity = (item: unknown) => elementOf(item, relation, schema);
  const join = (old: unknown, item: unknown) =>
    relation.kind === 'set' || old === undefined
      ? copyJson(item)
      : mergeApplied(old, item, itemSchema(schema));
  return mergeLists(live, applied, identity, join);
}

/** The order of structured-merge-diff: what only the live list has keeps its place before what is applied. */
function mergeLists(
  live: unknown[],
  applied: unknown[],
  identity: (item: unknown) => string,
  join: (old: unknown, item: unknown) => unknown,
): unknown[] {
  const old = new Map(live.map((item) => [identity(item), item]));
  const wanted = new Set(applied.map(identity));
  const done = new Set<string>();
  const result: unknown[] = [];
  for (let l = 0, r = 0; l < live.length || r < applied.length; ) {
    const left = l < live.length ? identity(live[l]) : undefined;
    if (left !== undefined && (!wanted.has(left) || done.has(left))) {
      if (!done.has(left)) result.push(live[l]);
      l++;
      continue;
    }
    const right = identity(applied[r]);
    result.push(join(old.get(right), applied[r]));
    done.add(right);
    r++;
  }
  return result;
}

/**
 * Takes fields out of an object: a list item goes whole, a struct when nothing is left of it. Items below which
 * somebody still owns a field stay.
 */
export function removeFields(
  value: unknown,
  remove: FieldSet,
  owned: FieldSet | undefined,
  schema: Schema | undefined,
): unknown {
  if (isObject(value)) {
    const result: JsonObject = {};
    for (const [key, item] of Object.entries(value)) {
      const cut = remove.children.get(`f:${key}`);
      const kept = cut
        ? cutField(item, cut, owned?.children.get(`f:${key}`), fieldSchema(schema, key))
        : item;
      if (kept !== undefined) setField(result, key, kept);
    }
    return result;
  }
  if (!Array.isArray(value)) return value;
  const relation = relationOf(schema, value);
  return value.flatMap((item) => {
    const element = elementOf(item, relation, schema);
    const cut = remove.children.get(element);
    const kept = cut ? cutField(item, cut, owned?.children.get(element), itemSchema(schema)) : item;
    return kept === undefined ? [] : [kept];
  });
}

function cutField(
  item: unknown,
  cut: FieldSet,
  owned: FieldSet | undefined,
  schema: Schema | undefined,
): unknown {
  const stillOwned = owned !== undefined && !isEmptySet(owned);
  if (cut.member && !stillOwned) return undefined;
  const rest = removeFields(item, cut, owned, schema);
  const empty = Array.isArray(rest) ? rest.length === 0 : isObject(rest) && Object.keys(rest).length === 0;
  return empty && !stillOwned ? undefined : rest;
}
