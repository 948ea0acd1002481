/** What is read of an SBOM, whatever its format; nothing is filled in that does not stand there. */
export interface Sbom {
  format: 'cyclonedx' | 'spdx';
  specVersion: string;
  /** People or organisations; a tool alone made it, but nobody answers for it. */
  authors: string[];
  tools: string[];
  /** RFC 3339 as written. */
  timestamp?: string;
  /** What the document is about. */
  subject?: Component;
  components: Component[];
  /** Edges of the dependency graph. */
  dependencies: number;
  /** Components (with the subject) that stand in no relationship. */
  unrelated: number;
}

export interface Component {
  name?: string;
  version?: string;
  supplier?: string;
  purl?: string;
  /** Other identifiers: CPE, SWID tag, and hashes of the component. */
  identifiers: string[];
  /** Lower-case hex by algorithm name of node:crypto. */
  hashes: Record<string, string>;
  /** Algorithms for which it names two different digests; which of them is meant cannot be told. */
  contradicting: string[];
  licences: string[];
}

export const SBOM_LIMITS = { bytes: 64 * 1024 * 1024, depth: 200, components: 200_000, values: 2_000_000 };

const HASHES: Record<string, string> = {
  'SHA-256': 'sha256',
  SHA256: 'sha256',
  'SHA-384': 'sha384',
  SHA384: 'sha384',
  'SHA-512': 'sha512',
  SHA512: 'sha512',
  'SHA-1': 'sha1',
  SHA1: 'sha1',
  MD5: 'md5',
};

/** CycloneDX and SPDX spell algorithms differently; unknown ones are left out. */
function hashName(algorithm: string): string | undefined {
  return HASHES[algorithm.toUpperCase()];
}

/** A text that says something; blanks, and SPDX's "nobody said" and "there is none" (which others write too), do not. */
export function said(text: string | undefined): string | undefined {
  const trimmed = text?.trim();
  return trimmed === undefined || ['', 'NOASSERTION', 'NONE'].includes(trimmed) ? undefined : trimmed;
}

/** Syft gives a file that has no version its digest for one: that names no other version. */
export const isDigest = (version: string) => /^sha(?:1|256|384|512):[0-9a-f]+$/i.test(version);

/** Digests by algorithm. Of two that differ neither is taken. */
export function digestsOf(
  list: readonly { algorithm: string; hex: string }[],
): Pick<Component, 'hashes' | 'contradicting'> {
  const hashes: Record<string, string> = {};
  const contradicting = new Set<string>();
  for (const { algorithm, hex } of list) {
    const name = hashName(algorithm);
    const value = hex.trim().toLowerCase();
    if (name === undefined || value === '') continue;
    if (hashes[name] !== undefined && hashes[name] !== value) contradicting.add(name);
    hashes[name] = value;
  }
  for (const name of contradicting) delete hashes[name];
  return { hashes, contradicting: [...contradicting] };
}
