import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { CRITERIA } from '../criteria/index.ts';
import { packSchema } from '../pack/schema.ts';
import { factsFrom, goodFacts, SUBJECT } from '../testing/evidence.ts';
import { NOW } from '../testing/repository.ts';
import { judge } from './judge.ts';
import { demandsSame, exceptionFor, inForce, loadTrustPolicy } from './policy.ts';
import { trustPolicySchema } from './schema.ts';

const folder = join(import.meta.dirname, '../../../../policies');
const text = readFileSync(join(folder, 'trust.yaml'), 'utf8');
const policyOf = (spec: string) =>
  loadTrustPolicy(
    `apiVersion: toolcrib.dev/v1alpha1\nkind: TrustPolicy\nspec:\n${spec.replace(/^/gm, '  ')}`,
    'p.yaml',
  );
const small = (more = '') => `default: a\nprofiles:\n  a:\n    require: [licence, maintained]\n${more}`;
const facts = () => factsFrom(goodFacts());
const verdict = (policy: ReturnType<typeof policyOf>, from = facts(), now = NOW) =>
  judge(SUBJECT, from, [], policy.resolve(SUBJECT), now);

test('the default policy sets what the criteria’s own cited defaults are, with its source beside each', () => {
  const resolved = loadTrustPolicy(text, 'trust.yaml').resolve(SUBJECT);
  for (const { id, threshold } of CRITERIA)
    assert.deepEqual(resolved.thresholds[id], threshold.parse({}), id);
  const thresholds = parseDocument(text).getIn(['spec', 'thresholds'], true) as {
    items: { key: { value: string; commentBefore?: string } }[];
  };
  const raw = text.slice(text.indexOf('thresholds:'), text.indexOf('profiles:'));
  for (const { key } of thresholds.items) {
    const above = raw.slice(0, raw.indexOf(`    ${key.value}:`));
    assert.match(above, /#.*(OpenSSF|OSPS|CHAOSS|Woodruff|Scorecard)/, key.value);
  }
  assert.equal(resolved.profile, 'changes-production');
});

test('a profile changes what it names of a threshold, and leaves the rest as the team set it', () => {
  const spec = `default: a\nthresholds:\n  active-contributors: {min: 9, days: 200}\nprofiles:\n  a:\n    require: [licence]\n    thresholds: {active-contributors: {days: 300}}\n`;
  assert.deepEqual(policyOf(spec).resolve(SUBJECT).thresholds['active-contributors'], { min: 9, days: 300 });
});

test('a job that can delete production demands more than a formatter', () => {
  const policy = loadTrustPolicy(text, 'trust.yaml');
  const dashboard = policy.resolve(SUBJECT, 'cluster-dashboard').require;
  const formatter = policy.resolve(SUBJECT, 'formatter').require;
  assert.ok(formatter.every((id) => dashboard.includes(id)) && formatter.length < dashboard.length);
  assert.deepEqual(new Set(dashboard), new Set(CRITERIA.map(({ id }) => id)));
  assert.throws(() => policy.resolve(SUBJECT, 'toString'), { code: 'usage' });
  assert.deepEqual(
    [undefined, 'formatter'].map((job) => {
      const { job: named, profile } = policy.resolve(SUBJECT, job);
      return [named, profile];
    }),
    [
      [undefined, 'changes-production'],
      ['formatter', policy.resolve(SUBJECT, 'formatter').profile],
    ],
  );
  assert.ok(!('job' in policy.resolve(SUBJECT)), 'no member of a pack where none was named');
});

test('what is required and unknown decides: unknown never passes', () => {
  const policy = policyOf(small());
  assert.equal(verdict(policy).verdict, 'pass');
  assert.equal(
    verdict(
      policy,
      facts().filter(({ type }) => !['git.files', 'npm.version'].includes(type)),
    ).verdict,
    'unknown',
  );
  assert.equal(verdict(policy, []).verdict, 'unknown');
});

test('what only informs is shown and decides nothing', () => {
  const { results, verdict: decided } = verdict(
    policyOf('default: a\nprofiles:\n  a:\n    require: [licence]\n    inform: [trial-record]\n'),
  );
  assert.deepEqual(
    results.map(({ criterion, required, verdict }) => [criterion, required, verdict]),
    [
      ['licence', true, 'pass'],
      ['trial-record', false, 'unknown'],
    ],
  );
  assert.equal(decided, 'pass');
});

const EXCEPTION = (tool: string, expires: string) =>
  `default: a\nprofiles:\n  a:\n    require: [licence, trial-record]\nexceptions:\n  - {tool: "${tool}", criterion: trial-record, reason: no trial yet, approvedBy: "@ben", expires: ${expires}}\n`;
test('an exception waives one criterion of one tool to the end of its last day, and not a second longer', () => {
  const policy = policyOf(EXCEPTION('tool', '2026-03-23'));
  const end = Date.parse('2026-03-24T00:00:00Z');
  assert.equal(verdict(policy, facts(), end - 1).verdict, 'pass');
  assert.equal(verdict(policy, facts(), end).verdict, 'unknown');
  assert.equal(
    verdict(policy).results.find(({ criterion }) => criterion === 'trial-record')?.waived?.approvedBy,
    '@ben',
  );
  assert.equal(verdict(policyOf(EXCEPTION('pkg:npm/tool', '2026-12-01'))).verdict, 'pass');
  for (const other of ['too', 'tool2', '*', 'pkg:npm/tool@1.5.0'])
    assert.equal(verdict(policyOf(EXCEPTION(other, '2026-12-01'))).verdict, 'unknown', other);
});

test('if everything is waived, nothing is known', () => {
  const spec =
    'default: a\nprofiles:\n  a:\n    require: [trial-record]\nexceptions:\n  - {tool: tool, criterion: trial-record, reason: r, approvedBy: b, expires: 2026-12-01}\n';
  assert.equal(verdict(policyOf(spec)).verdict, 'unknown');
});

test('an exception is in force up to the end of its last day, and one that has ended is not brought back', () => {
  const ending = (...days: string[]) =>
    policyOf(
      small(
        `exceptions:\n${days.map((day) => `  - {tool: tool, criterion: licence, reason: r, approvedBy: b, expires: ${day}}\n`).join('')}`,
      ),
    ).resolve(SUBJECT);
  const at = (time: string) => Date.parse(time);
  const policy = ending('2026-03-22', '2026-03-23', '2026-03-24');
  const left = (time: string) => inForce(policy, at(time)).exceptions.map(({ expires }) => expires);
  assert.deepEqual(left('2026-03-23T23:59:59Z'), ['2026-03-23', '2026-03-24']);
  assert.deepEqual(left('2026-03-25T00:00:00Z'), []);
  assert.deepEqual({ ...inForce(policy, 0) }, policy, 'nothing else of it is other');
  const waiver = (criterion: string, time: string) => exceptionFor(policy, criterion, at(time))?.expires;
  assert.equal(waiver('licence', '2026-03-23T23:59:59Z'), '2026-03-23');
  assert.equal(waiver('licence', '2026-03-25T00:00:00Z'), undefined);
  assert.equal(waiver('maintained', '2026-03-22T00:00:00Z'), undefined);
});

test('two policies demand the same wherever they stand and whatever the job is called, and else do not', () => {
  const spec =
    'default: a\njobs: {j: a, k: b}\nprofiles:\n  a:\n    require: [licence]\n  b:\n    require: [maintained]\n';
  const policy = policyOf(spec);
  const here = policy.resolve(SUBJECT);
  assert.equal(demandsSame(here, { ...here, source: { path: 'elsewhere', sha256: 'x' } }), true);
  assert.equal(demandsSame(here, policy.resolve(SUBJECT, 'j')), true);
  assert.equal(demandsSame(here, JSON.parse(JSON.stringify(here))), true);
  assert.equal(demandsSame(here, policy.resolve(SUBJECT, 'k')), false);
  assert.equal(demandsSame(here, { ...here, require: [] }), false);
});

test('mistakes are named with line and column', () => {
  const cases: [string, RegExp][] = [
    [small('thresholds:\n  licence: {alow: [x]}\n'), /p\.yaml:\d+:\d+: spec\.thresholds\.licence\.alow/],
    [
      small('thresholds:\n  cool-down: {minDays: soon}\n'),
      /p\.yaml:9:\d+: spec\.thresholds\.cool-down\.minDays/,
    ],
    [
      'default: a\nprofiles:\n  a:\n    require: [licences]\n',
      /p\.yaml:7:\d+: spec\.profiles\.a\.require\.0/,
    ],
    [
      small("    rules:\n      - {name: r, require: 'nonsense > 1', reason: because}\n"),
      /there is no nonsense/,
    ],
    ['default: b\nprofiles:\n  a:\n    require: [licence]\n', /no profile "b"/],
    [small('exceptions:\n  - {tool: t, criterion: licence, reason: r, approvedBy: b}\n'), /expires/],
    [
      small(
        'exceptions:\n  - {tool: t, criterion: licence, reason: r, approvedBy: b, expires: 2026-99-99}\n',
      ),
      /p\.yaml:9:\d+: spec\.exceptions\.0\.expires: there is no such day/,
    ],
    [
      small('thresholds:\n  licence: {deny: [AGPL]}\n'),
      /spec\.thresholds\.licence\.deny\.0: is no id of the SPDX licence list/,
    ],
  ];
  for (const [spec, message] of cases) assert.throws(() => policyOf(spec), { code: 'bad-file', message });
});

test('criteria of another kind of package are left out, not passed', () => {
  const policy = policyOf('default: a\nprofiles:\n  a:\n    require: [declared-provenance]\n').resolve(
    SUBJECT,
  );
  assert.equal(judge(SUBJECT, facts(), [], policy, NOW).verdict, 'pass');
  const generic = judge({ ...SUBJECT, purl: 'pkg:github/a/tool' }, facts(), [], policy, NOW);
  assert.deepEqual([generic.results.length, generic.verdict], [0, 'unknown']);
});

test('the published schemas are those the program uses', () => {
  for (const [file, schema] of [
    ['trust-policy.schema.json', trustPolicySchema],
    ['evidence-pack.schema.json', packSchema],
  ] as const)
    assert.deepEqual(
      JSON.parse(readFileSync(join(folder, file), 'utf8')),
      z.toJSONSchema(schema, { io: 'input' }),
      `${file}: run npm run check -- --fix`,
    );
});
