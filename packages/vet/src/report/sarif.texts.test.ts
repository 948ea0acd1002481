import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonReport } from './json.ts';
import { sarifReport } from './sarif.ts';
import { result, smallPack } from './testing/small.ts';

const runOf = (...packs: ReturnType<typeof smallPack>[]) =>
  JSON.parse(sarifReport(packs, 'policies/trust.yaml')).runs[0];

test('a rule is a criterion with its title and where it is cited from; a rule of the policy is only its name', () => {
  const { rules } = runOf(smallPack()).tool.driver;
  assert.deepEqual(
    rules.map(({ id, shortDescription }: { id: string; shortDescription: { text: string } }) => [
      id,
      shortDescription.text,
    ]),
    [
      ['licence', 'Licence'],
      ['maintained', 'Maintained: not archived, not deprecated'],
      ['house-rule', 'house-rule'],
    ],
  );
  assert.match(rules[0].helpUri, /^https:\/\//);
  assert.equal('helpUri' in rules[2], false);
  assert.equal(rules[2].fullDescription.text, 'A rule of the policy.');
  assert.notEqual(rules[0].fullDescription.text, 'A rule of the policy.');
});

test('of a result its level: an error only where the policy requires it and it fails', () => {
  const results = ['pass', 'fail', 'unknown'].flatMap((verdict) =>
    [true, false].map((required) => result('licence', { verdict: verdict as never, required })),
  );
  assert.deepEqual(
    runOf(smallPack({ results })).results.map(
      ({ kind, level }: { kind: string; level: string }) => `${kind} ${level}`,
    ),
    ['pass none', 'pass none', 'fail error', 'fail note', 'open none', 'open none'],
  );
});

test('a result is told apart by tool, version and criterion, and one that is waived is suppressed', () => {
  const [licence, , rule] = runOf(smallPack()).results;
  assert.deepEqual(licence.partialFingerprints, { 'toolcrib/v1': 'pkg:npm/tool@1.5.0#licence' });
  assert.equal(licence.message.text, 'tool 1.5.0: Apache-2.0');
  assert.deepEqual(licence.properties, { required: true, numbers: {} });
  assert.equal('suppressions' in licence, false);
  assert.deepEqual(rule.suppressions, [
    { kind: 'external', status: 'accepted', justification: 'asked for (ben, until 2026-12-31)' },
  ]);
  const nameless = runOf(smallPack({ subject: { purl: 'pkg:npm/tool', name: 'tool', version: undefined } }));
  assert.equal(nameless.results[0].partialFingerprints['toolcrib/v1'], 'pkg:npm/tool@#licence');
  const two = runOf(smallPack(), smallPack({ results: [result('release-age'), result('licence')] }));
  assert.deepEqual(
    two.results.map(({ ruleIndex }: { ruleIndex: number }) => ruleIndex),
    [0, 1, 2, 3, 0],
  );
  assert.deepEqual(two.properties.basis, [
    'tool 1.5.0, policy policies/trust.yaml (sha256 cccccccccccc)',
    'tool 1.5.0, policy policies/trust.yaml (sha256 cccccccccccc)',
  ]);
});

test('one pack in JSON is itself, several are a list', () => {
  assert.equal(JSON.parse(jsonReport([smallPack()])).kind, 'EvidencePack');
  assert.equal(JSON.parse(jsonReport([smallPack(), smallPack()])).length, 2);
  assert.deepEqual(JSON.parse(jsonReport([])), []);
});
