import { z } from 'zod';
import { type Criterion, missing } from './criterion.ts';
import { decided, unknown } from './figures.ts';

const threshold = z.strictObject({});

export const sbomComplete: Criterion<z.infer<typeof threshold>> = {
  id: 'sbom-complete',
  title: 'SBOM complete and of these bytes',
  definition:
    "The release's SBOM has every one of NTIA's minimum elements, and describes the very bytes of the artefact (or of an executable within it) in this version.",
  source: {
    title: 'NTIA, The Minimum Elements For a Software Bill of Materials (2021-07-12)',
    url: 'https://www.ntia.gov/report/2021/minimum-elements-software-bill-materials-sbom',
  },
  threshold,
  mend: 'syft TOOL -o cyclonedx-json > TOOL.cdx.json   # with supplier, author and the digest of TOOL filled in',
  judge(evidence) {
    const found = evidence.first('release.sbom');
    if (found === undefined) return missing(evidence, 'release.sbom', 'a release file with an SBOM');
    const { missing: lacking, match, matchReason, components, licences } = found.value;
    const numbers = { components, licences: licences.length, missingElements: lacking.length };
    if (match === 'fail') return decided(false, matchReason, [found.id], numbers);
    if (lacking.length > 0) {
      const names = lacking.map(({ element, count }) =>
        count === null ? element : `${element} (of ${count})`,
      );
      return decided(false, `missing: ${names.join(', ')}`, [found.id], numbers);
    }
    if (match === 'unknown') return unknown(matchReason, [found.id], numbers);
    return decided(
      true,
      `all minimum elements of ${components} components; ${matchReason}`,
      [found.id],
      numbers,
    );
  },
};
