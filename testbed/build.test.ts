// What people see who have no Go, or an old one. Needs no Go itself.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const run = join(import.meta.dirname, 'run.ts');

function testbed(t: { after(undo: () => void): void }, go: string | undefined, ...args: string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'toolcrib-go-'));
  t.after(() => rmSync(folder, { recursive: true }));
  if (go) writeFileSync(join(folder, 'go'), `#!/bin/sh\n${go}\n`, { mode: 0o755 });
  const env = { PATH: folder, HOME: folder, XDG_CACHE_HOME: folder, TMPDIR: folder };
  const { status, stdout, stderr } = spawnSync(process.execPath, [run, ...args], { env, encoding: 'utf8' });
  return { status, stdout, stderr };
}

test('without Go: what, why and what next', (t) => {
  const { status, stdout, stderr } = testbed(t, undefined);
  assert.equal(status, 1);
  assert.equal(stdout, '');
  assert.match(stderr, /no "go" on the PATH.*Kubernetes' Go modules.*Install Go 1\.25/s);
});

test('with a Go that is too old, no newer one is fetched behind its owner’s back', (t) => {
  const { status, stderr } = testbed(
    t,
    '[ "$GOTOOLCHAIN" = local ] || exit 9; echo go version go1.24.9 linux/amd64',
  );
  assert.equal(status, 1);
  assert.match(stderr, /too old: go version go1\.24\.9.*Install Go 1\.25/s);
});

test('a build that fails says so with the compiler’s words', (t) => {
  const go = 'case $1 in version) echo go version go1.26.0 linux/amd64;; *) echo boom >&2; exit 1;; esac';
  const { status, stderr } = testbed(t, go);
  assert.equal(status, 1);
  assert.match(stderr, /"go build".*failed \(exit 1\).*boom/s);
});

test('wrong usage is exit code 2, before anything is built', (t) => {
  assert.equal(testbed(t, undefined, '--name', '../x').status, 2);
  assert.equal(testbed(t, undefined, 'begin').status, 2);
  assert.equal(testbed(t, undefined, '--nope').status, 2);
});

test('status and stop need no Go', (t) => {
  const asked = testbed(t, undefined, 'status');
  assert.equal(asked.status, 1);
  assert.match(asked.stdout, /not running/);
  assert.equal(testbed(t, undefined, 'stop').status, 0);
});
