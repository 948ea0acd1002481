import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { policyFile } from './policy-file.ts';

const root = mkdtempSync(join(tmpdir(), 'toolcrib-policy-'));
after(() => rmSync(root, { recursive: true }));

const ENFORCE = `apiVersion: toolcrib.dev/v1alpha1
kind: GuardPolicy
spec:
  disable: [many]
  rules: [{name: mine, when: 'effect.verb == "delete"', then: hold}]
`;

/** A policy in force, and a clock that stands. */
function inForce(last?: string) {
  const path = join(mkdtempSync(join(root, 'policy-')), 'guard.yaml');
  if (last === undefined) writeFileSync(path, ENFORCE);
  let now = 1_000;
  const policy = policyFile(path, last, () => now);
  return {
    path,
    later: (ms: number) => {
      now += ms;
    },
    isMine: () => {
      policy.current();
      return policy.state().rules.some(({ name }) => name === 'mine');
    },
    policy,
  };
}

test('a policy that an editor moves away for a moment goes on to count; one that is gone does not', () => {
  const { path, later, isMine, policy } = inForce();
  assert.ok(isMine());
  for (let times = 0; times < 3; times++) {
    renameSync(path, `${path}~`);
    assert.ok(isMine());
    later(1_900);
    assert.ok(isMine());
    renameSync(`${path}~`, path);
    assert.ok(isMine());
    later(10_000);
  }
  rmSync(path);
  assert.ok(isMine());
  later(2_100);
  assert.equal(isMine(), false);
  assert.equal(policy.state().file, null);
  writeFileSync(path, ENFORCE);
  assert.ok(isMine());
});

test('a thread that begins while it is away has what was in force', () => {
  const { later, isMine } = inForce(ENFORCE);
  assert.ok(isMine());
  later(2_100);
  assert.equal(isMine(), false);
});

test('where there never was one, the built-in one counts at once', () => {
  const policy = policyFile(join(root, 'nowhere.yaml'));
  assert.equal(policy.state().file, null);
  assert.ok(policy.state().rules.length > 5);
});
