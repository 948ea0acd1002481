import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadPolicy } from '@toolcrib/guard/policy/policy';
import { proposedMode } from './modes.ts';
import { firstPolicy } from './policy-text.ts';

test('what is called live is enforced, what is on this machine and all else is observed', () => {
  for (const name of [
    'prod',
    'prod-eu',
    'eu_prod',
    'PROD',
    'acme.production.k8s.local',
    'live',
    'arn:aws:eks:eu-west-1:1:cluster/prd',
    'gke_acme_europe-west1_prod-1',
    'prod1',
  ])
    assert.equal(proposedMode(name).mode, 'enforce', name);
  for (const name of [
    'kind-prod',
    'minikube',
    'docker-desktop',
    'k3d-live',
    'staging',
    'preprod',
    'pre-prod',
    'nonprod-eu',
    'non-production',
    'product-catalogue',
    'deliver',
    'olive',
    'reproduction',
    '',
  ])
    assert.equal(proposedMode(name).mode, 'observe', name);
  assert.match(proposedMode('kind-x').why, /this machine/);
  assert.match(proposedMode('eu-prod').why, /“prod”/);
});

test('what is written says to the guard what was shown, whatever a context is called', () => {
  const names = [
    'prod',
    'a: b',
    '"quoted"',
    "it's",
    '# no comment',
    'no',
    '1_000',
    '{a}',
    'ü\u2028',
    '\\',
    'tab\t',
    '-',
  ];
  const policy = loadPolicy(
    firstPolicy(names.map((name, at) => ({ name, mode: at % 2 === 0 ? 'enforce' : 'warn' }))),
    'guard.yaml',
  );
  for (const [at, name] of names.entries())
    assert.equal(policy.modeFor(name, undefined), at % 2 === 0 ? 'enforce' : 'warn', name);
  assert.equal(policy.modeFor('another', undefined), 'observe');
  assert.equal(loadPolicy(firstPolicy([]), 'guard.yaml').modeFor('prod', undefined), 'observe');
  for (const line of firstPolicy([{ name: 'prod', mode: 'enforce' }]).split('\n'))
    assert.ok(line.length <= 80, line);
});

test('a context without a name makes no guard.yaml that no guard reads', () => {
  const { modeFor } = loadPolicy(
    firstPolicy([
      { name: '', mode: 'observe' },
      { name: 'prod', mode: 'enforce' },
    ]),
    'guard.yaml',
  );
  assert.deepEqual([modeFor('prod', undefined), modeFor('', undefined)], ['enforce', 'observe']);
});

test('a name with a star decides about itself, and about no other one', () => {
  const contexts = [
    { name: '*', mode: 'observe' },
    { name: '*-eu', mode: 'warn' },
    { name: 'prod-eu', mode: 'enforce' },
  ] as const;
  const { modeFor } = loadPolicy(firstPolicy(contexts), 'guard.yaml');
  for (const { name, mode } of contexts) assert.equal(modeFor(name, undefined), mode, name);
});

test('no terminal obeys a name in it, and it is that name all the same', () => {
  const names = ['a\u009b2Jb', 'a\u202eb', 'a\u200bb', 'a\u2028b', 'a\u{e0041}b', 'a\u001bb', 'q"\\'];
  const text = firstPolicy(names.map((name) => ({ name, mode: 'enforce' })));
  assert.doesNotMatch(text.replaceAll('\n', ''), /[\p{Cc}\p{Cf}\u2028]/u);
  const { modeFor } = loadPolicy(text, 'guard.yaml');
  for (const name of names) assert.equal(modeFor(name, undefined), 'enforce', JSON.stringify(name));
});
