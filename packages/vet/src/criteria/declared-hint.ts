import type { EvidenceView, Judgement } from './criterion.ts';

/** Schemes that can answer each question; a checksum file alone answers neither. */
const ANSWERS: Record<'signature' | 'provenance', readonly string[]> = {
  signature: ['cosign', 'minisign', 'github-attestation', 'slsa-provenance'],
  provenance: ['slsa-provenance', 'github-attestation'],
};

const SCHEMES: Record<string, string> = {
  cosign: 'a cosign signature',
  minisign: 'a minisign signature',
  'github-attestation': 'a GitHub artifact attestation',
  'slsa-provenance': 'SLSA provenance',
};

/**
 * Says beside an `unknown` what aqua's registry declares of the release, and which file to fetch and give. What is
 * declared was verified by nobody: the verdict stays as it is.
 */
export function withDeclared(
  judgement: Judgement,
  evidence: EvidenceView,
  question: keyof typeof ANSWERS,
): Judgement {
  const [declared] = evidence.all('release.declared');
  if (judgement.verdict !== 'unknown' || declared === undefined) return judgement;
  const artefact = evidence.first('release.artefact')?.value.name;
  const { version } = evidence.subject;
  const hints = declared.value.methods
    .filter(({ scheme }) => ANSWERS[question].includes(scheme))
    .map(({ scheme, over, files }) => {
      // What is signed is the artefact, or the checksum file: the registry calls either its asset.
      const signed = over === 'artefact' ? artefact : fill(files.checksums, artefact, version);
      const given = Object.entries(files).map(([option, name]) => {
        const asset = option === 'checksums' ? artefact : signed;
        return `${fill(name, asset, version)} with --${option}`;
      });
      if (scheme === 'github-attestation') given.push('what `gh attestation download` writes with --bundle');
      const next = given.length > 0 ? `: give ${given.join(', ')}` : '';
      return `${SCHEMES[scheme]} over the ${over}${next}`;
    });
  if (hints.length === 0) return judgement;
  return {
    ...judgement,
    reason: `${judgement.reason}; declared, and verified by nobody yet, is ${hints.join(', or ')}`,
    evidence: [...judgement.evidence, declared.id],
  };
}

/** Fills in what is known of the registry's templates (https://aquaproj.github.io/docs/reference/registry-config/); the rest stays. */
function fill(template = '', asset?: string, version?: string): string {
  const bare = version?.replace(/^v(?=\d)/, '');
  return template
    .slice(0, 300)
    .replaceAll(/\{\{\s*\.Asset\s*\}\}/g, (whole) => asset ?? whole)
    .replaceAll(/\{\{\s*(?:trimV\s+\.Version|\.SemVer)\s*\}\}/g, (whole) => bare ?? whole);
}
