import type { KubeObject } from '../objects.ts';
import { isObject } from '../patches/json.ts';
import type { FieldSet } from './field-set.ts';
import {
  emptySet,
  fromFieldsV1,
  hasPath,
  insertPath,
  isEmptySet,
  pathsOf,
  toFieldsV1,
  union,
} from './field-set.ts';
import type { ManagedFields } from './give-back.ts';
import { keyOf } from './give-back.ts';

/** What clears `metadata.managedFields`: an empty list is taken as none given. */
const NONE: ManagedFields[] = [{}];

/**
 * The field owners of an object that was made again from a snapshot: the entries of before, as they were. They can't be
 * told by what its maker owns now. An empty map is owned by nobody who creates with it, `stringData` is in no stored
 * Secret, and both are in the entry of whoever applied them; without it his next apply meets us as another owner.
 *
 * Left out is what the object does not have now, though it had it then (the status, which its controller writes
 * anew), and what somebody else took over since. What others have come to own stays theirs; of `maker` nothing stays.
 *
 * @param snapshot as it was, with its `metadata.managedFields`
 * @param now as it stands, in the same version or a newer one
 * @param uids UID before → UID now: owner references are keyed by them
 * @returns undefined where nothing is to be changed
 */
export function fieldsAsBefore(
  snapshot: KubeObject,
  now: KubeObject,
  maker: string,
  uids: ReadonlyMap<string, string> = new Map(),
): ManagedFields[] | undefined {
  const before = entriesOf(snapshot);
  const standing = entriesOf(now);
  const ours = standing.filter(({ entry }) => entry.manager === maker);
  const others = standing.filter(({ entry }) => entry.manager !== maker);
  const after = new Map(others.map((one) => [one.key, { entry: one.entry, fields: one.fields }]));
  for (const { entry, key, fields } of before) {
    const { apiVersion } = entry;
    // Another version names fields in its own way: the server translates, where the entry is whole.
    const comparable = apiVersion === snapshot.apiVersion && apiVersion === now.apiVersion;
    if (!comparable && entry.subresource === 'status') continue;
    const taken = (path: string[], then: string[]) =>
      !owns(ours, then, entry) &&
      owns(without(others, key), then, entry) &&
      !owns(without(before, key), path, entry);
    const back = emptySet();
    for (const path of pathsOf(fields)) {
      const then = path.map((element) => renamed(element, uids));
      const lost = isAt(snapshot, path) && !isAt(now, then);
      if (!comparable || !(lost || taken(path, then))) insertPath(back, then);
    }
    if (isEmptySet(back)) continue;
    const known = after.get(key);
    after.set(key, known ? { ...known, fields: union(known.fields, back) } : { entry, fields: back });
  }
  const given = [...after.values()].map(({ entry, fields }) => ({ ...entry, fieldsV1: toFieldsV1(fields) }));
  if (told(given) === told(standing.map(({ entry }) => entry))) return undefined;
  return given.length > 0 ? given : NONE;
}

interface Owner {
  entry: ManagedFields;
  key: string;
  fields: FieldSet;
}

function entriesOf(object: KubeObject): Owner[] {
  const entries = (object.metadata.managedFields ?? []).filter(isObject) as ManagedFields[];
  return entries.map((entry) => ({ entry, key: keyOf(entry), fields: fromFieldsV1(entry.fieldsV1) }));
}

function without(owners: readonly Owner[], key: string): Owner[] {
  return owners.filter((one) => one.key !== key);
}

function owns(owners: readonly Owner[], path: readonly string[], { apiVersion }: ManagedFields): boolean {
  return owners.some(({ entry, fields }) => entry.apiVersion === apiVersion && hasPath(fields, path));
}

function told(entries: readonly ManagedFields[]): string {
  const each = entries.map((one) => keyOf(one) + JSON.stringify(toFieldsV1(fromFieldsV1(one.fieldsV1))));
  return JSON.stringify(each.sort());
}

/** Whether there is something at a path of a field set: `f:` a field, `k:` an item by its keys, `v:` one of a set. */
function isAt(object: unknown, path: readonly string[]): boolean {
  return path.reduce(stepInto, object) !== undefined;
}

function stepInto(at: unknown, element: string): unknown {
  const name = element.slice(2);
  if (element.startsWith('f:')) return isObject(at) && Object.hasOwn(at, name) ? at[name] : undefined;
  if (!Array.isArray(at)) return undefined;
  if (element.startsWith('i:')) return at[Number(name)];
  return at.find((item) => (element.startsWith('k:') ? hasKeys(item, name) : isValue(item, name)));
}

function hasKeys(item: unknown, keys: string): boolean {
  return isObject(item) && Object.entries(JSON.parse(keys)).every(([key, value]) => item[key] === value);
}

function isValue(item: unknown, value: string): boolean {
  return JSON.stringify(item) === JSON.stringify(JSON.parse(value));
}

function renamed(element: string, uids: ReadonlyMap<string, string>): string {
  return element.replace(/^(k:\{"uid":")([^"\\]+)("\})$/, (whole, head, uid: string, tail) =>
    uids.has(uid) ? `${head}${uids.get(uid)}${tail}` : whole,
  );
}
