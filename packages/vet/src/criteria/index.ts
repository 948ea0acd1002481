import { absenceFactorCriterion } from './absence-factor.ts';
import { activeContributors } from './active-contributors.ts';
import { commitCadence } from './commit-cadence.ts';
import { coolDown } from './cool-down.ts';
import type { Criterion } from './criterion.ts';
import { declaredProvenance } from './declared-provenance.ts';
import { disclosure } from './disclosure.ts';
import { fixToRelease } from './fix-to-release.ts';
import { knownVulnerabilities } from './known-vulnerabilities.ts';
import { licence } from './licence.ts';
import { maintained } from './maintained.ts';
import { releaseAge } from './release-age.ts';
import { releaseCadence } from './release-cadence.ts';
import { sbom } from './sbom.ts';
import { sbomComplete } from './sbom-complete.ts';
import { signedTags } from './signed-tags.ts';
import { signerUnchanged } from './signer-unchanged.ts';
import { trialRecord } from './trial-record.ts';
import { verifiedProvenance } from './verified-provenance.ts';
import { verifiedSignature } from './verified-signature.ts';

/**
 * Every criterion, in the order reports show them. To add one: a file beside this, one line here. Each is paired with
 * its own threshold schema, so the list may forget the threshold types.
 */
export const CRITERIA: readonly Criterion[] = [
  activeContributors,
  absenceFactorCriterion,
  commitCadence,
  releaseCadence,
  releaseAge,
  coolDown,
  fixToRelease,
  maintained,
  licence,
  disclosure,
  signedTags,
  declaredProvenance,
  verifiedSignature,
  verifiedProvenance,
  signerUnchanged,
  sbom,
  sbomComplete,
  knownVulnerabilities,
  trialRecord,
] as unknown as readonly Criterion[];

export function criterionById(id: string): Criterion | undefined {
  return CRITERIA.find((criterion) => criterion.id === id);
}
