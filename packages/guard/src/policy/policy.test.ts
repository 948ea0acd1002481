import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { ToolcribError } from '@toolcrib/model';
import { builtInRules, defaultPolicy, loadPolicy, matchesGlob } from './policy.ts';
import { ruleVocabulary } from './vocabulary.ts';

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

describe('modes', () => {
  const { modeFor } = loadPolicy(
    file(`
  clusters:
    - {context: "prod-*", mode: enforce, exceptNamespaces: ["preview-*", tmp]}
    - {context: staging, mode: warn}
    - {context: "*", mode: observe}
    - {context: never, mode: enforce}`),
    'guard.yaml',
  );
  for (const [context, namespace, mode] of [
    ['prod-eu', 'shop', 'enforce'],
    ['prod-eu', 'preview-7', 'observe'],
    ['prod-eu', 'tmp', 'observe'],
    ['prod-eu', 'tmp2', 'enforce'],
    ['prod-eu', undefined, 'enforce'],
    ['staging', 'shop', 'warn'],
    ['never', 'shop', 'observe'],
  ] as const) {
    it(`${context}, ${namespace ?? 'no namespace'}: ${mode}`, () =>
      assert.equal(modeFor(context, namespace), mode));
  }
  it('a cluster that nobody wrote down is observed', () => {
    assert.equal(
      loadPolicy(file('{clusters: [{context: a, mode: enforce}]}'), 'f').modeFor('b', 'x'),
      'observe',
    );
    assert.equal(defaultPolicy().modeFor('prod', 'x'), 'observe');
  });
});

it('how long a request may still be carried out follows the server’s own time-out', () => {
  const spec = '{clusters: [{context: a, mode: observe, requestTimeoutSeconds: 100}]}';
  const policy = loadPolicy(file(spec), 'guard.yaml');
  assert.deepEqual([policy.mayArriveMs('a'), policy.mayArriveMs('b')], [125_000, 75_000]);
});

describe('globs', () => {
  for (const [glob, text, matches] of [
    ['prod', 'prod', true],
    ['prod', 'prod-eu', false],
    ['*', '', true],
    ['prod-*', 'prod-', true],
    ['prod-*', 'prod', false],
    ['*-eu', 'prod-eu', true],
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['a*b*c', 'a-b-c', true],
    ['a*b*c', 'a-c-b', false],
    ['a*x*c', 'ac', false],
    ['*b*b', 'b', false],
    ['*bb*b', 'bb', false],
    ['*bb*b', 'bbb', true],
    ['arn:aws:*:cluster/*', 'arn:aws:eks:eu:1:cluster/prod', true],
    ['p.od', 'prod', false],
  ] as const) {
    it(`${glob} ${matches ? 'matches' : 'does not match'} ${text || '(nothing)'}`, () =>
      assert.equal(matchesGlob(glob, text), matches));
  }
});

describe('faults, each with line and column', () => {
  it('an unknown key, a mode that is none, a wait that is too long', () => {
    assert.match(fault(file('{cluster: []}')), /^guard\.yaml:3:\d+: .*cluster/);
    assert.match(fault(file('{clusters: [{context: a, mode: enforced}]}')), /guard\.yaml:3:\d+: .*mode/);
    assert.match(fault(file('{hold: {waitSeconds: 91}}')), /waitSeconds/);
    assert.match(fault('kind: GuardPolicy\n'), /apiVersion/);
    assert.match(fault('spec: [\n'), /^guard\.yaml:\d+:\d+: /);
  });
});

it('docs/guard.md lists the built-in rules, in their order, with what they do', () => {
  const guide = readFileSync(new URL('../../../../docs/guard.md', import.meta.url), 'utf8');
  const rows = [...guide.matchAll(/^\| `([a-z-]+)` \| .* \| (hold|warn|deny) \|$/gm)];
  assert.deepEqual(
    rows.map(([, name, then]) => [name, then]),
    builtInRules.map(({ name, then }) => [name, then]),
  );
  for (const fact of Object.entries(ruleVocabulary).flatMap(
    ([name, fields]) => fields?.map((one) => [name, one]) ?? [],
  ))
    assert.ok(guide.includes(`\`${fact.join('.')}\``) || guide.includes(`\`.${fact[1]}\``), fact.join('.'));
});
