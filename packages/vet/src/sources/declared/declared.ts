import type { ExpectedSigner } from '../../verify/expected.ts';
import { parsePurl } from '../../verify/provenance.ts';
import { matchesConstraint } from './constraint.ts';
import type { AquaPackage, AquaSigning } from './registry.ts';

/** What the registry says a release of one version is signed with. Declared, never verified. */
export interface Declared {
  purl: string;
  version: string;
  methods: DeclaredMethod[];
  /** Why nothing can be said, where that is so. */
  undecided?: string;
}

interface DeclaredMethod {
  scheme: 'checksums' | 'cosign' | 'slsa-provenance' | 'minisign' | 'github-attestation';
  /** What it is over: the artefact, or the checksum file that names the artefact. */
  over: 'artefact' | 'checksum file';
  /** What to fetch, by the option of `vet verify` that takes it; names and addresses are templates of the registry's. */
  files: DeclaredFiles;
  /** Whom the registry names as signer: something to check and then to pin, not something pinned. */
  signer?: ExpectedSigner;
  /** Further claims: source repository of the provenance, algorithm of the checksums. */
  claims: Record<string, string>;
}

type DeclaredFiles = Partial<Record<'bundle' | 'signature' | 'certificate' | 'key' | 'checksums', string>>;

const GITHUB_ACTIONS = 'https://token.actions.githubusercontent.com';

/** @returns undefined when the registry does not know the tool: that says nothing about its releases */
export function declaredFor(
  packages: readonly AquaPackage[],
  purl: string,
  version: string,
): Declared | undefined {
  const wanted = parsePurl(purl);
  const found = packages.find((one) => isPackage(one, wanted?.namespace ?? undefined, wanted?.name));
  if (found === undefined || wanted === undefined) return undefined;
  const chosen = signingFor(found, version);
  if (typeof chosen === 'string') return { purl, version, methods: [], undecided: chosen };
  return { purl, version, methods: methodsOf(chosen) };
}

function isPackage(one: AquaPackage, owner: string | undefined, name: string | undefined): boolean {
  const same = (a: string | undefined, b: string | undefined) => a?.toLowerCase() === b?.toLowerCase();
  if (one.repo_owner !== undefined) return same(one.repo_owner, owner) && same(one.repo_name, name);
  return one.name !== undefined && same(one.name, [owner, name].filter(Boolean).join('/'));
}

/**
 * The package's own settings where its constraint holds, else those of the first override that does, laid over it. A
 * constraint that is not understood ends the search: whatever comes after it may not be reached.
 */
function signingFor(one: AquaPackage, version: string): AquaSigning | string {
  const own = matchesConstraint(one.version_constraint ?? 'true', version, one.version_prefix);
  if (own === undefined) return `the constraint ${one.version_constraint} is not understood`;
  if (own) return one;
  for (const override of one.version_overrides ?? []) {
    const matches = matchesConstraint(override.version_constraint, version, one.version_prefix);
    if (matches === undefined) return `the constraint ${override.version_constraint} is not understood`;
    if (matches) return { ...one, ...override };
  }
  return `the registry has no entry for version ${version}`;
}

function methodsOf(signing: AquaSigning): DeclaredMethod[] {
  const { checksum } = signing;
  const methods: DeclaredMethod[] = [];
  if (checksum && checksum.enabled !== false) {
    const algorithm = checksum.algorithm;
    methods.push({
      scheme: 'checksums',
      over: 'artefact',
      files: files({ checksums: at(checksum) }),
      claims: { ...(algorithm && { algorithm }) },
    });
    methods.push(...signatures(checksum, 'checksum file', files({ checksums: at(checksum) })));
  }
  methods.push(...signatures(signing, 'artefact', {}));
  const slsa = signing.slsa_provenance;
  if (slsa && slsa.enabled !== false) {
    const claims = {
      ...(slsa.source_uri && { source: slsa.source_uri }),
      ...(slsa.source_tag && { tag: slsa.source_tag }),
    };
    methods.push({ scheme: 'slsa-provenance', over: 'artefact', files: files({ bundle: at(slsa) }), claims });
  }
  return methods;
}

type Signed = Pick<AquaSigning, 'cosign' | 'minisign' | 'github_artifact_attestations'>;

function signatures(signed: Signed, over: DeclaredMethod['over'], beside: DeclaredFiles): DeclaredMethod[] {
  const { cosign, minisign, github_artifact_attestations: attestations } = signed;
  const methods: DeclaredMethod[] = [];
  if (cosign && cosign.enabled !== false) {
    const signer = cosignSigner(cosign.opts ?? []);
    methods.push({
      scheme: 'cosign',
      over,
      files: { ...beside, ...cosignFiles(cosign) },
      ...(signer && { signer }),
      claims: {},
    });
  }
  if (minisign && minisign.enabled !== false) {
    const key = minisign.public_key;
    const signer = key ? { kind: 'minisign' as const, key } : undefined;
    methods.push({
      scheme: 'minisign',
      over,
      files: { ...beside, ...files({ signature: at(minisign) }) },
      ...(signer && { signer }),
      claims: {},
    });
  }
  if (attestations && attestations.enabled !== false) {
    const workflow: string | undefined = attestations.signer_workflow ?? attestations['signer-workflow'];
    const signer: ExpectedSigner | undefined = workflow
      ? {
          kind: 'certificate-pattern',
          pattern: `^https://github\\.com/${quoted(workflow)}@.+$`,
          issuer: GITHUB_ACTIONS,
        }
      : undefined;
    methods.push({
      scheme: 'github-attestation',
      over,
      files: beside,
      ...(signer && { signer }),
      claims: {},
    });
  }
  return methods;
}

const at = ({ asset, url }: { asset?: string; url?: string } = {}) => asset || url || undefined;

/** Without those that the registry does not name. */
function files(named: { [name in keyof DeclaredFiles]: string | undefined }): DeclaredFiles {
  return Object.fromEntries(Object.entries(named).filter(([, file]) => file !== undefined));
}

/** A bundle, or what the registry passes on to cosign by its options. */
function cosignFiles(cosign: NonNullable<Signed['cosign']>): DeclaredFiles {
  const bundle = at(cosign.bundle) ?? option(cosign.opts ?? [], '--bundle');
  if (bundle !== undefined) return { bundle };
  const of = (name: 'signature' | 'certificate' | 'key') =>
    at(cosign[name]) ?? option(cosign.opts ?? [], `--${name}`);
  return files({ signature: of('signature'), certificate: of('certificate'), key: of('key') });
}

function option(opts: readonly string[], name: string): string | undefined {
  const at = opts.indexOf(name);
  return at >= 0 ? opts[at + 1] : opts.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1);
}

const quoted = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** cosign's own options, as the registry passes them on; a pattern is only taken where it is anchored at both ends. */
function cosignSigner(opts: readonly string[]): ExpectedSigner | undefined {
  const issuer = option(opts, '--certificate-oidc-issuer');
  const identity = option(opts, '--certificate-identity');
  const pattern = option(opts, '--certificate-identity-regexp');
  // A template ({{.Version}}) would have to be filled in first, and is then still only declared.
  if (issuer === undefined || issuer.includes('{{')) return undefined;
  if (identity !== undefined && !identity.includes('{{')) return { kind: 'certificate', identity, issuer };
  const anchored = pattern?.startsWith('^') && pattern.endsWith('$');
  return pattern !== undefined && anchored ? { kind: 'certificate-pattern', pattern, issuer } : undefined;
}
