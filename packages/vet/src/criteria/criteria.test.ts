import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cpuTime } from '@toolcrib/model/testing/cpu-time.ts';
import { isFactType } from '../facts/index.ts';
import { factsFrom, goodFacts, SUBJECT } from '../testing/evidence.ts';
import { NOW } from '../testing/repository.ts';
import { at, verdicts } from '../testing/verdicts.ts';
import { viewOf } from './criterion.ts';
import { CRITERIA, criterionById } from './index.ts';

type Facts = ReturnType<typeof goodFacts>;

test('a good tool passes all but what is still to come', () => {
  const { 'trial-record': behaviour, 'verified-signature': signature, ...rest } = verdicts(goodFacts());
  assert.equal(behaviour, 'unknown');
  // Nobody is pinned by default: a good signature is only proposed.
  assert.equal(signature, 'unknown');
  assert.deepEqual(new Set(Object.values(rest)), new Set(['pass']), JSON.stringify(rest));
});

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

test('an expression that takes seconds to be parsed is none', () => {
  const facts = goodFacts();
  facts['git.files'].licences = [];
  facts['npm.version'].licence = Array(6000).fill('MIT').join(' AND ');
  const started = cpuTime();
  assert.equal(verdicts(facts).licence, 'unknown');
  assert.ok(cpuTime() - started < 500);
});
