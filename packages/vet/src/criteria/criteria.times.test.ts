import assert from 'node:assert/strict';
import { test } from 'node:test';
import { goodFacts } from '../testing/evidence.ts';
import { at, DAY, verdicts } from '../testing/verdicts.ts';

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

test('a version of the future has not cooled down, and no data is new enough for it', () => {
  const facts = goodFacts();
  facts['npm.version'].publishedAt = at(-3);
  assert.deepEqual(verdicts(facts), {
    ...verdicts(goodFacts()),
    'cool-down': 'unknown',
    'known-vulnerabilities': 'unknown',
  });
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
