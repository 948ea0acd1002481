import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { askedOften, compileRule } from './rule.ts';
import { cpuTime } from './testing/cpu-time.ts';

const vocabulary = { radius: ['pods', 'kinds'], caller: ['tool'], context: null } as const;
const run = (expression: string, input: Record<string, unknown>) =>
  compileRule(expression, vocabulary)(input);

describe('a rule', () => {
  const input = { radius: { pods: 3, kinds: ['Pod', 'Service'] }, caller: { tool: 'k9s' }, context: 'prod' };
  for (const [expression, value] of [
    ['radius.pods > 2', true],
    ['radius.pods == 2', false],
    ['context.startsWith("pr") && caller.tool == "k9s"', true],
    ['context.matches("^p.*d$")', true],
    ['"Pod" in radius.kinds', true],
    ['radius.kinds.exists(kind, kind == "Node")', false],
    ['true', true],
  ] as const) {
    it(`${expression} is ${value}`, () => assert.deepEqual(run(expression, input), { value }));
  }

  it('that can’t be evaluated says so, and is neither true nor false', () => {
    assert.ok('error' in run('radius.pods > 2', { radius: {} }));
    assert.ok('error' in run('radius.pods > 2', { radius: { pods: 'many' } }));
    assert.ok('error' in run('radius.pods / 0 > 1', { radius: { pods: 1 } }));
    assert.deepEqual(run('context', { context: 'prod' }), { error: 'it gives no true or false' });
  });

  for (const [expression, why] of [
    ['radius.pod > 2', /radius has no pod; it has pods, kinds/],
    ['radios.pods > 2', /there is no radios; there are radius, caller, context/],
    ['radius.pods >', /can't be used/],
    ['radius.kinds.all(a, radius.kinds.exists(b, a == b))', /inside another/],
    ['radius.kinds.exists(kind, kin == "x")', /there is no kin/],
    ['{"a": radios.pods}.a > 1', /there is no radios/],
  ] as const) {
    it(`${expression} is refused when it is loaded`, () =>
      assert.throws(() => compileRule(expression, vocabulary), { code: 'bad-file', message: why }));
  }

  it('takes no time that grows faster than its input', () => {
    const rule = compileRule('context.matches("^(a+)+$")', vocabulary);
    const began = cpuTime();
    assert.deepEqual(rule({ context: `${'a'.repeat(5_000)}b` }), { value: false });
    assert.ok(cpuTime() - began < 5_000, 'a backtracking engine would not come back');
  });
});

describe('what a rule asks for', () => {
  for (const [expression, asks] of [
    ['radius.pods > 2 && caller.tool == context', ['radius.pods', 'caller.tool', 'context']],
    ['radius.kinds.exists(kind, kind == "Node")', ['radius.kinds']],
    ['size(radius) > 1', ['radius']],
    ['has(caller.tool)', ['caller.tool']],
    ['radius["pods"] > 1', ['radius']],
    ['true', []],
  ] as const)
    it(expression, () =>
      assert.deepEqual([...compileRule(expression, vocabulary).asksFor].sort(), [...asks].sort()),
    );

  it('is answered alike for what is asked about often', () => {
    const input = askedOften({ radius: { pods: 3, kinds: [] }, caller: { tool: 'k9s' }, context: 'prod' });
    for (const pods of [2, 3, 4]) assert.deepEqual(run(`radius.pods > ${pods}`, input), { value: 3 > pods });
  });
});
