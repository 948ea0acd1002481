import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stringify } from 'yaml';
import type { GuardStatus } from '../api/schema.ts';
import { loadPerson } from '../person-kubeconfig.ts';
import { clusters } from './clusters.ts';
import { rules } from './rules.ts';
import { patient, states, texts } from './testing/patient.ts';

const contexts = (...names: string[]) =>
  stringify({
    clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
    contexts: names.map((name) => ({ name, context: { cluster: 'c' } })),
  });
function withPolicy(policy: string | undefined, ...names: string[]) {
  const one = patient(
    {},
    {
      '.kube/config': contexts(...names),
      ...(policy === undefined ? {} : { 'state/guard.yaml': policy }),
    },
  );
  return { ...one, person: loadPerson(one.paths, one.env, one.home) };
}
const HEAD = 'apiVersion: toolcrib.dev/v1alpha1\nkind: GuardPolicy\nspec:\n';

test('each cluster with its mode, and the line that says so', async () => {
  const policy = `${HEAD}  clusters:\n    # ours\n    - {context: "prod-*", mode: enforce}\n    - context: staging\n      mode: warn\n    - {context: prod-late, mode: observe}\n`;
  const one = withPolicy(policy, 'prod-eu', 'prod-late', 'staging', 'other');
  const found = await clusters.look(one);
  const text = texts(found);
  assert.ok(
    text.includes(`enforce: "prod-eu", "prod-late", as ${one.paths.policy}:6 says of "prod-*".`) ||
      text.includes(`enforce: prod-eu, prod-late, as ${one.paths.policy}:6 says of prod-*.`),
    text,
  );
  assert.match(text, /warn: "?staging"?, as .*:7 says of/);
  assert.match(text, /observe: "?other"?, since no line of .*guard\.yaml says more/);
});

test('without a file everything is observed, and where to begin; many names are counted', async () => {
  const names = Array.from({ length: 20 }, (_, at) => `c-${at}`);
  const found = await clusters.look(withPolicy(undefined, ...names));
  assert.match(
    texts(found),
    /^observe: .*c-11"? and 8 more, since there is no .*guard\.yaml\. toolcrib setup$/,
  );
});

const running = (mode: string): GuardStatus => ({
  version: '1',
  pid: 1,
  port: 1,
  startedAt: 1,
  contexts: [{ context: 'prod-eu', mode }],
  held: 0,
  journal: null,
  unsettled: 0,
  ending: null,
  policy: {
    file: null,
    error: null,
    rules: [{ name: 'mine', then: 'deny', from: 'guard.yaml' }],
    disabled: [],
  },
  softened: [],
});

test('a file that can not be used is a fault, and what counts meanwhile says the guard, or nobody', async () => {
  const one = withPolicy(`${HEAD}  clusters: [{context: a, mode: enforced}]\n`, 'prod-eu', 'new');
  const alone = await clusters.look(one);
  assert.deepEqual(states(alone), ['fault', 'unknown']);
  assert.match(texts(alone), /guard\.yaml:4:\d+: spec\.clusters\.0\.mode/);
  assert.deepEqual(states(await rules.look(one)), ['unknown']);
  const guarded = { ...one, guard: running('enforce') };
  const found = await clusters.look(guarded);
  assert.deepEqual(states(found), ['fault', 'note', 'note']);
  assert.match(texts(found), /enforce: "?prod-eu"?, by what the running guard read last/);
  assert.match(texts(found), /has no door for "?new"? yet/);
  assert.match(texts(await rules.look(guarded)), /^deny, by guard\.yaml: mine\./);
});

test('rules in force, each with where it comes from, and what was taken away', async () => {
  const policy = `${HEAD}  disable:\n    - outage\n    - many\n  rules:\n    - {name: mine, when: 'effect.name == "x"', then: deny}\n`;
  const one = withPolicy(policy, 'prod');
  const text = texts(await rules.look(one));
  assert.ok(text.includes(`deny: mine, by ${one.paths.policy}:8.`), text);
  assert.match(text, /outage, built in, counts for nothing: .*:5 takes it away/);
  assert.match(text, /many, built in, counts for nothing: .*:6 takes it away/);
  const built = text.split('\n').filter((line) => line.includes('built in:'));
  assert.match(built.join('\n'), /^hold, built in: .*data-loss/);
  assert.doesNotMatch(built.join('\n'), /outage|many|mine/);
});
