import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Verdict } from '../../model/index.ts';
import { isFactType } from '../pack/facts/index.ts';
import type { Gap } from '../pack/schema.ts';
import { factsFrom, goodFacts, SUBJECT } from '../testing/evidence.ts';
import { NOW } from '../testing/repository.ts';
import { viewOf } from './criterion.ts';
import { CRITERIA, criterionById } from './index.ts';

type Facts = ReturnType<typeof goodFacts>;
type Thresholds = Record<string, object>;

function verdicts(
  facts: Parameters<typeof factsFrom>[0],
  thresholds: Thresholds = {},
  gaps: Gap[] = [],
  version: string | undefined = '1.5.0',
): Record<string, Verdict> {
  const view = viewOf({ ...SUBJECT, version }, factsFrom(facts), gaps);
  return Object.fromEntries(
    CRITERIA.map(({ id, judge, threshold }) => [
      id,
      judge(view, threshold.parse(thresholds[id] ?? {}), NOW).verdict,
    ]),
  );
}

test('a good tool passes all but what is still to come', () => {
  const { 'trial-record': behaviour, 'verified-signature': signature, ...rest } = verdicts(goodFacts());
  assert.equal(behaviour, 'unknown');
  // Nobody is pinned by default: a good signature is only proposed.
  assert.equal(signature, 'unknown');
  assert.deepEqual(new Set(Object.values(rest)), new Set(['pass']), JSON.stringify(rest));
});

const DAY = 86_400_000;
const at = (daysAgo: number) => new Date(NOW - daysAgo * DAY).toISOString();
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

test('what could not be looked at may be what says that it has ended', () => {
  const { 'git.main': _, ...unseen } = goodFacts();
  assert.equal(verdicts(unseen).maintained, 'unknown');
  const gap = (type: string) => [{ source: 'x', types: [type], reason: 'not reached' }];
  assert.equal(verdicts(goodFacts(), {}, gap('git.main')).maintained, 'unknown');
  const { 'npm.version': __, ...unasked } = goodFacts();
  assert.equal(verdicts(unasked, {}, gap('npm.version')).maintained, 'unknown');
});

test('a registry whose newest release is of the future shows no maintenance', () => {
  const npm = (daysAgo: number) => ({
    'npm.package': {
      name: 'tool',
      latest: '1.5.0',
      maintainers: [],
      repository: null,
      versions: 1,
      deprecatedVersions: 0,
      timesDoubt: null,
      signaturesDoubt: null,
      releases: [{ version: '1.5.0', at: at(daysAgo), prerelease: false }],
      complete: true,
    },
  });
  assert.equal(verdicts(npm(20)).maintained, 'pass');
  assert.equal(verdicts(npm(-400)).maintained, 'unknown');
});

test('an SBOM of another version fails; one that does not say what it describes is unknown', () => {
  const given = (describes: string | null) => ({
    ...goodFacts(),
    'sbom.file': { format: 'cyclonedx' as const, specVersion: '1.6', describes, components: 3 },
  });
  assert.equal(verdicts(given('pkg:npm/tool@1.5.0')).sbom, 'pass');
  assert.equal(verdicts(given('pkg:npm/tool@1.4.0')).sbom, 'fail');
  assert.equal(verdicts(given('tool@1.4.0')).sbom, 'fail');
  const alone = (describes: string | null) => {
    const { 'release.sbom': _, ...facts } = given(describes);
    return verdicts(facts).sbom;
  };
  assert.equal(alone('other@1.5.0'), 'unknown', 'named after an archive, as many are');
  assert.equal(alone(null), 'unknown');
});

test('release age: prereleases only is unknown, and so is a release from the future', () => {
  const facts = goodFacts();
  for (const release of facts['git.releases'].releases) release.prerelease = true;
  assert.equal(verdicts(facts)['release-age'], 'unknown');
  const future = goodFacts();
  Object.assign(future['git.releases'].releases.at(-1) ?? {}, { at: at(-400) });
  assert.equal(verdicts(future)['release-age'], 'unknown');
});

test('commits from the future make every figure over dates unknown', () => {
  const facts = goodFacts();
  facts['git.history'].future = 1;
  const after = verdicts(facts);
  for (const id of [
    'active-contributors',
    'absence-factor',
    'commit-cadence',
    'maintained',
    'fix-to-release',
  ])
    assert.equal(after[id], 'unknown', id);
});

test('a missing fact is never a pass and never a fail of what needs it', () => {
  const all = Object.keys(goodFacts());
  for (const type of all) {
    const facts: Partial<Facts> = goodFacts();
    delete facts[type as keyof Facts];
    const before = verdicts(goodFacts());
    const after = verdicts(facts);
    for (const [id, verdict] of Object.entries(after))
      assert.ok(verdict === before[id] || verdict === 'unknown', `${id} without ${type}: ${verdict}`);
  }
});

test('with no facts all is unknown, and the gap’s own reason is given', () => {
  assert.deepEqual(new Set(Object.values(verdicts({}))), new Set(['unknown']));
  const gaps = [
    {
      source: 'git',
      types: ['git.history', 'git.releases', 'git.tag-signatures', 'git.fixes', 'git.files'],
      reason: 'the clone is shallow',
    },
  ];
  const view = viewOf(SUBJECT, [], gaps);
  for (const id of [
    'active-contributors',
    'absence-factor',
    'commit-cadence',
    'release-cadence',
    'release-age',
    'cool-down',
    'fix-to-release',
    'maintained',
    'licence',
    'disclosure',
    'signed-tags',
    'sbom',
  ]) {
    const criterion = criterionById(id);
    assert.match(
      criterion?.judge(view, criterion.threshold.parse({}), NOW).reason ?? '',
      /the clone is shallow/,
      id,
    );
  }
});

test('a registry whose times are doubted leaves its times unknown', () => {
  const { 'npm.version': version } = goodFacts();
  const doubted = {
    name: 'tool',
    latest: '1.5.0',
    maintainers: [],
    repository: null,
    versions: 6,
    deprecatedVersions: 0,
    timesDoubt: 'a mirror rewrites them',
    signaturesDoubt: 'a mirror strips them',
    releases: [],
    complete: true,
  };
  const after = verdicts({
    'npm.version': { ...version, provenance: null },
    ...({ 'npm.package': doubted } as object),
  });
  for (const id of ['release-cadence', 'release-age', 'cool-down', 'maintained', 'declared-provenance'])
    assert.equal(after[id], 'unknown', id);
  assert.equal(after.licence, 'pass');
});

test('every criterion is documented, cited, and asks for facts that exist', () => {
  assert.equal(new Set(CRITERIA.map(({ id }) => id)).size, CRITERIA.length);
  for (const criterion of CRITERIA) {
    assert.match(criterion.id, /^[a-z]+(-[a-z]+)*$/);
    assert.ok(criterion.definition.length > 60, criterion.id);
    assert.ok(criterion.source.title.length > 5 && criterion.source.url.length > 5, criterion.id);
    assert.doesNotThrow(() => criterion.threshold.parse({}), criterion.id);
    assert.throws(() => criterion.threshold.parse({ surprise: 1 }), criterion.id);
    const judgement = criterion.judge(
      viewOf(SUBJECT, factsFrom(goodFacts()), []),
      criterion.threshold.parse({}),
      NOW,
    );
    for (const id of judgement.evidence) assert.ok(isFactType(id), `${criterion.id} rests on ${id}`);
    if (judgement.verdict !== 'unknown') assert.ok(judgement.evidence.length > 0, criterion.id);
  }
});

test('a version of the future has not cooled down, and no data is new enough for it', () => {
  const facts = goodFacts();
  facts['npm.version'].publishedAt = at(-3);
  assert.deepEqual(verdicts(facts), {
    ...verdicts(goodFacts()),
    'cool-down': 'unknown',
    'known-vulnerabilities': 'unknown',
  });
});

test('OSV data shows that nothing is known only where it is whole and newer than the version', () => {
  type Records = Facts['osv.records'];
  const of = (spoil: (data: Records) => void, drop: (keyof Facts)[] = []) => {
    const facts: Partial<Facts> = goodFacts();
    spoil(facts['osv.records'] as Records);
    for (const type of drop) delete facts[type];
    return verdicts(facts)['known-vulnerabilities'];
  };
  assert.equal(
    of(() => {}),
    'pass',
  );
  const parts: [string, (data: Records) => void, (keyof Facts)[]?][] = [
    ['records of this package only', (data) => void (data.records = 1)],
    ['no valid date', (data) => void (data.newest = 'soon')],
    ['a date to come', (data) => void (data.newest = at(-3))],
    ['no date', (data) => void Object.assign(data, { newest: null })],
    ['when the version came out is not known', () => {}, ['npm.version', 'git.releases']],
    ['withdrawn only', ({ ofPackage }) => void Object.assign(ofPackage[0] ?? {}, { withdrawn: true })],
  ];
  for (const [why, spoil, drop] of parts) assert.equal(of(spoil, drop), 'unknown', why);
  const facts = factsFrom(goodFacts());
  const data = facts.find(({ type }) => type === 'osv.records');
  assert.ok(data?.type === 'osv.records');
  const answer = { ...data, id: 'osv.records-2', value: { ...data.value, partial: 'it is an answer' } };
  const criterion = criterionById('known-vulnerabilities');
  const both = criterion?.judge(viewOf(SUBJECT, [answer, ...facts], []), criterion.threshold.parse({}), NOW);
  assert.equal(both?.verdict, 'pass', 'an export beside an answer is enough');
});

test('an SBOM is of this tool by its purl: a name alone is anybody’s', () => {
  const sbomOf = (describes: string, subject: { purl: string; name: string; version?: string }) => {
    const value = { format: 'cyclonedx' as const, specVersion: '1.6', describes, components: 3 };
    const criterion = criterionById('sbom');
    return criterion?.judge(viewOf(subject, factsFrom({ 'sbom.file': value }), []), {}, NOW).verdict;
  };
  const k9s = { purl: 'pkg:github/d/k9s', name: 'k9s', version: '1.2.0' };
  const cases: [string, Verdict][] = [
    ['pkg:github/d/k9s@v1.2.0', 'pass'],
    ['pkg:golang/github.com/D/k9s@v1.2.0?type=module', 'pass'],
    ['pkg:golang/github.com/d/k9s/v2@v1.2.0', 'pass'],
    ['pkg:github/evil/k9s@1.2.0', 'fail'],
    ['pkg:github/d/k9s@1.1.0', 'fail'],
    ['pkg:npm/evil/k9s@1.2.0', 'unknown'],
    ['pkg:github/d/k9s', 'unknown'],
    ['k9s@1.2.0', 'unknown'],
    ['k9s@1.1.0', 'fail'],
    ['k9s_Linux_amd64.tar.gz', 'unknown'],
    ['k9s_Linux_amd64.tar.gz@sha256:abc0', 'unknown'],
    ['k9s@sha256:abc0', 'unknown'],
    ['pkg:generic/k9s_Linux_amd64.tar.gz@v1.1.0', 'unknown'],
    ['pkg:golang/github.com/d/other@v1.2.0', 'fail'],
    ['pkg:github/d/other@v1.2.0', 'fail'],
    ['%ff', 'unknown'],
    ['pkg:github/%ff/k9s@1.2.0', 'unknown'],
  ];
  for (const [describes, verdict] of cases) assert.equal(sbomOf(describes, k9s), verdict, describes);
});

test('an SBOM beside the release that describes these bytes is present, unless one that was given contradicts', () => {
  const criterion = criterionById('sbom');
  const given = (describes: string) => ({
    format: 'cyclonedx' as const,
    specVersion: '1.6',
    describes,
    components: 3,
  });
  for (const [match, describes, verdict] of [
    ['pass', undefined, 'pass'],
    ['pass', 'k9s_Linux_amd64.tar.gz', 'pass'],
    ['unknown', undefined, 'unknown'],
    ['fail', undefined, 'unknown'],
    ['pass', 'pkg:github/d/k9s@1.1.0', 'fail'],
  ] as const) {
    const released = { ...goodFacts()['release.sbom'], match };
    const facts = factsFrom({
      'release.sbom': released,
      ...(describes !== undefined && { 'sbom.file': given(describes) }),
    });
    const subject = { purl: 'pkg:github/d/k9s', name: 'k9s', version: '1.2.0' };
    assert.equal(
      criterion?.judge(viewOf(subject, facts, []), {}, NOW).verdict,
      verdict,
      `${match} ${describes}`,
    );
  }
});

test('the policy that counts is the first where GitHub looks for one', () => {
  const policy = (path: string, days: number | null) => ({
    path,
    sha256: 'd'.repeat(64),
    contact: days !== null,
    timeframes: days === null ? [] : [{ text: `within ${days} days`, days }],
  });
  const of = (...security: ReturnType<typeof policy>[]) => {
    const facts = goodFacts();
    facts['git.files'].security = security as never;
    return verdicts(facts).disclosure;
  };
  assert.equal(of(policy('docs/SECURITY.md', 14), policy('SECURITY.md', null)), 'fail');
  assert.equal(of(policy('SECURITY.md', 14), policy('.github/SECURITY.md', null)), 'fail');
  assert.equal(of(policy('SECURITY_CONTACTS', null), policy('SECURITY.md', 14)), 'pass');
  assert.equal(of(policy('docs/SECURITY.md', 14)), 'pass');
});

test('a tag that only looks like the version says nothing of when it came out', () => {
  const { 'npm.version': _, ...facts } = goodFacts();
  Object.assign(facts['git.releases'], { chosen: null });
  assert.equal(verdicts(facts)['cool-down'], 'unknown');
});

test('registry and tags that are months apart: neither is believed', () => {
  const registry = (late: number) => ({
    ...goodFacts(),
    'npm.package': {
      name: 'tool',
      latest: '1.5.0',
      maintainers: [],
      repository: null,
      versions: 6,
      deprecatedVersions: 0,
      timesDoubt: null,
      signaturesDoubt: null,
      releases: goodFacts()['git.releases'].releases.map(({ version, at: tagged }) => ({
        version,
        at: new Date(Date.parse(tagged) + late * DAY).toISOString(),
        prerelease: false,
      })),
      complete: true,
    },
  });
  assert.equal(verdicts(registry(1))['cool-down'], 'pass');
  for (const id of ['cool-down', 'release-cadence', 'release-age'])
    assert.equal(verdicts(registry(40))[id], 'unknown', id);
});

test('an expression that takes seconds to be parsed is none', () => {
  const facts = goodFacts();
  facts['git.files'].licences = [];
  facts['npm.version'].licence = Array(6000).fill('MIT').join(' AND ');
  const started = Date.now();
  assert.equal(verdicts(facts).licence, 'unknown');
  assert.ok(Date.now() - started < 500);
});
