import type { FieldSet } from './field-set.ts';
import {
  difference,
  emptySet,
  fromFieldsV1,
  intersection,
  isEmptySet,
  toFieldsV1,
  union,
} from './field-set.ts';

/** One entry of `metadata.managedFields`. */
export interface ManagedFields {
  manager?: string;
  operation?: string;
  apiVersion?: string;
  time?: string;
  fieldsType?: string;
  fieldsV1?: unknown;
  subresource?: string;
}

/**
 * The field owners of an object after somebody restored it, so that they are those of before: what `restorer` owns now
 * goes back to whoever owned it then, and to nobody where nobody did. Fields that others own by now stay theirs.
 *
 * @param only paths (`['f:spec', 'f:replicas']`), each with all below it; everything that the restorer owns where absent
 * @param uids UID before → UID now: owner references are keyed by them
 * @returns undefined where nothing is to be changed
 */
export function fieldsGivenBack(
  before: readonly ManagedFields[],
  now: readonly ManagedFields[],
  restorer: string,
  options: { only?: readonly (readonly string[])[]; uids?: ReadonlyMap<string, string> } = {},
): ManagedFields[] | undefined {
  const { only, uids } = options;
  const mine = now.filter(({ manager }) => manager === restorer);
  const within = (set: FieldSet) => (only ? branches(set, only) : set);
  const owned = mine.map(({ fieldsV1 }) => within(fromFieldsV1(fieldsV1))).reduce(union, emptySet());
  if (isEmptySet(owned)) return undefined;
  const versions = new Set(mine.map(({ apiVersion }) => apiVersion));
  const after = now.flatMap((entry): ManagedFields[] => {
    if (entry.manager !== restorer) return [{ ...entry }];
    const rest = difference(fromFieldsV1(entry.fieldsV1), owned);
    return isEmptySet(rest) ? [] : [{ ...entry, fieldsV1: toFieldsV1(rest) }];
  });
  for (const entry of before) {
    const had = fromFieldsV1(renamed(entry.fieldsV1, uids));
    // Another version names fields in its own way: the server translates, where the entry is whole.
    const foreign = !only && !versions.has(entry.apiVersion);
    const back = foreign ? (entry.subresource === undefined ? had : emptySet()) : intersection(had, owned);
    if (isEmptySet(back)) continue;
    const known = after.find((one) => keyOf(one) === keyOf(entry));
    if (known) known.fieldsV1 = toFieldsV1(union(fromFieldsV1(known.fieldsV1), back));
    else after.push({ ...entry, fieldsV1: toFieldsV1(back) });
  }
  return after.length > 0 ? after : undefined;
}

/** What makes two entries one and the same. */
export function keyOf({ manager, operation, apiVersion, subresource }: ManagedFields): string {
  return JSON.stringify([manager, operation, apiVersion, subresource ?? '']);
}

/** What of a set lies at or below one of these paths. */
function branches(set: FieldSet, paths: readonly (readonly string[])[]): FieldSet {
  return paths.map((path) => branch(set, path)).reduce(union, emptySet());
}

function branch(set: FieldSet, [element, ...rest]: readonly string[]): FieldSet {
  if (element === undefined) return set;
  const child = set.children.get(element);
  if (!child) return emptySet();
  const below = branch(child, rest);
  return isEmptySet(below) ? emptySet() : { member: false, children: new Map([[element, below]]) };
}

function renamed(fields: unknown, uids: ReadonlyMap<string, string> | undefined): unknown {
  if (!uids || fields === undefined) return fields;
  const text = JSON.stringify(fields).replace(/k:\{\\"uid\\":\\"([^"\\]+)\\"\}/g, (whole, uid: string) =>
    uids.has(uid) ? `k:{\\"uid\\":\\"${uids.get(uid)}\\"}` : whole,
  );
  return JSON.parse(text);
}
