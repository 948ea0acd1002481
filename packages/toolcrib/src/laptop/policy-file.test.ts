import assert from 'node:assert/strict';
import {
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
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
  const logged: string[] = [];
  const policy = policyFile(path, last, { now: () => now, log: (line) => void logged.push(line) });
  return {
    logged,
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
  const { path, later, isMine, policy, logged } = inForce();
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
  assert.match(policy.state().error ?? '', /gone/, 'that nothing is enforced any more is no silence');
  assert.deepEqual(logged.length, 1);
  writeFileSync(path, ENFORCE);
  assert.ok(isMine());
  assert.equal(policy.state().error, null);
});

/** It is there, or may be, and can't be read. Root reads what it likes, so by what no rights help against. */
const UNREADABLE: [string, (path: string) => void][] = [
  ['a link to itself', (path) => symlinkSync(path, path)],
  ['a link to what is away (a mount, another repository)', (path) => symlinkSync(`${path}.away`, path)],
  ['a folder', (path) => mkdirSync(path)],
  ['in a folder that is away', (path) => renameSync(dirname(path), `${dirname(path)}.away`)],
  [
    'below what is no folder any more',
    (path) => {
      renameSync(dirname(path), `${dirname(path)}.away`);
      writeFileSync(dirname(path), '');
    },
  ],
  ['empty', (path) => writeFileSync(path, '')],
];
for (const [what, make] of UNREADABLE) {
  test(`a policy that can't be read goes on to count, and it is said: ${what}`, () => {
    const { path, later, isMine, policy, logged } = inForce();
    assert.ok(isMine());
    rmSync(path);
    make(path);
    for (const ms of [0, 2_500, 60_000]) {
      later(ms);
      assert.ok(isMine(), `after ${ms} ms`);
    }
    assert.equal(policy.state().file, path);
    assert.ok(policy.state().error);
    assert.equal(policy.current().modeFor('prod', undefined), 'observe', 'as the file says');
    assert.ok(policy.text()?.includes('mine'), 'a thread that begins now has it too');
    assert.equal(logged.length, 1, logged.join());
  });
}

test('one that could not be read counts again as soon as it can be', () => {
  const { path, later, isMine, policy } = inForce();
  assert.ok(isMine());
  rmSync(path);
  symlinkSync(path, path);
  later(5_000);
  assert.ok(isMine());
  rmSync(path);
  writeFileSync(path, ENFORCE.replace('name: mine', 'name: new'));
  policy.current();
  assert.ok(policy.state().rules.some(({ name }) => name === 'new'));
  assert.equal(policy.state().error, null);
});

test('nobody begins where it can not be told what it says; where there is no folder yet, there is no policy', () => {
  const folder = mkdtempSync(join(root, 'policy-'));
  const path = join(folder, 'guard.yaml');
  symlinkSync(path, path);
  assert.throws(() => policyFile(path), { code: 'bad-file' });
  assert.equal(policyFile(join(folder, 'none', 'guard.yaml')).state().error, null);
});

test('one that comes back as it was counts, and the same again is no error any more', () => {
  const { path, later, isMine, policy } = inForce();
  assert.ok(isMine());
  const away = `${dirname(path)}.away`;
  renameSync(dirname(path), away);
  later(5_000);
  assert.ok(isMine());
  assert.ok(policy.state().error);
  renameSync(away, dirname(path));
  assert.ok(isMine());
  assert.equal(policy.state().error, null);
});

test('one of the same size and time is read all the same', () => {
  const { path, isMine, policy } = inForce();
  assert.ok(isMine());
  const { atime, mtime } = statSync(path);
  writeFileSync(path, ENFORCE.replace('name: mine', 'name: ours'));
  utimesSync(path, atime, mtime);
  policy.current();
  assert.ok(policy.state().rules.some(({ name }) => name === 'ours'));
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
