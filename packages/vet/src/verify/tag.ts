import type { PackageURL } from 'packageurl-js';

/** Words that stand before a version and say nothing: `release-1.2.3`, `version/1.2.3`. */
const MARKER = /^(?:releases?|rel|versions?|ver|tags?)(?:-|$)|(?:-|^)(?:releases?|rel|versions?|ver|tags?)$/;

/**
 * Whether a tag is the one of this package and version: `v1.2.3`, `1.2.3`, `release-1.2.3`, `tool@1.2.3`,
 * `cmd/tool/v1.2.3`. The whole version must stand at its end; before it only the tool's own name may stand, since a
 * repository of several tools tags each of them.
 * @returns `cannot tell` where another name stands before the version: it may be another part of the repository
 */
export function tagNames(tag: string, purl: PackageURL): 'yes' | 'no' | 'cannot tell' {
  const version = purl.version ?? '';
  const bare = version.replace(/^v(?=\d)/, '');
  if (bare.length === 0) return 'no';
  if (tag === version) return 'yes';
  if (!tag.endsWith(bare)) return 'no';
  const before = /^(|.*[/@_-])v?$/.exec(tag.slice(0, -bare.length))?.[1];
  if (before === undefined) return 'no';

  const words = before.split('/').map(word).filter(Boolean);
  const own = namesOf(purl);
  const whole = words.join('-');
  if (whole === '' || own.has(whole)) return 'yes';
  // A version of its own before the one at the end: then that one is only its suffix (v2.0.0-1.9.0).
  const [last = '', ...above] = words.toReversed();
  if ((own.has(last) ? above : words).some(holdsVersion)) return 'no';
  return own.has(last) ? 'yes' : 'cannot tell';
}

const holdsVersion = (text: string) => /(?:^|-)v?\d/.test(text);

/** In one form, whichever separators were used, and without the words that say nothing. */
function word(text: string): string {
  const plain = normal(text);
  const rest = plain.replace(MARKER, '');
  return rest === plain ? plain : normal(rest);
}

const normal = (text: string) =>
  text
    .toLowerCase()
    .replaceAll(/[/@_-]+/g, '-')
    .replaceAll(/^-|-$/g, '');

/** What the tool may be called in a tag: its name, with its owner or scope, and its place in a repository. */
function namesOf({ namespace, name, subpath }: PackageURL): Set<string> {
  const path = [namespace, name, subpath].flatMap((part) => part?.split('/') ?? []);
  // Go's major version is a part of the path and not of the name.
  const parts = path.filter((part) => !/^v\d+$/.test(part)).map(normal);
  const names = [name, `${namespace}/${name}`, subpath, parts.at(-1)].flatMap((one) => one ?? []);
  return new Set(names.map(normal).filter((one) => one !== '' && !/^v\d+$/.test(one)));
}
