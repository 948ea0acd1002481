import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { FactValue } from '../facts/index.ts';
import { factsFrom, goodFacts, SUBJECT } from '../testing/evidence.ts';
import { type GoodFacts, judged, said } from '../testing/judged.ts';
import { NOW } from '../testing/repository.ts';
import { at } from '../testing/verdicts.ts';
import { viewOf } from './criterion.ts';
import { knownVulnerabilities as criterion } from './known-vulnerabilities.ts';

type Osv = FactValue<'osv.records'>;
const [good] = goodFacts()['osv.records'].ofPackage;
assert.ok(good);
const record = (id: string, more: Partial<Osv['ofPackage'][number]> = {}): Osv['ofPackage'][number] => ({
  ...good,
  id,
  aliases: [],
  fixed: [],
  ...more,
});
const data = (more: Partial<Osv>) => (facts: GoodFacts) => void Object.assign(facts['osv.records'], more);
const records = (...ofPackage: Osv['ofPackage']) => data({ ofPackage });
const WHOLE = '. Give the export of its whole ecosystem (all.zip of osv.dev)';

it('passes where a whole and new export holds records of it, and none affects this version', () => {
  assert.deepEqual(judged(criterion), {
    verdict: 'pass',
    reason: `1 record of this package, none affects this version (newest record ${at(2).slice(0, 10)})`,
    evidence: ['osv.records'],
    numbers: { ofPackage: 1, affecting: 0, accepted: 0, notDecidable: 0, newestRecord: at(2) },
  });
});

it('fails where one affects it, unless that one was accepted by one of its names', () => {
  const facts = records(
    record('A', { affects: 'yes', aliases: ['CVE-A'], fixed: ['1.6.0', '2.0.0'] }),
    record('B', { affects: 'yes' }),
  );
  const found = judged(criterion, { facts });
  assert.equal(found.reason, 'this version is affected by A (fixed in 1.6.0, 2.0.0), B');
  assert.deepEqual(found.numbers, {
    ofPackage: 2,
    affecting: 2,
    accepted: 0,
    notDecidable: 0,
    newestRecord: at(2),
  });
  assert.equal(
    said(criterion, { facts, threshold: { accept: ['CVE-A'] } }),
    'fail: this version is affected by B',
  );
  const accepted = judged(criterion, { facts, threshold: { accept: ['CVE-A', 'B'] } });
  assert.deepEqual([accepted.verdict, accepted.numbers.accepted], ['pass', 2]);
  assert.match(
    said(criterion, { facts: records(record('A', { affects: 'yes', withdrawn: true }), record('B')) }),
    /^pass: 1 record /,
  );
});

it('is unknown where it cannot be read whether one affects it', () => {
  const facts = records(record('A', { affects: 'unknown', fixed: ['2'] }), record('B'));
  assert.equal(
    said(criterion, { facts }),
    "unknown: whether this version is affected can't be read from A (fixed in 2)",
  );
  assert.equal(judged(criterion, { facts }).numbers.notDecidable, 1);
  assert.match(said(criterion, { facts, threshold: { accept: ['A'] } }), /^pass/);
  assert.equal(said(criterion, { subject: { version: undefined } }), 'unknown: no version was chosen');
});

it('is unknown where the data proves nothing', () => {
  const doubt = (why: string) => `unknown: none of these records affects this version, but ${why}${WHOLE}`;
  const table: [Partial<Osv>, string][] = [
    [{ ofPackage: [] }, 'unknown: the data holds no record of this package: absence proves nothing'],
    [{ partial: 'it is a single record' }, doubt('it is a single record')],
    [{ records: 1 }, doubt('it holds records of this package only: there may be others')],
    [{ newest: null }, doubt('how old the data is can not be told')],
    [{ newest: at(-2) }, doubt('how old the data is can not be told')],
    [{ newest: at(21) }, doubt(`the data ends on ${at(21).slice(0, 10)}, before this version was published`)],
  ];
  for (const [more, answer] of table) assert.equal(said(criterion, { facts: data(more) }), answer);
  assert.match(said(criterion, { facts: data({ records: 2, newest: at(20) }) }), /^pass/);
  assert.match(said(criterion, { facts: data({ newest: at(-1) }) }), /^pass/);
  const unpublished = said(criterion, {
    facts: (facts) => {
      facts['npm.version'].publishedAt = null;
      facts['git.releases'].chosen = null as never;
    },
  });
  assert.equal(
    unpublished,
    doubt('when this version was published is not known (no tag is named after version 1.5.0)'),
  );
  assert.equal(
    said(criterion, { only: {} }),
    'unknown: no source gave OSV data (give an export with --file)',
  );
});

it('takes the best of several files, and the newest date of all', () => {
  const of = (...values: Partial<Osv>[]) => {
    const facts = factsFrom(goodFacts());
    const [osv] = facts.filter(({ type }) => type === 'osv.records');
    assert.ok(osv?.type === 'osv.records');
    const others = values.map((value, index) => ({
      ...osv,
      id: `osv${index}`,
      value: { ...osv.value, ...value },
    }));
    const view = viewOf(SUBJECT, [...facts.filter((one) => one !== osv), ...others], []);
    return criterion.judge(view, criterion.threshold.parse({}), NOW);
  };
  const both = of({ newest: at(30) }, { newest: at(3) });
  assert.deepEqual(
    [both.verdict, both.numbers.newestRecord, both.evidence],
    ['pass', at(3), ['osv0', 'osv1']],
  );
  assert.equal(
    both.reason,
    `2 records of this package, none affects this version (newest record ${at(3).slice(0, 10)})`,
  );
  assert.equal(of({ newest: at(3) }, { newest: at(30) }, { newest: null }).numbers.newestRecord, at(3));
  const held = of(
    { ofPackage: [record('A', { withdrawn: true })] },
    { partial: 'a part' },
    { partial: 'a part' },
  );
  assert.equal(
    held.reason,
    `none of these records affects this version, but it holds no record of this package; a part${WHOLE}`,
  );
});
