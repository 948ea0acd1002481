import { printable } from './stop.ts';
import type { BuildClaims, Verification } from './verification.ts';

/** Who knows what was built in a host's repositories: nobody but the host itself. */
const ISSUER_OF: Record<string, string> = {
  'github.com': 'https://token.actions.githubusercontent.com',
  'gitlab.com': 'https://gitlab.com',
};

/**
 * For provenance that nobody's pin stands behind: whether its certificate was given out on the word of the host that
 * its source is on, and whether it names the builder too. Any issuer can claim any repository.
 * @returns why it may be what the signer likes to say; undefined where the host itself says so
 */
export function vouchedFor({
  signer,
  statement,
}: Pick<Verification, 'signer' | 'statement'>): string | undefined {
  const provenance = statement?.provenance;
  if (signer?.kind !== 'certificate' || provenance === undefined)
    return 'no certificate says where it was built';
  const { sourceRepository } = signer.build;
  const host = URL.parse(sourceRepository ?? '')?.host ?? '';
  const issuer = Object.hasOwn(ISSUER_OF, host) ? ISSUER_OF[host] : undefined;
  if (issuer === undefined)
    return `who may vouch for what is built on ${printable(host) || 'no host'} is not known here`;
  if (signer.issuer !== issuer)
    return `${printable(signer.issuer)} vouched for it, who does not know what is built on ${host}`;
  if (!namesBuilder(signer.build, provenance.builder))
    return `only the signer says that ${printable(provenance.builder)} built it, and the certificate does not`;
  return undefined;
}

/**
 * Builders are called by their workflow (slsa-github-generator, actions/attest-build-provenance), by the run (BuildKit),
 * or by the kind of runner (npm, GitHub, GitLab).
 */
function namesBuilder(build: BuildClaims, builder: string): boolean {
  if ([build.buildSigner, build.buildConfig, build.run].includes(builder)) return true;
  const runner = /^https:\/\/github\.com\/actions\/runner(?:\/(github-hosted|self-hosted))?$/.exec(builder);
  if (runner !== null) return build.runner !== undefined && (runner[1] ?? build.runner) === build.runner;
  return builder.startsWith(`${build.sourceRepository}/-/runners/`);
}
