import semver from 'semver';

/**
 * Evaluates aqua's `version_constraint` for one version: the forms that 99 % of its entries have. The language behind
 * it is a general one (expr), of which no more is understood on purpose.
 * @param prefix aqua's `version_prefix`: constraints are over the version without it
 * @returns undefined for an expression that is not understood: then nothing is known, and not "no"
 */
export function matchesConstraint(constraint: string, version: string, prefix = ''): boolean | undefined {
  const bare = prefix !== '' && version.startsWith(prefix) ? version.slice(prefix.length) : version;
  const text = constraint.trim();
  if (text === 'true') return true;
  if (text === 'false') return false;
  const call = /^(?:semver|semverWithVersion)\(\s*(?:"([^"]*)"|`([^`]*)`|'([^']*)')\s*\)$/.exec(text);
  if (call) return satisfies(bare, call[1] ?? call[2] ?? call[3] ?? '');
  const equal = /^Version\s*==\s*(?:"([^"]*)"|'([^']*)')$/.exec(text);
  if (equal) return sameTag(version, equal[1] ?? equal[2] ?? '');
  const list = /^Version\s+in\s+\[([^\]]*)\]$/.exec(text);
  if (list)
    return [...(list[1] ?? '').matchAll(/"([^"]*)"|'([^']*)'/g)].some((one) =>
      sameTag(version, one[1] ?? one[2] ?? ''),
    );
  return undefined;
}

/** aqua compares tags; a version is often told without the `v` of its tag. */
function sameTag(version: string, tag: string): boolean {
  const bare = (text: string) => text.replace(/^v(?=\d)/, '');
  return bare(version) === bare(tag);
}

function satisfies(version: string, range: string): boolean | undefined {
  const parsed = semver.parse(version.replace(/^v/, ''), { loose: true }) ?? semver.coerce(version);
  const wanted = semver.validRange(range.replaceAll(',', ' '), { loose: true });
  if (parsed === null || wanted === null) return undefined;
  return semver.satisfies(parsed, wanted, { includePrerelease: true });
}
