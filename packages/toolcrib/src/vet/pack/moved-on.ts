import { isDeepStrictEqual } from 'node:util';
import canonicalize from 'canonicalize';
import type { Fact } from '../sources/source.ts';

/**
 * Whether a source only went on since the pack was made: everything the pack says is still there as it was, and what is
 * new came after. A project that released again does not make an old pack untrue; one whose old tags moved does.
 */
export function hasMovedOn(old: Fact, now: Fact): boolean {
  if (old.type === 'git.releases' && now.type === 'git.releases')
    return old.value.prefix === now.value.prefix && contains(now.value.releases, old.value.releases);
  if (old.type === 'npm.package' && now.type === 'npm.package')
    return (
      contains(now.value.releases, old.value.releases) &&
      old.value.timesDoubt === now.value.timesDoubt &&
      (old.value.signaturesDoubt === null) === (now.value.signaturesDoubt === null)
    );
  if (old.type === 'npm.version' && now.type === 'npm.version')
    return isDeepStrictEqual(old.value, now.value);
  if (old.type === 'git.tag-signatures' && now.type === 'git.tag-signatures')
    return old.value.tags.every((tag) => {
      const same = now.value.tags.find((other) => other.tag === tag.tag);
      // Older ones fall off the end of the list as new ones come.
      return same === undefined
        ? now.value.tags.length >= old.value.tags.length
        : isDeepStrictEqual(same, tag);
    });
  if (old.type === 'git.fixes' && now.type === 'git.fixes') {
    const later = new Map(now.value.fixes.map((fix) => [fix.commit, fix]));
    return old.value.fixes.every((fix) => {
      const same = later.get(fix.commit);
      return (
        same !== undefined && same.at === fix.at && (fix.release === null || fix.release === same.release)
      );
    });
  }
  return false;
}

function contains(list: readonly unknown[], part: readonly unknown[]): boolean {
  const keys = new Set(list.map((item) => canonicalize(item)));
  return part.every((item) => keys.has(canonicalize(item)));
}
