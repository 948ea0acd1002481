import { isObject } from './json.ts';

/** What tells an element of a list from the others, as text. */
export type Identity = (element: unknown) => string;

/** By the merge key, or as whole values. */
export function identityBy(mergeKey: string | undefined): Identity {
  if (mergeKey === undefined) return (element) => JSON.stringify(element);
  return (element) => JSON.stringify(isObject(element) ? element[mergeKey] : null);
}

/**
 * Puts a merged list in order (strategicpatch's normalizeElementOrder): the elements that the patch names follow
 * its order, the others keep the server's, and the two are merged by their places in the server's list.
 */
export function orderElements(
  merged: unknown[],
  patchOrder: unknown[],
  serverOrder: unknown[],
  identity: Identity,
): unknown[] {
  const placesIn = (list: unknown[]) => {
    const places = new Map<string, number>();
    for (const [at, item] of list.entries()) if (!places.has(identity(item))) places.set(identity(item), at);
    return (item: unknown) => places.get(identity(item)) ?? -1;
  };
  const inPatch = placesIn(patchOrder);
  const onServer = placesIn(serverOrder);
  const named = merged.filter((item) => inPatch(item) >= 0).sort((a, b) => inPatch(a) - inPatch(b));
  const others = merged.filter((item) => inPatch(item) < 0).sort((a, b) => onServer(a) - onServer(b));
  const result: unknown[] = [];
  let [i, j] = [0, 0];
  while (i < others.length || j < named.length) {
    const other = i < others.length ? onServer(others[i]) : -1;
    const own = j < named.length ? onServer(named[j]) : -1;
    const otherFirst = j >= named.length || (i < others.length && other >= 0 && own >= 0 && other < own);
    result.push(otherFirst ? others[i++] : named[j++]);
  }
  return result;
}
