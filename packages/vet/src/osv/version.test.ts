import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { affectsVersion } from './version.ts';

test('OSV: a version lies in a range exactly when it is between introduced and fixed', () => {
  const entry = (events: Record<string, string>[]) => [
    { package: { ecosystem: 'npm', name: 'x' }, versions: [], ranges: [{ type: 'SEMVER', events }] },
  ];
  const number = fc.integer({ min: 0, max: 30 });
  fc.assert(
    fc.property(number, number, number, (introduced, fixed, version) => {
      fc.pre(introduced < fixed);
      const answer = affectsVersion(
        entry([{ fixed: `${fixed}.0.0` }, { introduced: `${introduced}.0.0` }]),
        `${version}.0.0`,
      );
      assert.equal(answer, version >= introduced && version < fixed ? 'yes' : 'no');
    }),
  );
  assert.equal(affectsVersion(entry([{ introduced: '0' }]), '2026-may'), 'unknown');
  assert.equal(affectsVersion(entry([{ introduced: '0' }]), undefined), 'unknown');
  assert.equal(affectsVersion(entry([{ introduced: '1.0.0' }, { last_affected: '2.0.0' }]), 'v2.0.0'), 'yes');
  assert.equal(
    affectsVersion(
      [
        {
          package: { ecosystem: 'PyPI', name: 'x' },
          versions: [],
          ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }] }],
        },
      ],
      '1.0',
    ),
    'unknown',
  );
});

type Entry = Parameters<typeof affectsVersion>[0][number];
const entry = (more: Partial<Entry>, ecosystem = 'npm'): Entry => ({
  package: { ecosystem, name: 'x' },
  versions: [],
  ranges: [],
  ...more,
});
const range = (type: Entry['ranges'][number]['type'], ...events: Record<string, string>[]) => ({
  type,
  events,
});
const from1 = { introduced: '1.0.0' };

test('a version that is listed is affected, whatever the ranges say; one that is not is not, where nothing else tells', () => {
  const listed = entry({ versions: ['v1.0', '2.0'] }, 'PyPI');
  for (const [version, answer] of [
    ['1.0', 'yes'],
    ['v1.0', 'yes'],
    ['2.0', 'yes'],
    ['v2.0', 'yes'],
    ['3.0', 'no'],
  ] as const)
    assert.equal(affectsVersion([listed], version), answer, version);
  assert.equal(
    affectsVersion([entry({ versions: ['9.0.0'], ranges: [range('SEMVER', from1)] })], '9.0.0'),
    'yes',
  );
  assert.equal(
    affectsVersion([entry({ versions: ['0.1.0'], ranges: [range('SEMVER', from1)] })], '2.0.0'),
    'yes',
  );
  assert.equal(affectsVersion([entry({})], '1.0.0'), 'unknown', 'neither versions nor ranges');
  assert.equal(affectsVersion([], '1.0.0'), 'no');
});

test('a range is compared where its ecosystem orders as semver does, also one of a release of it', () => {
  const of = (type: Entry['ranges'][number]['type'], ecosystem: string, versions: string[] = []) =>
    affectsVersion([entry({ versions, ranges: [range(type, from1)] }, ecosystem)], '2.0.0');
  for (const ecosystem of ['npm', 'Go', 'crates.io', 'GitHub Actions', 'npm:registry'])
    assert.equal(of('ECOSYSTEM', ecosystem), 'yes', ecosystem);
  for (const ecosystem of ['PyPI', 'Debian:12', 'Maven', '']) {
    assert.equal(of('ECOSYSTEM', ecosystem), 'unknown', ecosystem);
    assert.equal(of('ECOSYSTEM', ecosystem, ['1.5']), 'no', `${ecosystem}, and the versions are listed`);
    assert.equal(of('SEMVER', ecosystem), 'yes', `${ecosystem}, and the range says semver`);
  }
  assert.equal(of('GIT', 'npm'), 'unknown');
  const nameless = { ...entry({ ranges: [range('ECOSYSTEM', from1)] }), package: undefined } as Entry;
  assert.equal(affectsVersion([nameless], '2.0.0'), 'unknown');
});

test('one range that says yes is enough, and one that can’t be compared is no no', () => {
  const semver = (...events: Record<string, string>[]) => range('SEMVER', ...events);
  const old = semver({ introduced: '0' }, { fixed: '1.0.0' });
  const at = (ranges: Entry['ranges'], version = '2.0.0') => affectsVersion([entry({ ranges })], version);
  assert.equal(at([old]), 'no');
  assert.equal(at([old, semver(from1)]), 'yes');
  assert.equal(at([old, range('GIT', { introduced: 'abc' })]), 'unknown');
  assert.equal(at([range('GIT', { introduced: 'abc' }), semver(from1)]), 'yes');
  assert.equal(
    affectsVersion([entry({ ranges: [old] }), entry({ ranges: [range('GIT', from1)] })], '2.0.0'),
    'unknown',
  );
});

test('the order of events does not count; at one version introduced comes before its end', () => {
  const at = (version: string, ...events: Record<string, string>[]) =>
    affectsVersion([entry({ ranges: [range('SEMVER', ...events)] })], version);
  type Events = Record<string, string>[];
  const twice: Events = [
    { fixed: '3.0.0' },
    { introduced: '2.0.0' },
    { fixed: '1.0.0' },
    { introduced: '0' },
  ];
  for (const events of [twice, twice.toReversed()])
    for (const [version, answer] of [
      ['0.0.0', 'yes'],
      ['0.9.9', 'yes'],
      ['1.0.0', 'no'],
      ['1.9.9', 'no'],
      ['2.0.0', 'yes'],
      ['3.0.0-rc.1', 'yes'],
      ['3.0.0', 'no'],
    ] as const)
      assert.equal(at(version, ...events), answer, version);
  const last: Events = [{ introduced: '1.0.0' }, { last_affected: '2.0.0' }];
  assert.deepEqual(
    ['0.9.0', '1.0.0', '2.0.0', '2.0.1'].map((version) => at(version, ...last)),
    ['no', 'yes', 'yes', 'no'],
  );
  const ends: Events = [{ fixed: '1.0.0' }, { introduced: '1.0.0' }];
  for (const events of [ends, ends.toReversed()])
    assert.equal(at('1.0.0', ...events), 'no', 'it ends where it begins');
  assert.equal(at('2.0.0', { introduced: 'v1.0.0' }), 'yes');
  assert.equal(at('2.0.0', { introduced: '1.0.0' }, { fixed: 'soon' }), 'unknown');
});
