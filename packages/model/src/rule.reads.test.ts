import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { askedOften, compileRule } from './rule.ts';

const vocabulary = {
  radius: ['pods', 'kinds', 'sizes', 'more'],
  caller: ['tool'],
  context: null,
  fact: { keys: ['stars', 'license'] },
} as const;
const compile = (expression: string) => compileRule(expression, vocabulary);

describe('which keys a rule reads', () => {
  for (const [expression, reads] of [
    ['fact["stars"] == 1', { fact: ['stars'] }],
    ['fact["stars"] == 1 || fact["license"] == "MIT"', { fact: ['stars', 'license'] }],
    ['context == "prod"', { context: 'all' }],
    ['matches(context, "^p")', { context: 'all' }],
    ['radius.pods > 1', { radius: 'all' }],
    ['radius["pods"] > 1', { radius: ['pods'] }],
    ['radius.pods > 1 && radius["pods"] > 1', { radius: 'all' }],
    ['radius["pods"] > 1 && radius.pods > 1', { radius: 'all' }],
    ['radius["kinds"].exists(fact, fact["any"] == context)', { radius: ['kinds'], context: 'all' }],
    ['radius["kinds"].exists(caller, caller.nothing == "x")', { radius: ['kinds'] }],
    ['[context][0] == "x"', { context: 'all' }],
    ['true', {}],
  ] as const)
    it(expression, () => {
      const found = [...compile(expression).reads].map(([name, keys]) => [
        name,
        keys === 'all' ? keys : [...keys],
      ]);
      assert.deepEqual(Object.fromEntries(found), reads);
    });

  for (const [expression, why] of [
    ['fact["starts"] == 1', 'fact has no "starts"; it has stars, license'],
    ['fact == context', 'fact is asked for by fact["stars"] and in no other way'],
    ['fact[context] == 1', 'fact is asked for by fact["stars"] and in no other way'],
    ['fact[1] == 1', 'fact is asked for by fact["stars"] and in no other way'],
    ['fact.stars == 1', 'fact is asked for by fact["stars"] and in no other way'],
    ['matches(fact, "stars")', 'fact is asked for by fact["stars"] and in no other way'],
    ['facts["stars"] == 1', 'there is no facts; there are radius, caller, context, fact'],
    ['[facts][0] == 1', 'there is no facts; there are radius, caller, context, fact'],
  ] as const)
    it(`${expression} is refused`, () =>
      assert.throws(() => compile(expression), {
        code: 'bad-file',
        message: `The rule ${JSON.stringify(expression)} can't be used: ${why}`,
      }));
});

describe('what a rule is given', () => {
  const input = { radius: { pods: 3, sizes: [3, 1.5], more: { deep: [{ n: 3 }] } } };
  const told = (expression: string, given: Record<string, unknown> = input) => compile(expression)(given);

  it('whole numbers are ints wherever they stand, and others are not', () => {
    // Of ints it is a whole number; a double and an int have none.
    for (const whole of ['radius.pods', 'radius.sizes[0]', 'radius.more.deep[0].n'])
      assert.deepEqual(told(`${whole} / 2 == 1`), { value: true }, whole);
    assert.deepEqual(told('radius.sizes[1] / 2.0 == 0.75'), { value: true });
  });

  it('what is not there is null', () => {
    for (const tool of [undefined, null])
      assert.deepEqual(told('caller.tool == null', { caller: { tool } }), { value: true });
    assert.deepEqual(told('context == null', { context: undefined }), { value: true });
  });

  it('why it can not be answered is told as the engine says it', () => {
    const found = told('radius.pods / 0 > 1');
    assert.ok('error' in found);
    assert.match(found.error, /zero/);
  });

  it('is made ready once where it is asked about often, and anew each time where it is not', () => {
    let reads = 0;
    const counting = {
      radius: {
        get pods() {
          return ++reads;
        },
      },
    };
    const often = askedOften(counting);
    for (const pods of [1, 1, 1]) assert.deepEqual(told(`radius.pods == ${pods}`, often), { value: true });
    assert.equal(reads, 1);
    for (const pods of [2, 3]) assert.deepEqual(told(`radius.pods == ${pods}`, counting), { value: true });
  });
});
