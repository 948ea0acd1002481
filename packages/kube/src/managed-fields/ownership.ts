import type { KubeObject } from '../objects.ts';
import type { JsonObject } from '../patches/json.ts';
import { isObject } from '../patches/json.ts';
import type { Schema } from '../schema/index.ts';
import type { Comparison } from './compare.ts';
import { compareObjects, fieldsOf } from './compare.ts';
import type { FieldSet } from './field-set.ts';
import {
  describePath,
  difference,
  emptySet,
  fromFieldsV1,
  insertPath,
  intersection,
  isEmptySet,
  pathsOf,
  sameSet,
  toFieldsV1,
  union,
  withoutBranches,
} from './field-set.ts';
import { mergeApplied, removeFields } from './merge.ts';

/** Who writes: what makes an entry of `metadata.managedFields` its own. */
export interface FieldManager {
  name: string;
  operation: 'Apply' | 'Update';
  subresource?: string;
}

/** One manager's fields. `time` as it stands in the object. */
interface Entry extends FieldManager {
  apiVersion: string;
  time?: string;
  set: FieldSet;
}

/** A field that an applied configuration would take from its owner. */
export interface Conflict {
  /** `"kubectl" using apps/v1`, as the server names an owner. */
  owner: string;
  /** `.spec.replicas` */
  field: string;
}

/** What every write sets and nobody owns. */
const SYSTEM = setOf(
  ['f:apiVersion'],
  ['f:kind'],
  ...[
    'creationTimestamp',
    'generation',
    'managedFields',
    'name',
    'namespace',
    'resourceVersion',
    'selfLink',
    'uid',
  ].map((field) => ['f:metadata', `f:${field}`]),
);
const STATUS = setOf(['f:status']);

function setOf(...paths: string[][]): FieldSet {
  const set = emptySet();
  for (const path of paths) insertPath(set, path);
  return set;
}

/** Fields that a write through this endpoint can't change, and so does not own. */
function ignoredOf(manager: FieldManager, hasStatus: boolean): FieldSet {
  if (manager.subresource === 'status') return setOf(['f:spec']);
  return hasStatus ? STATUS : emptySet();
}

function owned(set: FieldSet, manager: FieldManager, hasStatus: boolean): FieldSet {
  const own = withoutBranches(withoutBranches(set, SYSTEM), ignoredOf(manager, hasStatus));
  const metadata = own.children.get('f:metadata');
  if (metadata) metadata.member = false;
  return own;
}

function decode(managedFields: unknown[] | undefined): Entry[] {
  return (managedFields ?? []).filter(isObject).map((entry) => ({
    name: String(entry.manager ?? ''),
    operation: entry.operation === 'Apply' ? 'Apply' : 'Update',
    apiVersion: String(entry.apiVersion ?? ''),
    ...(typeof entry.subresource === 'string' ? { subresource: entry.subresource } : {}),
    ...(typeof entry.time === 'string' ? { time: entry.time } : {}),
    set: fromFieldsV1(entry.fieldsV1),
  }));
}

function encode(entries: Entry[]): JsonObject[] {
  const text = (entry: Entry) =>
    [entry.operation, entry.time, entry.name, entry.apiVersion, entry.subresource].join('\0');
  return entries
    .filter((entry) => !isEmptySet(entry.set))
    .sort((a, b) => (text(a) < text(b) ? -1 : 1))
    .map(({ name, operation, apiVersion, time, set, subresource }) => ({
      manager: name,
      operation,
      apiVersion,
      ...(time === undefined ? {} : { time }),
      fieldsType: 'FieldsV1',
      fieldsV1: toFieldsV1(set),
      ...(subresource === undefined ? {} : { subresource }),
    }));
}

function isSame(entry: Entry, manager: FieldManager, apiVersion: string): boolean {
  return (
    entry.name === manager.name &&
    entry.operation === manager.operation &&
    entry.subresource === manager.subresource &&
    (manager.operation === 'Apply' || entry.apiVersion === apiVersion)
  );
}

/** Others lose what was changed or removed under them. */
function takeFrom(others: Entry[], { added, modified, removed }: Comparison): Entry[] {
  const lost = union(union(added, modified), removed);
  return others.map((entry) => ({ ...entry, set: difference(entry.set, lost) }));
}

export interface OwnershipContext {
  schema: Schema | undefined;
  manager: FieldManager;
  /** RFC 3339 in whole seconds. */
  time: string;
  /** True where the kind has a status subresource: its main endpoint does not write the status. */
  hasStatus: boolean;
}

/**
 * The managedFields after a create, update or patch: the manager owns what it added or changed.
 * @param before undefined for a create
 * @param after the object as it is about to be stored; its own managedFields win over those of `before`
 */
export function managedFieldsAfterUpdate(
  before: KubeObject | undefined,
  after: KubeObject,
  context: OwnershipContext,
): JsonObject[] {
  const { manager, schema, time, hasStatus } = context;
  const given = after.metadata.managedFields;
  // An empty list, or one with an empty entry, is how a client resets the ownership.
  const isReset = given?.every((entry) => isObject(entry) && Object.keys(entry).length === 0);
  if (isReset && before) return [];
  const known = given ?? before?.metadata.managedFields ?? [];
  // What nobody owns anything of is not tracked by updates; only an apply begins it (kubernetes skipNonApplied).
  if (before?.metadata.uid !== undefined && known.length === 0) return [];
  const entries = decode(known);
  const comparison = compareObjects(before ?? {}, after, schema);
  const own = entries.find((entry) => isSame(entry, manager, after.apiVersion));
  const others = takeFrom(
    entries.filter((entry) => entry !== own),
    comparison,
  );
  const gained = union(
    difference(own?.set ?? emptySet(), comparison.removed),
    union(comparison.added, comparison.modified),
  );
  const set = owned(gained, manager, hasStatus);
  const unchanged = own !== undefined && sameSet(own.set, set);
  const entry: Entry = { ...manager, apiVersion: after.apiVersion, time: unchanged ? own.time : time, set };
  return encode([...others, entry]);
}

export type ApplyOutcome =
  | { conflicts: Conflict[] }
  /** `managedFields` are set on the object. */
  | { object: KubeObject };

/**
 * Server-side apply: lays a configuration over the live object, takes away what this manager applied before and no
 * longer does, and gives it the fields that it names (source: structured-merge-diff merge/update.go).
 * @param live undefined where there is none yet
 * @param force takes fields from other managers instead of reporting conflicts
 */
export function applyConfiguration(
  live: KubeObject | undefined,
  applied: KubeObject,
  context: OwnershipContext & { force: boolean },
): ApplyOutcome {
  const { schema, manager, time, hasStatus, force } = context;
  const entries = decode(live?.metadata.managedFields);
  const own = entries.find((entry) => isSame(entry, manager, applied.apiVersion));
  const others = entries.filter((entry) => entry !== own);
  const set = owned(fieldsOf(applied, schema), manager, hasStatus);
  const base = withoutManagedFields(live);
  const merged = mergeApplied(base, withoutManagedFields(applied), schema);
  const stillOwned = others.reduce((all, entry) => union(all, entry.set), set);
  const dropped = difference(own?.set ?? emptySet(), stillOwned);
  const object = removeFields(merged, dropped, stillOwned, schema) as KubeObject;
  const comparison = compareObjects(base ?? {}, object, schema);
  const conflicts = force ? [] : conflictsOf(others, comparison);
  if (conflicts.length > 0) return { conflicts };
  const changed = !(
    isEmptySet(comparison.added) &&
    isEmptySet(comparison.modified) &&
    isEmptySet(comparison.removed)
  );
  // An apply that changes no value has no time of its own, also where it takes fields on.
  const entry: Entry = { ...manager, apiVersion: applied.apiVersion, time: changed ? time : own?.time, set };
  object.metadata.managedFields = encode([...takeFrom(others, comparison), entry]);
  return { object };
}

function withoutManagedFields(object: KubeObject | undefined): KubeObject | undefined {
  if (!object) return undefined;
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

function conflictsOf(others: Entry[], { added, modified }: Comparison): Conflict[] {
  const touched = union(added, modified);
  return others.flatMap((entry) =>
    [...pathsOf(intersection(entry.set, touched))].map((path) => ({
      owner: ownerText(entry),
      field: describePath(path),
    })),
  );
}

function ownerText({ name, operation, apiVersion, subresource }: Entry): string {
  const through = subresource === undefined ? '' : ` with subresource ${JSON.stringify(subresource)}`;
  if (operation === 'Apply') return `${JSON.stringify(name)}${through}`;
  return `${JSON.stringify(name)}${through} using ${apiVersion}`;
}
