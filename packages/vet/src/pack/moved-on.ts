import { isDeepStrictEqual } from 'node:util';
import canonicalize from 'canonicalize';
import type { Fact } from '../facts/fact.ts';
import { isAddress } from '../sources/declared/address.ts';

/**
 * Whether a source only went on since the pack was made: everything the pack says is still there as it was, and what is
 * new came after. What is older than the pack and not in it was left out of it, which may be the point of a forgery.
 *
 * @param moment when the pack was made
 */
export function hasMovedOn(old: Fact, now: Fact, moment: number): boolean {
  // Read as of the pack's moment; tags that name no version (`nightly`) may have gone elsewhere.
  if (old.type === 'git.releases' && now.type === 'git.releases')
    return isDeepStrictEqual({ ...old.value, tags: 0 }, { ...now.value, tags: 0 });
  if (old.type === 'npm.package' && now.type === 'npm.package')
    return (
      onlyLaterOnesMore(old.value.releases, now.value.releases, moment) &&
      old.value.complete === now.value.complete &&
      old.value.timesDoubt === now.value.timesDoubt &&
      (old.value.signaturesDoubt === null) === (now.value.signaturesDoubt === null)
    );
  if (old.type === 'npm.version' && now.type === 'npm.version')
    return isDeepStrictEqual(old.value, now.value);
  // A registry of declarations is not kept by its versions: the one that is fetched is always today's. Nothing rests on
  // what it says.
  if (old.type === 'release.declared' && now.type === 'release.declared')
    return isAddress(old.source.location) && old.source.location === now.source.location;
  return false;
}

type Release = { at: string };

function onlyLaterOnesMore(old: readonly Release[], now: readonly Release[], moment: number): boolean {
  const keys = new Set(now.map((release) => canonicalize(release)));
  if (!old.every((release) => keys.has(canonicalize(release)))) return false;
  const before = new Set(old.map((release) => canonicalize(release)));
  return now.every((release) => before.has(canonicalize(release)) || Date.parse(release.at) > moment);
}
