import { isObject, sameJson } from './json.ts';

/** How elements of a list are told apart: by the merge key, or as whole values. */
export function sameElement(a: unknown, b: unknown, mergeKey: string | undefined): boolean {
  if (mergeKey === undefined) return sameJson(a, b);
  return isObject(a) && isObject(b) && sameJson(a[mergeKey], b[mergeKey]);
}

function indexIn(list: unknown[], element: unknown, mergeKey: string | undefined): number {
  return list.findIndex((item) => sameElement(item, element, mergeKey));
}

/**
 * Puts a merged list in order (strategicpatch's normalizeElementOrder): the elements that the patch names follow
 * its order, the others keep the server's, and the two are merged by their places in the server's list.
 */
export function orderElements(
  merged: unknown[],
  patchOrder: unknown[],
  serverOrder: unknown[],
  mergeKey: string | undefined,
): unknown[] {
  const byOrder = (order: unknown[]) => (a: unknown, b: unknown) =>
    indexIn(order, a, mergeKey) - indexIn(order, b, mergeKey);
  const named = merged.filter((item) => indexIn(patchOrder, item, mergeKey) >= 0).sort(byOrder(patchOrder));
  const others = merged.filter((item) => indexIn(patchOrder, item, mergeKey) < 0).sort(byOrder(serverOrder));
  const result: unknown[] = [];
  while (named.length > 0 || others.length > 0) {
    const other = indexIn(serverOrder, others[0], mergeKey);
    const own = indexIn(serverOrder, named[0], mergeKey);
    const otherFirst = named.length === 0 || (others.length > 0 && other >= 0 && own >= 0 && other < own);
    result.push((otherFirst ? others : named).shift());
  }
  return result;
}
