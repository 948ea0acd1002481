import { z } from 'zod';
import type { Criterion } from './criterion.ts';
import { decided, unknown } from './figures.ts';
import { CITED } from './sources.ts';

const threshold = z.strictObject({});

export const sbom: Criterion<z.infer<typeof threshold>> = {
  id: 'sbom',
  title: 'SBOM present',
  definition:
    'A software bill of materials (CycloneDX or SPDX) stands in the repository at the chosen version (by its content: a file that is only called so is none), or was given and describes this tool and version. Most projects attach theirs to the release, which a clone does not show: absence from a clone is unknown. What is in it is not judged here.',
  source: CITED.sbom,
  threshold,
  mend: 'npm sbom --sbom-format cyclonedx > sbom.cdx.json   # or: syft . -o cyclonedx-json; attach it to every release',
  judge(evidence) {
    const given = evidence.all('sbom.file');
    const files = evidence.first('git.files');
    const { name, version } = evidence.subject;
    const described = given.map(({ id, value }) => ({
      id,
      value,
      fits: fits(value.describes, name, version),
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
    if (described[0] !== undefined)
      return unknown('the SBOM given does not say what it describes', [described[0].id]);
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
    if (files !== undefined)
      return unknown('none in the repository; what is attached to its releases is not seen from a clone', [
        files.id,
      ]);
    const gaps = [...evidence.gaps('sbom.file'), ...evidence.gaps('git.files')];
    return unknown(gaps.join('; ') || 'no SBOM was given');
  },
};

/** undefined: the document does not say. */
function fits(describes: string | null, name: string, version: string | undefined): boolean | undefined {
  if (describes === null) return undefined;
  const text = decodeURIComponent(describes.replace(/%(?![0-9a-f]{2})/gi, '%25')).toLowerCase();
  const at = text.lastIndexOf('@');
  const [who, which] = at > 0 ? [text.slice(0, at), text.slice(at + 1).split(/[?#]/)[0] ?? ''] : [text, ''];
  const last = name.toLowerCase();
  if (!(who === last || who.endsWith(`/${last}`) || who.endsWith(`:${last}`))) return false;
  if (version === undefined) return true;
  return which === '' ? undefined : which.replace(/^v/, '') === version.toLowerCase().replace(/^v/, '');
}
