import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namesIn, policyWithoutNames } from './policy.ts';

const POLICY = `apiVersion: toolcrib.dev/v1alpha1
kind: GuardPolicy
spec:
  # the payments team asked for it
  clusters:
    - {context: "acme-prod-*", mode: enforce, exceptNamespaces: ["sandbox-aiko", "preview-*"], requestTimeoutSeconds: 90}
    - {context: staging, mode: warn}
    - {context: "*", mode: observe}
  disable: [outage]
  rules:
    - {name: acme-secret, when: 'effect.name.startsWith("card-keys") && caller.person == "aiko" && act.expected > 10', then: deny, reason: the audit said so}
  hold: {waitSeconds: 60}
`;

test('what it says, without a name in it: figures, modes, and rules in our own words', () => {
  const lines = policyWithoutNames(POLICY, ['acme-prod-eu', 'acme-prod-us', 'staging~1a2b3c4d', 'other']);
  assert.deepEqual(lines, [
    'cluster: a pattern (2 of 4 contexts), mode enforce, except 2 namespaces, requestTimeoutSeconds 90',
    'cluster: a name (1 of 4 contexts), mode warn',
    'cluster: * (4 of 4 contexts), mode observe',
    'rule own-1: deny when effect.name.startsWith("…") && caller.person == "…" && act.expected > 10',
    'disable: outage',
    'hold.waitSeconds: 60',
  ]);
  assert.doesNotMatch(lines.join('\n'), /acme|aiko|card|payments|audit|sandbox/);
});

test('what is none, or says what no policy says, tells nothing', () => {
  assert.match(policyWithoutNames(undefined, []).join(), /There is none/);
  for (const text of ['] broken', '', 'spec: 17', 'just text'])
    assert.match(policyWithoutNames(text, []).join(), /can’t be read/, text);
  const odd = policyWithoutNames(
    'spec: {clusters: [{context: a, mode: hunter2}, text], disable: [hunter2], rules: [{name: a, when: hunter2 == other, then: hunter2}], hold: {waitSeconds: hunter2}}',
    [],
  );
  assert.doesNotMatch(odd.join(), /hunter2|other/);
});

test('its names, so that they are replaced wherever else they stand', () => {
  const names = namesIn(POLICY);
  for (const name of [
    'acme-prod-',
    'staging',
    'sandbox-aiko',
    'preview-',
    'acme-secret',
    'card-keys',
    'aiko',
  ])
    assert.ok(names.includes(name), `${name}: ${names}`);
  for (const word of ['enforce', 'deny', 'outage', '']) assert.ok(!names.includes(word), word);
  for (const text of [
    undefined,
    '',
    '] broken',
    'spec: 17',
    'spec: {rules: [17], clusters: [{context: 17}]}',
  ])
    assert.deepEqual(namesIn(text), []);
});
