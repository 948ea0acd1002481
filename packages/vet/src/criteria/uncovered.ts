import type { EvidenceView } from './criterion.ts';

/** Names of the release's artefacts that none of these facts is about: what holds of one file holds of no other. */
export function uncovered(evidence: EvidenceView, sha256s: readonly string[]): string[] {
  return evidence
    .all('release.artefact')
    .filter(({ value }) => !sha256s.includes(value.sha256))
    .map(({ value }) => value.name);
}
