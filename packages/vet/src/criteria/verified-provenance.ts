import { z } from 'zod';
import { CITED } from './cited.ts';
import { type Criterion, missing } from './criterion.ts';
import { withDeclared } from './declared-hint.ts';
import { decided, unknown } from './figures.ts';
import { uncovered } from './uncovered.ts';

const threshold = z.strictObject({});

export const verifiedProvenance: Criterion<z.infer<typeof threshold>> = {
  id: 'verified-provenance',
  title: 'Provenance verified',
  definition:
    "A verified attestation names builder, source repository and version of this release, and they are those of the tool's purl. The SLSA level is the one that the builder's operator publishes.",
  source: CITED.slsa,
  passes:
    'a verified attestation names builder, source repository and version of this release, and they are those of the tool’s purl',
  from: '`--file` (a release)',
  threshold,
  mend: 'uses: actions/attest-build-provenance   # in the release workflow',
  judge(evidence) {
    const found = evidence.all('release.signature');
    if (found.length === 0)
      return withDeclared(
        missing(evidence, 'release.signature', 'a release file with proofs'),
        evidence,
        'provenance',
      );
    const attested = found.flatMap(({ id, value }) =>
      // Provenance of another tool or version fails as a signature too; one that does not hold is none.
      value.provenance === null || (value.cryptography !== 'pass' && value.provenance.matches !== 'fail')
        ? []
        : [{ id, sha256: value.sha256, ...value.provenance }],
    );
    const failed = attested.find(({ matches }) => matches === 'fail');
    if (failed !== undefined) return decided(false, failed.reason, [failed.id], { builder: failed.builder });
    const passed = attested.filter(({ matches }) => matches === 'pass');
    const [good] = passed;
    if (good !== undefined) {
      const others = uncovered(
        evidence,
        passed.map(({ sha256 }) => sha256),
      );
      if (others.length > 0)
        return unknown(
          `no provenance of ${others.join(', ')} was verified`,
          passed.map(({ id }) => id),
        );
      const { builder, repository, ref, slsaLevel } = good;
      return decided(true, `built from ${repository} ${ref} by ${builder}`, [good.id], {
        builder,
        repository,
        ref,
        slsaLevel,
      });
    }
    const reasons = attested.map(({ reason }) => reason);
    const answer = unknown(
      reasons.join('; ') || 'no proof of the release is provenance that could be verified',
      found.map(({ id }) => id),
    );
    return withDeclared(answer, evidence, 'provenance');
  },
};
