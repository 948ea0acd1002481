import type { Subject } from '../facts/evidence.ts';
import { type Fact, sha256 } from '../facts/fact.ts';
import type { FactType, FactValue } from '../facts/index.ts';
import { NOW } from './repository.ts';

const DAY = 86_400_000;
const today = Math.floor(NOW / DAY);
const at = (daysAgo: number) => new Date(NOW - daysAgo * DAY).toISOString();
const ID = 'a'.repeat(40);
const HASH = 'b'.repeat(64);

export const SUBJECT: Subject = { purl: 'pkg:npm/tool', name: 'tool', version: '1.5.0' };

type Values = { [T in FactType]?: FactValue<T> };

const person = (name: string, days: number[]) => ({
  name,
  address: sha256(name).slice(0, 16),
  bot: false,
  commits: days.length,
  days: days.toSorted((a, b) => b - a).flatMap((daysAgo) => [today - daysAgo, 1]),
});

/** Facts of a tool that meets every criterion that can be met; built anew each time, so that a test may spoil one. */
export function goodFacts() {
  const weekly = Array.from({ length: 50 }, (_, week) => week * 7 + 1);
  const signature = { scheme: 'ssh' as const, signer: 'SHA256:abc' };
  const versions = ['1.0.0', '1.1.0', '1.2.0', '1.3.0', '1.4.0', '1.5.0'];
  const ages = [370, 300, 230, 160, 90, 20];
  return {
    'git.history': {
      ref: 'refs/heads/main',
      commit: ID,
      firstAt: at(800),
      lastAt: at(1),
      lastHumanAt: at(1),
      commits: 100,
      merges: 3,
      future: 0,
      daysFrom: today - 1096,
      contributors: [
        person('Aiko', weekly),
        person('Ben', weekly.slice(0, 40)),
        person('Chris', weekly.slice(0, 30)),
      ],
    },
    'git.releases': {
      tags: 6,
      prefix: 'v',
      complete: true as boolean,
      chosen: 'v1.5.0',
      releases: versions.map((version, index) => ({
        tag: `v${version}`,
        version,
        at: at(ages[index] ?? 0),
        prerelease: false as boolean,
        annotated: true,
      })),
    },
    'git.tag-signatures': {
      tags: versions.toReversed().map((version) => ({
        tag: `v${version}`,
        object: ID,
        signs: 'tag' as const,
        tagger: 'Aiko',
        signature: signature as typeof signature | null,
      })),
    },
    'git.fixes': {
      found: 2,
      from: at(1095),
      fixes: [
        {
          commit: ID,
          at: at(100),
          kind: 'security' as const,
          ids: ['CVE-2026-12345'],
          release: 'v1.4.0' as string | null,
          releasedAt: at(90) as string | null,
        },
        {
          commit: ID,
          at: at(200),
          kind: 'bug' as const,
          ids: [] as string[],
          release: 'v1.3.0' as string | null,
          releasedAt: at(160) as string | null,
        },
      ],
    },
    'git.main': {
      commit: ID,
      readmes: [{ path: 'README.md', sha256: HASH, endOfLife: null as string | null }],
    },
    'git.files': {
      commit: ID,
      revision: 'v1.5.0',
      files: 10,
      submodules: 0,
      licences: [{ path: 'LICENSE', sha256: HASH, spdx: 'Apache-2.0' as string | null, likeness: 1 }],
      declaredLicences: [],
      security: [
        {
          path: 'SECURITY.md',
          sha256: HASH,
          contact: true,
          timeframes: [{ text: 'within 14 days', days: 14 }],
        },
      ],
      readme: { path: 'README.md', sha256: HASH, endOfLife: null as string | null },
      contributing: [],
      codeowners: [],
      sboms: [{ path: 'sbom.cdx.json', sha256: HASH, format: 'cyclonedx' as 'cyclonedx' | null }],
      lockFiles: [],
      ci: [],
    },
    'npm.version': {
      version: '1.5.0',
      publishedAt: at(20) as string | null,
      deprecated: null as string | null,
      licence: 'Apache-2.0' as string | null,
      integrity: 'sha512-x',
      signatures: ['SHA256:key'],
      provenance: 'https://slsa.dev/provenance/v1' as string | null,
      installScripts: [],
      dependencies: 0,
    },
    'osv.records': {
      records: 100,
      newest: at(2),
      partial: null as string | null,
      ofPackage: [
        {
          id: 'GHSA-1',
          aliases: ['CVE-1'],
          summary: '',
          published: null,
          withdrawn: false,
          severity: null,
          affects: 'no' as 'yes' | 'no' | 'unknown',
          fixed: ['1.2.0'],
        },
      ],
    },
    'release.signature': {
      proof: ['tool.sigstore.json'],
      scheme: 'sigstore-bundle',
      cryptography: 'pass' as 'pass' | 'fail' | 'unknown',
      reason: 'provenance of https://example.org/release',
      signer: { id: 'https://example.org/release', issuer: 'https://issuer.example.org', name: null },
      signedAt: at(20),
      timeFrom: 'transparency-log',
      sha256: HASH,
      provenance: {
        builder: 'https://example.org/builder',
        repository: 'https://example.org/tool' as string | null,
        ref: 'refs/tags/v1.5.0' as string | null,
        slsaLevel: '2',
        matches: 'pass' as 'pass' | 'fail' | 'unknown',
        reason: 'as it should be',
      },
    },
    'release.artefact': { name: 'tool', size: 1, sha256: HASH, executables: [], findings: [] },
    'release.previous': {
      version: '1.4.0',
      signers: [{ id: 'https://example.org/release', issuer: 'https://issuer.example.org' as string | null }],
    },
    'release.sbom': {
      format: 'cyclonedx',
      specVersion: '1.6',
      components: 3,
      licences: ['MIT'],
      missing: [] as { element: string; count: number | null }[],
      match: 'pass' as 'pass' | 'fail' | 'unknown',
      matchReason: 'it describes these bytes',
    },
  } satisfies Values;
}

export function factsFrom(values: Values): Fact[] {
  return Object.entries(values).map(
    ([type, value]) =>
      ({
        id: type,
        subject: SUBJECT.purl,
        source: { kind: 'test', location: 'test' },
        collectedAt: at(0),
        sha256: sha256(JSON.stringify(value)),
        type,
        value,
      }) as Fact,
  );
}
