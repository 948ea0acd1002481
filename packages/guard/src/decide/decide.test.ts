import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Act,
  type DecisionVerb,
  type Effect,
  type Mode,
  NOTHING_COUNTED,
  type Radius,
} from '@toolcrib/model';
import { defaultPolicy, type PolicyRule } from '../policy/policy.ts';
import { decide, NEEDED, type RuleAnswers, strictest } from './decide.ts';
import { factsOf } from './facts.ts';

const act: Act = {
  id: 'a',
  context: 'prod',
  caller: { person: 'aiko', token: 't', claim: { userAgent: 'kubectl/v1.35.0' } },
  startedAt: 0,
  lastAt: 0,
  soFar: 1,
  title: '',
};
const effect: Effect = {
  verb: 'delete',
  target: { group: '', version: 'v1', resource: 'pods', namespace: 'shop', name: 'a' },
  options: {},
  dryRun: false,
};
const none: Radius['counts'] = { ...NOTHING_COUNTED, objects: 1 };
const radius = (counts: Partial<Radius['counts']> = {}, state: Radius['state'] = 'complete'): Radius => ({
  state,
  targets: [],
  members: [],
  unseen: [],
  opaque: [],
  counts: { ...none, ...counts },
  seenAt: 0,
});
const facts = factsOf({ effect, radius: radius(), act });
const rule = (verdict: DecisionVerb, result: ReturnType<PolicyRule['when']> = { value: true }) => ({
  rules: [{ name: 'r', when: () => result, verdict, reason: 'because', origin: 'guard.yaml' as const }],
});

describe('modes', () => {
  const table: [Mode, DecisionVerb, DecisionVerb, DecisionVerb | undefined][] = [
    ['enforce', 'allow', 'allow', undefined],
    ['enforce', 'warn', 'warn', undefined],
    ['enforce', 'hold', 'hold', undefined],
    ['enforce', 'deny', 'deny', undefined],
    ['warn', 'allow', 'allow', undefined],
    ['warn', 'warn', 'warn', undefined],
    ['warn', 'hold', 'warn', 'hold'],
    ['warn', 'deny', 'warn', 'deny'],
    ['observe', 'allow', 'allow', undefined],
    ['observe', 'warn', 'allow', 'warn'],
    ['observe', 'hold', 'allow', 'hold'],
    ['observe', 'deny', 'allow', 'deny'],
  ];
  for (const [mode, verdict, then, wouldBe] of table) {
    it(`${mode}, a rule says ${verdict}: ${then}${wouldBe ? `, would be ${wouldBe}` : ''}`, () => {
      const decision = decide(rule(verdict), { mode, facts });
      assert.deepEqual([decision.then, decision.wouldBe, decision.rule], [then, wouldBe, 'r']);
    });
  }
});

describe('of several effects of one request', () => {
  const said = (then: DecisionVerb, name: string, wouldBe?: DecisionVerb) => ({
    then,
    rule: name,
    reason: '',
    ...(wouldBe ? { wouldBe } : {}),
  });
  for (const [what, decisions, expected] of [
    ['the only one', [said('warn', 'a')], 'a'],
    ['the strictest', [said('allow', 'a'), said('deny', 'b'), said('hold', 'c'), said('warn', 'd')], 'b'],
    ['of two that are as strict the first', [said('warn', 'a'), said('hold', 'b'), said('hold', 'c')], 'b'],
    ['by what it would be', [said('allow', 'a', 'warn'), said('allow', 'b', 'hold'), said('warn', 'c')], 'b'],
  ] as const)
    it(`counts ${what}`, () => assert.equal(strictest(decisions).rule, expected));
  it('none has no decision', () => assert.throws(() => strictest([]), /no effect has no decision/));
});

describe('unknown is never yes', () => {
  it('a rule that can’t be evaluated holds, and no later rule is asked', () => {
    const rules = [...rule('allow', { error: 'no such key' }).rules, ...rule('allow').rules];
    const decision = decide({ rules }, { mode: 'enforce', facts });
    assert.equal(decision.then, 'hold');
    assert.match(decision.reason, /could not be evaluated: no such key/);
  });
  it('a request that can’t be read holds, whatever the rules say', () => {
    const decision = decide(rule('allow'), { mode: 'enforce', facts, notUnderstood: 'gzip' });
    assert.deepEqual([decision.then, decision.rule], ['hold', 'not-understood']);
    assert.equal(decide(rule('allow'), { mode: 'warn', facts, notUnderstood: 'gzip' }).wouldBe, 'hold');
  });
  it('but a no of a person’s own stays a no', () => {
    const unread = { mode: 'enforce' as const, facts, notUnderstood: 'gzip' };
    assert.deepEqual(decide(rule('deny'), unread), { then: 'deny', rule: 'r', reason: 'because' });
    const builtIn = { rules: rule('deny').rules.map((one) => ({ ...one, origin: 'built-in' as const })) };
    assert.equal(decide(builtIn, unread).rule, 'not-understood');
  });
});

it('the first rule that matches decides; none: allow', () => {
  const rules = [...rule('deny', { value: false }).rules, ...rule('warn').rules, ...rule('deny').rules];
  assert.equal(decide({ rules }, { mode: 'enforce', facts }).then, 'warn');
  assert.deepEqual(decide({ rules: [] }, { mode: 'enforce', facts }).rule, 'default');
});

it("a cheap case passes in each mode, by its own name, but for a person's own rules", () => {
  const builtIn = { rules: rule('deny').rules.map((one) => ({ ...one, origin: 'built-in' as const })) };
  for (const mode of ['enforce', 'warn', 'observe'] as const) {
    assert.equal(decide(builtIn, { mode, facts, cheap: 'finished-pod' }).rule, 'finished-pod');
    const silent = rule('deny', { value: false });
    assert.equal(decide(silent, { mode, facts, cheap: 'finished-pod' }).rule, 'finished-pod');
    assert.equal(decide(rule('deny'), { mode, facts, cheap: 'finished-pod' }).rule, 'r');
    assert.equal(decide(rule('allow'), { mode, facts, cheap: 'finished-pod' }).then, 'allow');
  }
  assert.equal(decide(rule('deny'), { mode: 'enforce', facts, cheap: 'replaced-pod' }).then, 'deny');
});

it('softening is offered with a hold only', () => {
  const softening = { possible: true, how: 'orphan-first' } as const;
  assert.deepEqual(decide(rule('hold'), { mode: 'enforce', facts, softening }).softening, softening);
  assert.equal(decide(rule('deny'), { mode: 'enforce', facts, softening }).softening, undefined);
});

describe('what softened Pods use', () => {
  const needed = 'Pod web-0 uses ConfigMap conf';
  for (const [verdict, mode, then, rule_, reason] of [
    ['allow', 'enforce', 'hold', NEEDED, needed],
    ['warn', 'enforce', 'hold', NEEDED, needed],
    ['hold', 'enforce', 'hold', NEEDED, `${needed}; and because`],
    ['deny', 'enforce', 'deny', 'r', 'because'],
    ['allow', 'warn', 'warn', NEEDED, needed],
    ['allow', 'observe', 'allow', NEEDED, needed],
  ] as const) {
    it(`${mode}, a rule says ${verdict}: ${then}`, () => {
      const decision = decide(rule(verdict), { mode, facts, needed });
      assert.deepEqual([decision.then, decision.rule, decision.reason], [then, rule_, reason]);
    });
  }
});

describe('the built-in rules', () => {
  const policy = defaultPolicy();
  const said = (counts: Partial<Radius['counts']>, more: Partial<Act> = {}, state?: Radius['state']) =>
    decide(policy, {
      mode: 'enforce',
      facts: factsOf({ effect, radius: radius(counts, state), act: { ...act, ...more } }),
    });
  for (const [what, counts, more, state, expected] of [
    ['one replaced Pod', { pods: 1 }, {}, 'complete', 'default'],
    ['a volume', { volumesLost: 1 }, {}, 'complete', 'data-loss'],
    ['the last Pods of a workload', { workloadsLeftWithoutPods: 1 }, {}, 'complete', 'outage'],
    ['eleven, one not replaced', { podsNotReplaced: 1 }, { expected: 11 }, 'complete', 'many'],
    ['ten, one not replaced', { podsNotReplaced: 1 }, { expected: 10 }, 'complete', 'bare-pod'],
    ['a Service before running Pods', { servicesCut: 1 }, {}, 'complete', 'traffic'],
    ['a Node that was not drained', { podsOnNodes: 1 }, {}, 'complete', 'node'],
    ['three to one', { setsBelowHalf: 1, podsNotReplaced: 2 }, {}, 'complete', 'quorum'],
    ['a StatefulSet’s Pod, not by force', { statefulPods: 1 }, {}, 'complete', 'default'],
    ['what Pods use', { usedByPods: 1 }, {}, 'complete', 'in-use'],
    ['eleven that come back', {}, { expected: 11 }, 'complete', 'default'],
    ['the eleventh so far', { podsNotReplaced: 1 }, { soFar: 11 }, 'complete', 'many'],
    ['what was not all seen', {}, {}, 'incomplete', 'not-understood'],
    ['what somebody else decides', {}, {}, 'opaque', 'not-understood'],
  ] as const) {
    it(`${what}: ${expected}`, () => assert.equal(said(counts, more, state).rule, expected));
  }
});

describe('facts', () => {
  it('a collection is a delete to a rule; what is not said is -1 or empty', () => {
    const { namespace: _, name: __, ...target } = effect.target;
    const seen = factsOf({ effect: { ...effect, verb: 'delete-collection', target }, radius: radius(), act });
    assert.deepEqual(seen.effect, {
      verb: 'delete',
      group: '',
      resource: 'pods',
      namespace: '',
      name: '',
      propagation: '',
      gracePeriodSeconds: -1,
      replicas: -1,
    });
  });
  it('a scale to 0 is 0, and a grace of 0 is 0', () => {
    const scale: Effect = { verb: 'scale', target: effect.target, replicas: 0, dryRun: false };
    assert.equal(factsOf({ effect: scale, radius: radius(), act }).effect.replicas, 0);
    const now: Effect = { ...effect, options: { gracePeriodSeconds: 0 } };
    assert.equal(factsOf({ effect: now, radius: radius(), act }).effect.gracePeriodSeconds, 0);
  });
  it('an act is never smaller than it is so far', () => {
    assert.deepEqual(factsOf({ effect, radius: radius(), act: { ...act, soFar: 5, expected: 3 } }).act, {
      soFar: 5,
      expected: 5,
      all: false,
    });
  });
});

describe('requests that are judged together', () => {
  it('ask a rule once for each of the values that it asks for, and one that does not say which each time', () => {
    const counted = (asksFor?: string[]) => {
      let asked = 0;
      const when = Object.assign(
        () => {
          asked++;
          return { value: false };
        },
        asksFor ? { asksFor: new Set(asksFor) } : {},
      ) as PolicyRule['when'];
      return { rules: [{ ...rule('hold').rules[0], when } as PolicyRule], asked: () => asked };
    };
    const times = (asksFor?: string[]) => {
      const answers: RuleAnswers = new Map();
      const { rules, asked } = counted(asksFor);
      for (const [context, soFar] of [
        ['prod', 1],
        ['prod', 2],
        ['test', 2],
        ['prod', 1],
      ] as const) {
        const one = factsOf({ effect, radius: radius(), act: { ...act, context, soFar } });
        decide({ rules }, { mode: 'enforce', facts: one }, answers);
      }
      return asked();
    };
    assert.equal(times(['context']), 2);
    assert.equal(times(['act.soFar']), 2);
    assert.equal(times(['context', 'act.soFar']), 3);
    assert.equal(times(['effect.name']), 1);
    assert.equal(times(), 4);
  });
  it('are told what each would be told by itself: a rule is asked again where it asks for what differs', () => {
    const { rules } = defaultPolicy();
    const together = new Map();
    const names = ['system:a', 'b', 'cluster-admin', 'c'];
    for (const [at, name] of names.entries())
      for (const group of ['', 'rbac.authorization.k8s.io'])
        for (const soFar of [1, 12 + at]) {
          const target = { group, version: 'v1', resource: 'roles', namespace: 'shop', name };
          const one = factsOf({
            effect: { ...effect, target } as Effect,
            radius: radius(),
            act: { ...act, soFar },
          });
          const input = { mode: 'enforce' as const, facts: one };
          assert.deepEqual(
            decide({ rules }, input, together),
            decide({ rules }, input),
            `${name} ${group} ${soFar}`,
          );
        }
  });
});
