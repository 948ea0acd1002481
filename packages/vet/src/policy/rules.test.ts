import assert from 'node:assert/strict';
import { test } from 'node:test';
import { factsFrom, goodFacts, SUBJECT } from '../testing/evidence.ts';
import { NOW } from '../testing/repository.ts';
import { judge } from './judge.ts';
import { loadTrustPolicy } from './policy.ts';

const policyOf = (spec: string) =>
  loadTrustPolicy(
    `apiVersion: toolcrib.dev/v1alpha1\nkind: TrustPolicy\nspec:\n${spec.replace(/^/gm, '  ')}`,
    'p.yaml',
  );
const small = (more = '') => `default: a\nprofiles:\n  a:\n    require: [licence, maintained]\n${more}`;
const facts = () => factsFrom(goodFacts());
const verdict = (policy: ReturnType<typeof policyOf>, from = facts(), now = NOW) =>
  judge(SUBJECT, from, [], policy.resolve(SUBJECT), now);

test('a rule in CEL is true, false, or not to be told', () => {
  const rule = (require: string) =>
    verdict(policyOf(small(`    rules:\n      - {name: r, require: '${require}', reason: because}\n`)));
  assert.equal(rule('facts["osv.records"].records > 50').verdict, 'pass');
  assert.equal(rule('facts["osv.records"].records > 500').verdict, 'fail');
  assert.equal(rule('facts["scorecard.result"].score > 5').verdict, 'unknown');
  assert.equal(rule('criteria["licence"].verdict == "pass" && subject.name == "tool"').verdict, 'pass');
  assert.equal(rule('facts["npm.version"].signatures.exists(s, s.startsWith("SHA256"))').verdict, 'pass');
  assert.equal(rule('now').verdict, 'unknown');
  assert.throws(() => rule('nonsense > 1'), { code: 'bad-file', message: /there is no nonsense/ });
  assert.throws(() => rule('subject.owner == "x"'), { code: 'bad-file', message: /no owner/ });
  assert.throws(() => rule('1 +'), { code: 'bad-file' });
});

for (const [require, why] of [
  ['!("git.history" in facts)', /facts is asked for by facts\["[\w.-]+"\] and in no other way/],
  ['"git.history" in facts', /in no other way/],
  ['facts.all(k, false)', /in no other way/],
  ['facts.exists(k, k == "git.history")', /in no other way/],
  ['size(facts) == 0', /in no other way/],
  ['facts == {}', /in no other way/],
  ['[facts].all(f, size(f) == 0)', /in no other way/],
  ['has(facts.foo) || true', /in no other way/],
  ['!has(facts.foo)', /in no other way/],
  ['facts[subject.name] == null', /in no other way/],
  ['["git.history"].all(k, facts[k] == null)', /in no other way/],
  ['facts["git.histori"].commits > 1', /facts has no "git\.histori"; it has git\.history/],
] as const)
  test(`a rule may not ask which facts there are, as a missing one could make it true: ${require}`, () => {
    const rules = `    rules:\n      - {name: r, require: '${require}', reason: because}\n`;
    assert.throws(() => policyOf(small(rules)), { code: 'bad-file', message: why });
  });

test('a rule whose fact is missing is unknown, however it is turned', () => {
  const rule = (require: string) => {
    const rules = `    rules:\n      - {name: r, require: '${require}', reason: because}\n`;
    return verdict(policyOf(small(rules))).results.at(-1)?.verdict;
  };
  for (const require of [
    '!has(facts["scorecard.result"].score)',
    '!(facts["scorecard.result"].score > 5)',
    'facts["scorecard.result"] != 1',
    '!("Code-Review" in facts["scorecard.result"].checks)',
  ])
    assert.equal(rule(require), 'unknown', require);
  assert.equal(rule('!has(facts["git.history"].nothing)'), 'pass');
  assert.equal(rule('["x"].all(facts, facts == "x")'), 'pass', 'a name of a macro’s own is no fact');
});

test('a rule rests on the facts it names and on those of the criteria it names', () => {
  const rule = (require: string) => {
    const rules = `    rules:\n      - {name: r, require: '${require}', reason: because}\n`;
    return verdict(policyOf(small(rules))).results.at(-1)?.evidence;
  };
  assert.deepEqual(rule('facts["osv.records"].records > 5'), ['osv.records']);
  assert.deepEqual(rule('facts["osv.records"].records > 5 && criteria["licence"].verdict == "pass"'), [
    'osv.records',
    'git.files',
    'npm.version',
  ]);
  assert.ok(rule('criteria.all(id, criteria[id].verdict == "pass")')?.includes('git.history'));
  assert.deepEqual(rule('now > 0'), []);
});
