import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ToolcribError } from '@toolcrib/model';
import { builtInRules, defaultPolicy, loadPolicy } from './policy.ts';

const file = (spec: string) => `apiVersion: toolcrib.dev/v1alpha1\nkind: GuardPolicy\nspec: ${spec}\n`;
const fault = (text: string): string => {
  try {
    loadPolicy(text, 'guard.yaml');
  } catch (error) {
    assert.ok(error instanceof ToolcribError && error.code === 'bad-file');
    return error.message;
  }
  return assert.fail('it was taken');
};

describe('faults of rules, each with line and column', () => {
  it('rules: names that are none, a rule that gives no yes or no, a verdict that is none', () => {
    const rules = (when: string, then = 'hold') =>
      file(`{rules: [{name: a, when: ${JSON.stringify(when)}, then: ${then}}]}`);
    assert.match(fault(rules('radius.podz > 1')), /rule a: .*has no podz/);
    assert.match(fault(rules('blast.pods > 1')), /there is no blast/);
    assert.match(fault(rules('radius.pods')), /true or false/);
    assert.match(fault(rules('radius.pods >')), /rule a/);
    assert.match(fault(rules('radius.pods > "x"')), /rule a/);
    assert.match(fault(rules('true', 'stop')), /then/);
    const second = `\n  rules:\n    - {name: a, when: 'true', then: warn}\n    - name: b\n      when: radius.podz > 1\n      then: hold`;
    assert.match(fault(file(second)), /^guard\.yaml:7:13: spec\.rules\.1\.when: rule b: .*has no podz/);
    const both = `{disable: [x], rules: [{name: a, when: pod, then: hold}]}`;
    assert.equal(fault(file(both)).split('\n').length, 2, 'each fault is told');
  });
});

describe('which rules are in force', () => {
  const names = builtInRules.map(({ name }) => name);
  const inForce = (spec: string) => loadPolicy(file(spec), 'guard.yaml').rules;
  const own = '{name: no-svc, when: effect.resource == "services", then: deny}';

  it('the built-in ones, with no file, no list and an empty list', () => {
    for (const rules of [defaultPolicy().rules, inForce('{}'), inForce('{rules: []}')])
      assert.deepEqual(
        rules.map(({ name, origin }) => [name, origin]),
        names.map((name) => [name, 'built-in']),
      );
    const { waitMs, passMs, softenMs } = defaultPolicy();
    assert.deepEqual([waitMs, passMs, softenMs], [90_000, 120_000, 1_800_000]);
  });
  it("a person's own come first and take none away", () => {
    const rules = inForce(`{rules: [${own}]}`);
    assert.deepEqual(
      rules.map(({ name }) => name),
      ['no-svc', ...names],
    );
    assert.equal(rules[0]?.origin, 'guard.yaml');
  });
  it('disable takes away what it names, and nothing else', () => {
    const policy = loadPolicy(file(`{disable: [many, outage], rules: [${own}]}`), 'guard.yaml');
    assert.deepEqual(
      policy.rules.map(({ name }) => name),
      ['no-svc', ...names.filter((name) => name !== 'many' && name !== 'outage')],
    );
    assert.deepEqual(policy.disabled, ['many', 'outage']);
    assert.deepEqual(inForce(`{disable: [${names}]}`), []);
  });
  it('a copy of a built-in rule, as older files have it, stands for itself: once, in its own place', () => {
    const copies = inForce(
      '{rules: [{name: many, then: hold, when: \'effect.verb == "delete" && act.expected > 10  && radius.podsNotReplaced > 0\'}]}',
    );
    assert.deepEqual(
      copies.map(({ name }) => name),
      names,
    );
  });
  it('one of the name of a built-in rule that says something else is a fault, unless that one is taken away', () => {
    const milder = '{name: outage, when: radius.workloadsLeftWithoutPods > 3, then: hold}';
    assert.match(fault(file(`{rules: [${milder}]}`)), /^guard\.yaml:3:\d+: .*outage.*disable: \[outage\]/);
    const rules = inForce(`{disable: [outage], rules: [${milder}]}`);
    assert.deepEqual(rules.filter(({ name }) => name === 'outage').length, 1);
    assert.equal(rules[0]?.origin, 'guard.yaml');
  });
  it('a name to take away that no rule has, and two rules of one name, are faults', () => {
    assert.match(fault(file('{disable: [outages]}')), /^guard\.yaml:3:\d+: .*outages.*data-loss, .*outage/);
    assert.match(fault(file(`{rules: [${own}, ${own}]}`)), /no-svc: another one above/);
  });
  it('a rule without a reason still says something', () => {
    const [rule] = inForce(`{rules: [${own}]}`);
    assert.equal(rule?.reason, 'guard.yaml forbids it');
  });
});
