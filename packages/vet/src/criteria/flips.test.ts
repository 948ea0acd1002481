import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Verdict } from '@toolcrib/model';
import { goodFacts, SUBJECT } from '../testing/evidence.ts';
import { NOW } from '../testing/repository.ts';
import { at, DAY, type Thresholds, verdicts } from '../testing/verdicts.ts';
import { CRITERIA } from './index.ts';

type Facts = ReturnType<typeof goodFacts>;

/** The releases, oldest first, are that many days old. */
const aged =
  (days: readonly number[]) =>
  ({ 'git.releases': { releases } }: Facts) => {
    for (const [index, release] of releases.entries()) release.at = at(days[index] ?? 0);
  };
/** Who may sign the good tool's releases. */
const PINNED: Thresholds = {
  'verified-signature': {
    signers: {
      [SUBJECT.purl]: [{ id: 'https://example.org/release', issuer: 'https://issuer.example.org' }],
    },
  },
};

/**
 * One input changed, one verdict flipped, every other the same. `spoil` changes the facts of the good tool; `threshold`
 * is an input too. `also` names what rests on the very same input and must flip with it; `given` holds before and after.
 */
const FLIPS: {
  criterion: string;
  to: Verdict;
  why: string;
  spoil?: (facts: Facts) => void;
  threshold?: object;
  also?: Record<string, Verdict>;
  given?: Thresholds;
}[] = [
  {
    criterion: 'verified-signature',
    to: 'fail',
    why: 'another than the pinned one signed',
    given: PINNED,
    spoil: ({ 'release.signature': { signer } }) => void (signer.id = 'https://example.org/thief'),
    also: { 'signer-unchanged': 'fail' },
  },
  {
    criterion: 'verified-signature',
    to: 'fail',
    why: 'the signature is not over these bytes',
    given: PINNED,
    spoil: ({ 'release.signature': signature }) => void (signature.cryptography = 'fail'),
    also: { 'signer-unchanged': 'unknown', 'verified-provenance': 'unknown' },
  },
  {
    criterion: 'verified-signature',
    to: 'unknown',
    why: 'it could not be verified',
    given: PINNED,
    spoil: ({ 'release.signature': signature }) => void (signature.cryptography = 'unknown'),
    also: { 'signer-unchanged': 'unknown', 'verified-provenance': 'unknown' },
  },
  {
    criterion: 'verified-signature',
    to: 'unknown',
    why: 'the pinned signer signed another file of the release',
    given: PINNED,
    spoil: ({ 'release.artefact': artefact }) => void (artefact.sha256 = 'c'.repeat(64)),
    also: { 'verified-provenance': 'unknown', 'signer-unchanged': 'unknown' },
  },
  {
    criterion: 'verified-provenance',
    to: 'fail',
    why: 'it was built from another repository',
    spoil: ({ 'release.signature': { provenance } }) => {
      provenance.matches = 'fail';
    },
  },
  {
    criterion: 'verified-provenance',
    to: 'unknown',
    why: 'it was built from a branch',
    spoil: ({ 'release.signature': { provenance } }) => {
      provenance.matches = 'unknown';
    },
  },
  {
    criterion: 'signer-unchanged',
    to: 'fail',
    why: 'the version in use was signed by another',
    spoil: ({ 'release.previous': previous }) => {
      previous.signers = [{ id: 'https://example.org/old', issuer: 'https://issuer.example.org' }];
    },
  },
  {
    criterion: 'signer-unchanged',
    to: 'fail',
    why: 'the same name was vouched for by another issuer',
    spoil: ({ 'release.previous': previous }) => {
      previous.signers = [{ id: 'https://example.org/release', issuer: 'https://other.example.org' }];
    },
  },
  {
    criterion: 'signer-unchanged',
    to: 'unknown',
    why: 'no signature of the version in use was verified',
    spoil: ({ 'release.previous': previous }) => {
      previous.signers = [];
    },
  },
  {
    criterion: 'sbom-complete',
    to: 'fail',
    why: 'a minimum element is missing',
    spoil: ({ 'release.sbom': sbom }) => {
      sbom.missing.push({ element: 'supplier', count: 2 });
    },
  },
  {
    criterion: 'sbom-complete',
    to: 'unknown',
    why: 'it names no digest',
    spoil: ({ 'release.sbom': sbom }) => {
      sbom.match = 'unknown';
    },
  },
  {
    criterion: 'active-contributors',
    to: 'fail',
    why: 'the others left more than a year ago',
    spoil: ({ 'git.history': { contributors } }) => {
      for (const person of contributors.slice(1)) person.days = [Math.floor(NOW / DAY) - 400, 30];
    },
    also: { 'absence-factor': 'fail' },
  },
  {
    criterion: 'active-contributors',
    to: 'unknown',
    why: 'fewer days are kept than the window has',
    spoil: ({ 'git.history': history }) => void (history.daysFrom = Math.floor(NOW / DAY) - 200),
    also: { 'absence-factor': 'unknown' },
  },
  {
    criterion: 'absence-factor',
    to: 'unknown',
    why: 'fewer days are kept than the window has',
    spoil: ({ 'git.history': history }) => void (history.daysFrom = Math.floor(NOW / DAY) - 364),
    also: { 'active-contributors': 'unknown' },
  },
  { criterion: 'active-contributors', to: 'fail', why: 'more people wanted', threshold: { min: 4 } },
  {
    criterion: 'active-contributors',
    to: 'unknown',
    why: 'a window longer than what is kept',
    threshold: { days: 2000 },
  },
  {
    criterion: 'absence-factor',
    to: 'fail',
    why: 'one person makes most commits',
    spoil: (facts) => {
      const days = facts['git.history'].contributors[0]?.days ?? [];
      for (let index = 1; index < days.length; index += 2) days[index] = 50;
    },
  },
  {
    criterion: 'absence-factor',
    to: 'unknown',
    why: 'a window longer than what is kept',
    threshold: { days: 2000 },
  },
  {
    criterion: 'commit-cadence',
    to: 'fail',
    why: 'no commit for a quarter, though there were some before',
    spoil: ({ 'git.history': history }) => {
      for (const person of history.contributors) {
        const kept = [];
        for (let index = 0; index < person.days.length; index += 2)
          if ((person.days[index] ?? 0) < Math.floor(NOW / DAY) - 90)
            kept.push(person.days[index] ?? 0, person.days[index + 1] ?? 0);
        person.days = kept;
      }
    },
  },
  {
    criterion: 'commit-cadence',
    to: 'unknown',
    why: 'a project of two months',
    spoil: ({ 'git.history': history }) => void (history.firstAt = at(60)),
  },
  {
    criterion: 'release-cadence',
    to: 'fail',
    why: 'more than a year between most releases',
    spoil: aged([1400, 1300, 1200, 1090, 700, 20]),
  },
  {
    criterion: 'release-cadence',
    to: 'fail',
    why: 'a shorter interval wanted',
    threshold: { maxMedianDays: 30 },
  },
  {
    criterion: 'release-cadence',
    to: 'fail',
    why: 'slower than it was',
    spoil: ({ 'git.releases': { releases } }) => {
      for (const [index, age] of [1000, 990, 980, 970, 500, 20].entries())
        (releases[index] as { at: string }).at = at(age);
    },
    threshold: { maxSlowdown: 3 },
  },
  {
    criterion: 'release-cadence',
    to: 'unknown',
    why: 'two releases are no cadence',
    spoil: ({ 'git.releases': list }) => void (list.releases = list.releases.slice(-2)),
  },
  {
    criterion: 'release-cadence',
    to: 'unknown',
    why: 'a list that was cut',
    spoil: ({ 'git.releases': list }) => void (list.complete = false),
  },
  {
    criterion: 'release-age',
    to: 'fail',
    why: 'the latest release is more than a year old',
    spoil: aged([720, 650, 580, 510, 440, 400]),
  },
  {
    criterion: 'release-age',
    to: 'unknown',
    why: 'prereleases only',
    spoil: ({ 'git.releases': { releases } }) => {
      for (const release of releases) release.prerelease = true;
    },
    also: { 'release-cadence': 'unknown' },
  },
  { criterion: 'release-age', to: 'fail', why: 'a newer release wanted', threshold: { maxDays: 19 } },
  {
    criterion: 'cool-down',
    to: 'fail',
    why: 'published three days ago',
    spoil: ({ 'npm.version': version }) => void (version.publishedAt = at(3)),
  },
  {
    criterion: 'cool-down',
    to: 'unknown',
    why: 'published the day after tomorrow',
    spoil: ({ 'npm.version': version }) => void (version.publishedAt = at(-2)),
    also: { 'known-vulnerabilities': 'unknown' },
  },
  {
    criterion: 'fix-to-release',
    to: 'fail',
    why: 'a security fix that waits',
    spoil: ({ 'git.fixes': { fixes } }) =>
      void Object.assign(fixes[0] ?? {}, { release: null, releasedAt: null }),
  },
  {
    criterion: 'fix-to-release',
    to: 'unknown',
    why: 'no fix is named',
    spoil: ({ 'git.fixes': list }) => void (list.fixes = []),
  },
  {
    criterion: 'maintained',
    to: 'fail',
    why: 'its README says so',
    spoil: ({ 'git.files': { readme } }) =>
      void Object.assign(readme, { endOfLife: 'This project is archived.' }),
  },
  {
    criterion: 'maintained',
    to: 'fail',
    why: 'deprecated',
    spoil: ({ 'npm.version': version }) => void (version.deprecated = 'use another'),
  },
  {
    criterion: 'maintained',
    to: 'fail',
    why: 'no person for two years',
    spoil: ({ 'git.history': history }) => void (history.lastHumanAt = at(700)),
  },
  {
    criterion: 'maintained',
    to: 'fail',
    why: 'the README of the main branch says so, after the chosen version',
    spoil: ({ 'git.main': { readmes } }) =>
      void Object.assign(readmes[0] ?? {}, { endOfLife: 'This project is archived.' }),
  },
  {
    criterion: 'maintained',
    to: 'unknown',
    why: 'the README of the main branch is too large to be read',
    spoil: ({ 'git.main': { readmes } }) => void Object.assign(readmes[0] ?? {}, { sha256: null }),
  },
  {
    criterion: 'licence',
    to: 'unknown',
    why: 'a second licence file that nobody knows',
    spoil: ({ 'git.files': { licences } }) =>
      void licences.push({ path: 'LICENSE-EE', sha256: 'd'.repeat(64), spdx: null, likeness: 0.2 }),
  },
  {
    criterion: 'licence',
    to: 'fail',
    why: 'denied here, whichever of its ids is named',
    spoil: (facts) => {
      facts['git.files'].licences = [];
      facts['npm.version'].licence = 'AGPL-3.0-or-later';
    },
    threshold: { deny: ['AGPL-3.0-only'] },
  },
  {
    criterion: 'licence',
    to: 'fail',
    why: 'not approved by the OSI',
    spoil: (facts) => {
      facts['git.files'].licences = [];
      facts['npm.version'].licence = 'BUSL-1.1';
    },
  },
  {
    criterion: 'licence',
    to: 'unknown',
    why: 'text and declaration differ',
    spoil: ({ 'npm.version': version }) => void (version.licence = 'MIT'),
  },
  {
    criterion: 'licence',
    to: 'unknown',
    why: 'no SPDX expression',
    spoil: (facts) => {
      facts['git.files'].licences = [];
      facts['npm.version'].licence = 'SEE LICENSE IN LICENSE';
    },
  },
  { criterion: 'licence', to: 'fail', why: 'denied here', threshold: { deny: ['Apache-2.0'] } },
  {
    criterion: 'disclosure',
    to: 'fail',
    why: 'no policy',
    spoil: ({ 'git.files': files }) => void (files.security = []),
  },
  {
    criterion: 'disclosure',
    to: 'fail',
    why: 'no time frame',
    spoil: ({ 'git.files': { security } }) => void Object.assign(security[0] ?? {}, { timeframes: [] }),
  },
  {
    criterion: 'disclosure',
    to: 'fail',
    why: 'a year is too long',
    spoil: ({ 'git.files': { security } }) =>
      void Object.assign(security[0] ?? {}, { timeframes: [{ text: '1 year', days: 365 }] }),
  },
  {
    criterion: 'disclosure',
    to: 'unknown',
    why: 'the policy is too large to be read',
    spoil: ({ 'git.files': { security } }) => void Object.assign(security[0] ?? {}, { sha256: null }),
  },
  {
    criterion: 'signed-tags',
    to: 'fail',
    why: 'one of five is not signed',
    spoil: ({ 'git.tag-signatures': { tags } }) => void Object.assign(tags[3] ?? {}, { signature: null }),
  },
  {
    criterion: 'signed-tags',
    to: 'fail',
    why: 'a signed commit is no signed tag',
    spoil: ({ 'git.tag-signatures': { tags } }) => void Object.assign(tags[0] ?? {}, { signs: 'commit' }),
  },
  {
    criterion: 'signed-tags',
    to: 'unknown',
    why: 'no release tags',
    spoil: ({ 'git.tag-signatures': list }) => void (list.tags = []),
  },
  {
    criterion: 'signed-tags',
    to: 'unknown',
    why: 'signed tags of other versions only',
    spoil: ({ 'git.tag-signatures': list }) => void (list.tags = list.tags.slice(1)),
  },
  {
    criterion: 'sbom',
    to: 'fail',
    why: 'the one that was given is of another version',
    spoil: (facts) =>
      void Object.assign(facts, {
        'sbom.file': {
          format: 'cyclonedx',
          specVersion: '1.6',
          describes: 'pkg:npm/tool@1.4.0',
          components: 3,
        },
      }),
  },
  {
    criterion: 'sbom',
    to: 'unknown',
    why: 'none in the repository, and the one beside the release is not known to be of these bytes',
    spoil: ({ 'git.files': files, 'release.sbom': released }) => {
      files.sboms = [];
      released.match = 'unknown';
    },
    also: { 'sbom-complete': 'unknown' },
  },
  {
    criterion: 'sbom',
    to: 'unknown',
    why: 'a file that is only called so, and the one beside the release is not known to be of these bytes',
    spoil: ({ 'git.files': { sboms }, 'release.sbom': released }) => {
      Object.assign(sboms[0] ?? {}, { format: null });
      released.match = 'unknown';
    },
    also: { 'sbom-complete': 'unknown' },
  },
  {
    criterion: 'known-vulnerabilities',
    to: 'unknown',
    why: 'a part of the data',
    spoil: ({ 'osv.records': data }) => void (data.partial = 'it is a single record'),
  },
  {
    criterion: 'known-vulnerabilities',
    to: 'unknown',
    why: 'an export from before this version',
    spoil: ({ 'osv.records': data }) => void (data.newest = at(21)),
  },
  {
    criterion: 'known-vulnerabilities',
    to: 'fail',
    why: 'affected',
    spoil: ({ 'osv.records': { ofPackage } }) => void Object.assign(ofPackage[0] ?? {}, { affects: 'yes' }),
  },
  {
    criterion: 'known-vulnerabilities',
    to: 'unknown',
    why: 'not decidable',
    spoil: ({ 'osv.records': { ofPackage } }) =>
      void Object.assign(ofPackage[0] ?? {}, { affects: 'unknown' }),
  },
  {
    criterion: 'known-vulnerabilities',
    to: 'unknown',
    why: 'an empty answer proves nothing',
    spoil: ({ 'osv.records': list }) => void (list.ofPackage = []),
  },
  {
    criterion: 'declared-provenance',
    to: 'fail',
    why: 'none, though the registry hands them on',
    spoil: ({ 'npm.version': version }) => void (version.provenance = null),
  },
  {
    criterion: 'declared-provenance',
    to: 'unknown',
    why: 'the registry was not asked',
    spoil: (facts) => void delete (facts as Partial<Facts>)['npm.version'],
  },
];

test('the table flips each criterion both ways by what was found, not only by what was wanted', () => {
  const flipped = (to: Verdict) =>
    new Set(
      FLIPS.filter((row) => row.to === to && row.spoil !== undefined && row.threshold === undefined).map(
        ({ criterion }) => criterion,
      ),
    );
  // What is still to come can't be anything but unknown.
  const all = new Set(CRITERIA.map(({ id }) => id).filter((id) => id !== 'trial-record'));
  assert.deepEqual(
    [all.difference(flipped('fail')), all.difference(flipped('unknown'))],
    [new Set(), new Set()],
  );
});

for (const { criterion, to, why, spoil, threshold, also = {}, given = {} } of FLIPS) {
  test(`${criterion} becomes ${to}, and nothing else changes: ${why}`, () => {
    const facts = goodFacts();
    const before = verdicts(goodFacts(), given);
    spoil?.(facts);
    const after = verdicts(facts, threshold === undefined ? given : { [criterion]: threshold });
    for (const id of [criterion, ...Object.keys(also)]) assert.equal(before[id], 'pass', id);
    assert.deepEqual(after, { ...before, ...also, [criterion]: to });
  });
}
