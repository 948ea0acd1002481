import { z } from 'zod';
import type { Fact } from '../facts/fact.ts';
import { type Criterion, type Judgement, missing } from './criterion.ts';
import { decided, unknown } from './figures.ts';

const threshold = z.strictObject({});

export const sbomComplete: Criterion<z.infer<typeof threshold>> = {
  id: 'sbom-complete',
  title: 'SBOM complete and of these bytes',
  definition:
    "The release's SBOM has every one of NTIA's minimum elements, and describes the very bytes of the artefact in this version (or those of the only executable within it, or of each of several).",
  source: {
    title: 'NTIA, The Minimum Elements For a Software Bill of Materials (2021-07-12)',
    url: 'https://www.ntia.gov/report/2021/minimum-elements-software-bill-materials-sbom',
  },
  passes: 'the release’s SBOM has all of NTIA’s minimum elements, and describes these very bytes',
  from: '`--file` (a release)',
  threshold,
  mend: 'syft TOOL -o cyclonedx-json > TOOL.cdx.json   # with supplier, author and the digest of TOOL filled in',
  judge(evidence) {
    const all = evidence.all('release.sbom');
    if (all.length === 0) return missing(evidence, 'release.sbom', 'a release file with an SBOM');
    // Of several artefacts each has its own; the worst decides.
    const judged = all.map(judgeOne);
    const worst =
      judged.find(({ verdict }) => verdict === 'fail') ??
      judged.find(({ verdict }) => verdict === 'unknown') ??
      judged[0];
    const without = evidence.all('release.artefact').length - all.length;
    if (worst?.verdict === 'pass' && without > 0)
      return unknown(
        `${without} of the release's artefacts have no SBOM`,
        all.map(({ id }) => id),
      );
    return worst ?? missing(evidence, 'release.sbom', 'a release file with an SBOM');
  },
};

function judgeOne(found: Fact<'release.sbom'>): Judgement {
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
}
