import { PackageURL } from 'packageurl-js';
import { z } from 'zod';
import type { Subject } from '../facts/evidence.ts';
import { isDigest } from '../sbom/model.ts';
import { CITED } from './cited.ts';
import type { Criterion } from './criterion.ts';
import { decided, unknown } from './figures.ts';

const threshold = z.strictObject({});

export const sbom: Criterion<z.infer<typeof threshold>> = {
  id: 'sbom',
  title: 'SBOM present',
  definition:
    'A software bill of materials (CycloneDX or SPDX) stands in the repository at the chosen version (by its content: a file that is only called so is none), or was given: one that describes this tool and version by its purl, or, beside a release, these very bytes. Most projects attach theirs to the release, which a clone does not show: absence from a clone is unknown. What is in it is not judged here.',
  source: CITED.sbom,
  passes:
    "one is in the repository (by its content, not its name), or one you gave describes this version, or a release's describes these very bytes. Named after an archive, without a purl, is unknown",
  from: 'files, `--file`',
  threshold,
  mend: 'npm sbom --sbom-format cyclonedx > sbom.cdx.json   # or: syft . -o cyclonedx-json; attach it to every release',
  judge(evidence) {
    const given = evidence.all('sbom.file');
    const files = evidence.first('git.files');
    const { name, version } = evidence.subject;
    const described = given.map(({ id, value }) => ({
      id,
      value,
      fits: fits(value.describes, evidence.subject),
    }));
    const good = described.find(({ fits }) => fits === true);
    if (good !== undefined)
      return decided(
        true,
        `${good.value.format} ${good.value.specVersion} with ${good.value.components} components describes ${good.value.describes}`,
        [good.id],
        { components: good.value.components, format: good.value.format },
      );
    const wrong = described.find(({ fits }) => fits === false);
    if (wrong !== undefined)
      return decided(
        false,
        `the SBOM given describes ${wrong.value.describes}, not ${name} ${version ?? ''}`.trim(),
        [wrong.id],
        { describes: wrong.value.describes },
      );
    const released = evidence.all('release.sbom');
    const matched = released.find(({ value }) => value.match === 'pass');
    if (matched !== undefined)
      return decided(
        true,
        `${matched.value.format} ${matched.value.specVersion} with ${matched.value.components} components: ${matched.value.matchReason}`,
        [matched.id],
        { components: matched.value.components, format: matched.value.format },
      );
    if (described[0] !== undefined)
      return unknown(
        described[0].value.describes === null
          ? 'the SBOM given does not say what it describes'
          : `whether the SBOM given, of ${described[0].value.describes}, is of ${evidence.subject.purl} can't be told`,
        [described[0].id],
      );
    const held = files?.value.sboms ?? [];
    const known = held.find(({ format }) => format !== null);
    if (files !== undefined && known !== undefined)
      return decided(true, `the repository holds ${known.path} (${known.format})`, [files.id], {
        path: known.path,
        format: known.format,
      });
    if (files !== undefined && held[0] !== undefined)
      return unknown(
        `${held[0].path} is ${held[0].sha256 === null ? 'too large to be read' : 'neither CycloneDX nor SPDX'}`,
        [files.id],
      );
    if (released[0] !== undefined)
      return unknown(`the release's SBOM: ${released[0].value.matchReason}`, [released[0].id]);
    if (files !== undefined)
      return unknown('none in the repository; what is attached to its releases is not seen from a clone', [
        files.id,
      ]);
    const gaps = [...evidence.gaps('sbom.file'), ...evidence.gaps('git.files')];
    return unknown(gaps.join('; ') || 'no SBOM was given');
  },
};

/**
 * Whether a document speaks of this tool and version; undefined: that can't be told. A name without a purl is anybody's,
 * and so is one in another ecosystem. It speaks of another only where a purl of the same kind says so, or the tool's own
 * name with another version: many documents are named after the archive that they came out of.
 */
function fits(describes: string | null, { purl, name, version }: Subject): boolean | undefined {
  if (describes === null) return undefined;
  const own = parsed(purl);
  const said = parsed(describes);
  if (said === undefined) return bareFits(describes, name, version);
  if (own === undefined) return undefined;
  if (identity(said) !== identity(own)) return kind(said) === kind(own) ? false : undefined;
  if (version === undefined) return true;
  return said.version == null ? undefined : plain(said.version) === plain(version);
}

const plain = (version: string) => version.toLowerCase().replace(/^v(?=\d)/, '');
const last = (name: string) => name.toLowerCase().split('/').at(-1);

function parsed(purl: string): PackageURL | undefined {
  try {
    return PackageURL.fromString(purl);
  } catch {
    return undefined;
  }
}

/** A Go module on a forge is its repository. */
function identity({ type, namespace, name }: PackageURL): string {
  const path = [namespace, name].filter(Boolean).join('/').toLowerCase();
  if (type !== 'golang') return `${type}/${path}`;
  const module = path.replace(/\/v\d+$/, '');
  return module.startsWith('github.com/') ? module.replace('github.com/', 'github/') : `golang/${module}`;
}

/** `github` for a Go module on GitHub. */
const kind = (purl: PackageURL) => identity(purl).split('/')[0];

/** `name@version` can only contradict, and only where it is the tool's own name. */
function bareFits(describes: string, name: string, version: string | undefined): false | undefined {
  const at = describes.lastIndexOf('@');
  const [who, which] = at > 0 ? [describes.slice(0, at), describes.slice(at + 1)] : [describes, ''];
  if (last(who) !== last(name)) return undefined;
  return version === undefined || which === '' || isDigest(which) || plain(which) === plain(version)
    ? undefined
    : false;
}
